import Git
import ModelCore
import Registry
import Runs

/// What Git says of how something came about: the run that made it, its metrics and hyperparameters.
struct VersionEvidence {
    /// The kept run that made one of the artifacts, the last one of several.
    let run: RunRecord?
    /// The metrics, by name.
    let metrics: [String: Double]
    /// The hyperparameters, by name.
    let parameters: [String: ParameterValue]
}

extension Workspace {
    /// Finds what a commit says of how its artifacts, or some of them, came about.
    ///
    /// For one model, what lies beside other models' artifacts says nothing.
    func evidence(
        at commit: GitObjectID,
        of entries: [PointerIndex.Entry]? = nil,
        for model: ModelName? = nil
    ) async throws -> VersionEvidence {
        let entries = if let entries { entries } else { try await pointers(at: commit).entries }
        var snapshot = try await Snapshot(of: commit, in: repository)
        if let model {
            let models = try await ModelIndex.at(commit, in: repository).models
            snapshot.leaveOut(ModelPlaces(of: model, among: models).isForeign)
        }
        let facts = try await facts(in: snapshot, with: entries)
        return VersionEvidence(
            run: facts.makers.first?.run,
            metrics: facts.metrics.mapValues(\.value),
            parameters: facts.parameters.mapValues(\.value)
        )
    }
}

/// Which directories of a repository are a model's, and which are other models'.
struct ModelPlaces {
    private let own: Set<String>
    private let others: Set<String>

    /// Takes the directories that artifacts are in.
    init(of model: ModelName, among models: [ModelDescription]) {
        func places(_ models: [ModelDescription]) -> Set<String> {
            Set(models.flatMap(\.artifacts).map { $0.text.split(separator: "/").dropLast().joined(separator: "/") })
        }
        own = places(models.filter { $0.name == model })
        others = places(models.filter { $0.name != model })
    }

    /// Whether the nearest directory with artifacts that a file is in has only other models'.
    func isForeign(_ path: String) -> Bool {
        var parts = path.split(separator: "/").dropLast()
        while !parts.isEmpty {
            let directory = parts.joined(separator: "/")
            if own.contains(directory) { return false }
            if others.contains(directory) { return true }
            parts = parts.dropLast()
        }
        return false
    }
}
