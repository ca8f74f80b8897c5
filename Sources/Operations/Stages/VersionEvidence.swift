import Git
import ModelCore
import Registry
import Runs

/// What Git says of how something came about: the run that made it, its metrics and hyperparameters.
struct VersionEvidence {
    private let facts: TrainingFacts

    fileprivate init(_ facts: TrainingFacts) { self.facts = facts }

    /// The kept run that made one of the artifacts, the last one of several.
    var run: RunRecord? { facts.makers.first?.run }
    /// The metrics, by name.
    var metrics: [String: Double] { facts.metrics.mapValues(\.value) }
    /// The metrics that no file which cannot be read may tell otherwise, by name.
    var certainMetrics: [String: Double] { facts.metrics.filter { $0.value.doubt == nil }.mapValues(\.value) }
    /// The hyperparameters, by name.
    var parameters: [String: ParameterValue] { facts.parameters.mapValues(\.value) }
    /// Which files of metrics cannot be read, and why, as clauses.
    var metricProblems: [String] { facts.damagedMetrics.map(\.problem) }

    /// Returns why nobody can say what a metric is, as a clause; `nil` where nothing is in the way.
    func doubt(aboutMetric name: String) -> String? { facts.doubt(aboutMetric: name) }
}

extension Workspace {
    /// Finds what a commit says of how some of its artifacts came about.
    ///
    /// For one model, what lies beside other models' artifacts says nothing.
    func evidence(
        at commit: GitObjectID,
        of entries: [PointerIndex.Entry],
        for model: ModelName? = nil
    ) async throws -> VersionEvidence {
        VersionEvidence(try await facts(at: commit, of: entries, for: model))
    }
}

/// Which directories and artifacts of a repository are a model's, and which are other models'.
struct ModelPlaces {
    private let own: Set<String>
    /// The model's artifacts, as far as its description names any.
    private let listed: Set<RepositoryPath>
    private let others: Set<String>
    /// The artifacts that only other models have.
    private let foreign: Set<RepositoryPath>

    /// Takes the artifacts, and the directories that they are in.
    init(of model: ModelName, among models: [ModelDescription]) {
        func places(_ models: [ModelDescription]) -> Set<String> {
            Set(models.flatMap(\.artifacts).map { $0.text.split(separator: "/").dropLast().joined(separator: "/") })
        }
        let (mine, rest) = (models.filter { $0.name == model }, models.filter { $0.name != model })
        own = places(mine)
        others = places(rest)
        listed = Set(mine.flatMap(\.artifacts))
        foreign = Set(rest.flatMap(\.artifacts)).subtracting(listed)
    }

    /// Returns the model's among the artifacts of a commit: those that its description names, or, where none of them is
    /// there, those that no other model's names.
    func own(among artifacts: [PointerIndex.Entry]) -> [PointerIndex.Entry] {
        let named = artifacts.filter { listed.contains($0.path) }
        return named.isEmpty ? artifacts.filter { !isForeign($0.path) && !$0.path.isOfRun } : named
    }

    /// Whether only other models have an artifact.
    func isForeign(_ artifact: RepositoryPath) -> Bool { foreign.contains(artifact) }

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
