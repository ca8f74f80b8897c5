import Codec
import Git
import Migration
import ModelCore
import Runs

/// Makes records of runs that MLflow kept: with the same ids, and what it says in fields of ours where there are such.
struct MLflowRecords {
    /// Tags that are in fields of the record, and those that only repeat what its files say.
    private static let known: Set<String> = [
        "mlflow.runName", "mlflow.user", "mlflow.source.name", "mlflow.source.type", "mlflow.source.git.commit",
        "mlflow.source.git.branch", "mlflow.source.git.repoURL", "mlflow.note.content", "mlflow.log-model.history",
        "git-model.artifacts", MLflowRunFacts.parentTag,
    ]
    private static let (tagLimit, textLimit) = (1000, 8000)

    /// The names of experiments by their ids.
    private let experiments: [String: String]
    /// The commits that runs name and this repository has.
    private let commits: Set<GitObjectID>

    /// Looks which of the commits that runs name are here.
    init(of inventory: MLflowInventory, in repository: GitRepository) async throws {
        experiments = inventory.experiments
        var here: Set<GitObjectID> = []
        for commit in Set(inventory.runs.compactMap(MLflowRecords.commit)) {
            if try await repository.objects.resolve(commit.hex, to: .commit) == commit { here.insert(commit) }
        }
        commits = here
    }

    /// Returns the id that a run of MLflow's has here: its own, or, where that is none of ours, one that is made of it.
    static func id(of run: String) -> RunID {
        if let id = RunID(run) { return id }
        let digest = SHA256.digest(of: Array("mlflow run \(run)".utf8))
        guard let id = RunID(digest.hex.prefix(2 * RunID.byteCount)) else {
            preconditionFailure("a digest has more digits than an id")
        }
        return id
    }

    /// Returns a run's record without metrics and outputs.
    func record(of facts: MLflowRunFacts) -> RunRecord {
        let commit = MLflowRecords.commit(facts)
        var record = RunRecord(
            id: MLflowRecords.id(of: facts.id),
            name: facts.name,
            started: Timestamp(milliseconds: facts.started),
            command: [],
            directory: "",
            origin: RunOrigin(host: nil, user: facts.user),
            code: RunCode(
                commit: commit.flatMap { commits.contains($0) ? $0.hex : nil },
                branch: facts.tags["mlflow.source.git.branch"],
                remote: facts.tags["mlflow.source.git.repoURL"].map(GitURL.withoutLogin),
                // MLflow does not say, and a gate that wants clean code must not take silence for it.
                isDirty: true,
                difference: nil
            )
        )
        record.status = MLflowRecords.status(facts.status)
        record.parent = facts.parent.map { MLflowRecords.id(of: $0) }
        record.ended = facts.ended.map { Timestamp(milliseconds: $0) }
        record.parameters = facts.parameters.mapValues { .text($0) }
        Redaction.apply(to: &record.parameters)
        record.data = facts.datasets.map { data in
            RunData(
                source: Redaction.value(data.source),
                kind: .url,
                digest: data.digest.map { "mlflow:\($0)" },
                size: nil
            )
        }
        record.notes = notes(on: facts, commit).map { Redaction.value(String($0.prefix(MLflowRecords.textLimit))) }
        return record
    }

    private static func commit(_ facts: MLflowRunFacts) -> GitObjectID? {
        facts.tags["mlflow.source.git.commit"].flatMap { GitObjectID($0) }
    }

    /// Returns how far a run has come, of which nobody records more.
    static func status(_ status: MLflowRunFacts.Status) -> RunStatus {
        switch status {
        case .finished: .finished
        case .failed: .failed
        // Nobody here can say that it still runs.
        case .running, .scheduled, .killed: .killed
        }
    }

    private func notes(on facts: MLflowRunFacts, _ commit: GitObjectID?) -> [String] {
        let experiment = experiments[facts.experiment].map { " of experiment \($0)" } ?? ""
        var notes = ["imported from MLflow: run \(facts.id)\(experiment)"]
        if facts.status == .running || facts.status == .scheduled {
            notes.append("MLflow did not know of its end: it had it as \(facts.status.rawValue)")
        }
        if let commit, !commits.contains(commit) {
            notes.append("its commit \(commit.hex) is not in this repository")
        }
        if let source = facts.tags["mlflow.source.name"] { notes.append("source: \(source)") }
        if let text = facts.tags["mlflow.note.content"] { notes.append(text) }
        let others = facts.tags.filter { !MLflowRecords.known.contains($0.key) }.sorted { $0.key < $1.key }
        notes += others.prefix(MLflowRecords.tagLimit).map { name, value in
            "tag \(name): \(Redaction.value(value, of: name))"
        }
        return notes
    }
}
