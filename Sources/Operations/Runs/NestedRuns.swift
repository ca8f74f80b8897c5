import Codec
import Migration
import Runs
import SystemIO
import SystemPackage

/// What MLflow's calls left in the file store of a run's record: those that were begun inside of others become runs of
/// their own.
struct NestedRuns {
    private static let seriesLimit = 1 << 30

    private let workspace: Workspace
    private let store: MLflowFileStore
    private let nested: [MLflowRunFacts]
    /// The ids of those that were begun by themselves, and so are the recorded run's; the one that began last in front,
    /// and those whose facts cannot be read behind all others.
    let own: [String]
    /// What could not be read, a clause each.
    let problems: [String]

    /// Reads the file store of a run's directory; `nil` where there is none.
    init?(of directory: RunDirectory, in workspace: Workspace) async throws {
        guard try FileStatus.of(directory.mlflow) != nil, try MLflowFileStore.isStore(directory.mlflow) else {
            return nil
        }
        self.workspace = workspace
        store = MLflowFileStore(
            at: directory.mlflow,
            named: "mlruns",
            pool: workspace.pool,
            cancellation: workspace.context.cancellation
        )
        let inventory = try await store.inventory()
        problems = inventory.problems.map { "\($0.subject), which MLflow logged, cannot be read: \($0.message)" }
        let runs = inventory.runs.sorted { ($0.started, $0.id) < ($1.started, $1.id) }
        let unreadable = inventory.unreadableRuns
        let ids = Set(runs.map(\.id) + unreadable)
        let nested = runs.filter { run in run.parent.map(ids.contains) == true && RunID(run.id) != nil }
        // Some run has to be the outermost one, whatever the tags say.
        self.nested = nested.count == runs.count && unreadable.isEmpty ? [] : nested
        let inner = Set(self.nested.map(\.id))
        own = runs.reversed().map(\.id).filter { !inner.contains($0) } + unreadable
    }

    /// Records the nested runs beside the run that they belong to; returns them, and what to warn of.
    func record(beside run: RunRecord) async -> (runs: [RunID], warnings: [String]) {
        var warnings: [String] = []
        var runs: [RunID] = []
        for facts in nested {
            guard let id = RunID(facts.id) else { continue }
            do {
                // What is there already is not this run's to change.
                guard try FileStatus.of(workspace.runs.directory(of: id).path) == nil else { continue }
                warnings += try await write(facts, as: id, beside: run)
                runs.append(id)
            } catch {
                if workspace.context.cancellation.isCancelled {
                    warnings.append("runs that were begun inside are not in the records, for this was interrupted")
                    break
                }
                warnings.append("run \(id.abbreviated), which was begun inside, is not in the records: \(error)")
            }
        }
        return (runs, warnings)
    }

    /// Writes a record; nothing is left behind where that fails, for nobody could read it.
    private func write(
        _ facts: MLflowRunFacts,
        as id: RunID,
        beside run: RunRecord
    ) async throws -> [String] {
        let directory = try workspace.runs.create(id)
        do { return try await write(facts, as: id, in: directory, beside: run) } catch {
            try? workspace.runs.remove(id)
            throw error
        }
    }

    private func write(
        _ facts: MLflowRunFacts,
        as id: RunID,
        in directory: RunDirectory,
        beside run: RunRecord
    ) async throws -> [String] {
        var record = RunRecord(
            id: id,
            name: facts.name,
            started: Timestamp(milliseconds: facts.started),
            // It cannot be done again without the run around it.
            command: [],
            directory: run.directory,
            origin: run.origin,
            // The difference is with the run around it.
            code: run.code.withoutDifference()
        )
        record.parent = facts.parent.flatMap { parent in own.contains(parent) ? nil : RunID(parent) } ?? run.id
        record.status = MLflowRecords.status(facts.status)
        record.ended = facts.ended.map { Timestamp(milliseconds: $0) } ?? run.ended
        record.data = run.data
        record.environment = run.environment
        record.environment?.packages = nil
        record.parameters = facts.parameters.mapValues { ParameterValue(word: $0) }
        Redaction.apply(to: &record.parameters)
        record.notes = [facts.tags["mlflow.note.content"]].compactMap { $0.map(Redaction.value) }
        let file = directory.path.appending(RunDirectory.seriesName)
        let series = try await MLflowSeries(of: facts, from: store, to: file, on: workspace.pool)
        record.metrics = series.summaries
        if try FileStatus.of(file) != nil {
            let bytes = try DurableFile.read(file, limit: NestedRuns.seriesLimit)
            record.series = RunFile(
                path: RunDirectory.seriesName,
                oid: SHA256.digest(of: bytes),
                size: Int64(bytes.count)
            )
        }
        try directory.write(record)
        return series.problems.map { "run \(id.abbreviated): \($0)" }
    }
}
