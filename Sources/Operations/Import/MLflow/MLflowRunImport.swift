import Git
import Migration
import ModelCore
import Registry
import Runs
import Store
import SystemIO
import SystemPackage

/// The runs of one `import mlflow`: their summaries, and their series as artifacts beside these, as `runs keep` has
/// them.
struct MLflowRunImport {
    /// A summary that is to be written.
    private struct Summary {
        let record: RunRecord
        let path: RepositoryPath
        let bytes: [UInt8]
    }

    private let workspace: Workspace
    private let source: any MLflowSource
    private let head: GitObjectID
    /// The versions that are here.
    private let versions: [ModelVersion]
    private var summaries: [Summary] = []
    /// The artifacts that are new: series, and what else is beside summaries.
    private(set) var artifacts: [RepositoryPath] = []

    init(
        _ workspace: Workspace,
        from source: any MLflowSource,
        at head: GitObjectID,
        besides versions: [ModelVersion]
    ) {
        self.workspace = workspace
        self.source = source
        self.head = head
        self.versions = versions
    }

    /// Whether nothing is new.
    var isEmpty: Bool { summaries.isEmpty }
    /// How many summaries are new or differ.
    var count: Int { summaries.count }

    /// Returns the record that the current commit has of a run.
    func record(of run: RunID) async throws -> RunRecord? { try await kept(run).flatMap { RunRecord(parsing: $0) } }

    /// Returns the summary that the current commit has of a run.
    func kept(_ run: RunID) async throws -> [UInt8]? {
        let path = GitPath(KeptRun.summary(of: run))
        return try await workspace.repository.objects.file(at: path, in: head, limit: KeptRun.byteLimit)
    }

    /// Whether a run was exported from here: it is here, or was made for a version that is, of which no run was kept.
    func isExported(_ facts: MLflowRunFacts) async throws -> Bool {
        if let run = facts.tags[ExportMLflow.runKey].flatMap({ RunID($0) }), try await kept(run) != nil { return true }
        guard let exported = facts.tags[ExportMLflow.versionKey] else { return false }
        return versions.contains { exported.hasSuffix(" \($0.commit.hex)") }
    }

    /// Takes a run, unless the current commit has it as it is; its series goes through the batch.
    ///
    /// The record has as outputs what versions have that the run made, and no metrics yet.
    mutating func take(
        _ facts: MLflowRunFacts,
        as fresh: RunRecord,
        below scratch: FilePath,
        into batch: inout AddBatch,
        _ report: inout ImportMLflow.Report
    ) async throws {
        let before = try await kept(fresh.id)
        let earlier = before.flatMap { RunRecord(parsing: $0) }
        var record = fresh
        // What an import of other models found stays; of a run's own files only the newest count.
        record.outputs = (earlier?.outputs ?? []).filter { output in
            !fresh.outputs.contains { $0.path == output.path && (try? RepositoryPath($0.path))?.isOfRun == true }
        }
        record.outputs += fresh.outputs.filter { !record.outputs.contains($0) }
        let place = try RepositoryPath("\(KeptRun.directory(of: record.id))/\(RunAttachment.series.keptName)")
        if let earlier, earlier.hasMetrics(of: facts, record) {
            record.metrics = earlier.metrics
            record.series = earlier.series
        } else {
            let file = scratch.appending("\(record.id).jsonl")
            let series = try await MLflowSeries(of: facts, from: source, to: file, on: workspace.pool)
            report.note(series, of: facts)
            record.metrics = series.summaries
            record.series = try await store(series, at: place, into: &batch)
        }
        let bytes = try record.summary.encoded()
        guard bytes.count <= KeptRun.byteLimit else {
            throw Failure(.failed, "its summary would be larger than anybody reads (\(KeptRun.byteLimit) bytes)")
        }
        guard bytes != before else {
            report.runs.unchanged += 1
            return
        }
        report.runs.count(record, isNew: before == nil)
        if record.series != nil { artifacts.append(place) }
        artifacts += record.outputs.compactMap { try? RepositoryPath($0.path) }.filter(\.isOfRun)
        let path = try RepositoryPath(KeptRun.summary(of: record.id))
        summaries.append(Summary(record: record, path: path, bytes: bytes))
    }

    private func store(
        _ series: MLflowSeries,
        at place: RepositoryPath,
        into batch: inout AddBatch
    ) async throws -> RunFile? {
        guard let status = try FileStatus.of(series.file) else { return nil }
        batch.begin(place.text, byteCount: status.size)
        let added = try await batch.session.add([(path: series.file, size: status.size)])
        try DurableFile.remove(series.file)
        guard let object = added.first else { return nil }
        let pointer = Pointer(oid: object.oid, size: object.size, kind: .file)
        batch.take(place, ArtifactIngest.Result(pointer: pointer, fileCount: 1), isExecutable: false)
        return RunFile(path: RunDirectory.seriesName, oid: object.oid, size: object.size)
    }

    /// Commits the summaries, and the pointers that the batch has; with nothing new, the batch only tells the store
    /// what it has.
    func commit(
        _ batch: inout AddBatch,
        _ commit: ImportCommit,
        from name: String,
        _ report: inout ImportMLflow.Report
    ) async throws {
        let files = summaries.map(\.path)
        if !isEmpty {
            try await commit.begin(
                changing: files + artifacts.map { IgnoreFile.path(in: $0.parent) },
                staging: artifacts.map(\.appendingPointerSuffix)
            )
        }
        var added = Add.Report()
        try await batch.commit(stages: true, into: &added)
        report.bytesRead += added.bytesRead
        report.bytesStored += added.bytesStored
        report.warnings += added.warnings
        // Of a version, an import that was interrupted may have staged something: that one's commit looks after it.
        guard !isEmpty else { return }
        try await stage()
        for summary in summaries {
            report.warnings += try await RunPins(workspace.repository).pin(summary.record)
        }
        guard try await !workspace.repository.index.changes(since: commit.head).isEmpty else { return try commit.end() }
        let subject = "Import \(summaries.count) \(summaries.count == 1 ? "run" : "runs") from MLflow"
        if let made = try await commit.make("\(subject)\n\nFrom \(name)\n") { report.commits.append(made.hex) }
    }

    private func stage() async throws {
        let lock = try workspace.lockWorkTree()
        defer { extendLifetime(lock) }
        for summary in summaries {
            let location = try workspace.location(of: summary.path)
            try Directories.create(location.removingLastComponent(), durable: false)
            // The commit has them, too.
            try DurableFile.write(summary.bytes, to: location, durable: false)
        }
        try await workspace.repository.index.stage(summaries.map { GitPath($0.path.text) })
    }
}

extension RunRecord {
    /// Whether the record has the metrics of a run that ended as it did, as far as the source tells their last values.
    fileprivate func hasMetrics(of facts: MLflowRunFacts, _ other: RunRecord) -> Bool {
        guard ended != nil, ended == other.ended, status == other.status, !facts.lastValues.isEmpty,
            facts.lastValues.count == metrics.count
        else { return false }
        return facts.lastValues.allSatisfy { name, value in
            guard let last = metrics[name]?.value else { return false }
            return last == value || (last.isNaN && value.isNaN)
        }
    }
}

extension ImportMLflow.Report {
    /// Notes what could not be read of a run's metrics.
    fileprivate mutating func note(_ series: MLflowSeries, of run: MLflowRunFacts) {
        problems += series.problems.map { Problem("run \(run.id)", message: $0) }
        guard series.unreadableCount > 0 else { return }
        warnings.append("run \(run.id): lines of metrics that could not be read: \(series.unreadableCount)")
    }
}

extension ImportMLflow.Report.Runs {
    fileprivate mutating func count(_ record: RunRecord, isNew: Bool) {
        if isNew { new += 1 } else { changed += 1 }
        points += record.metrics.values.reduce(0) { $0 + $1.count }
    }
}
