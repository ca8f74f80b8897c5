import Git
import ModelCore
import Registry
import Runs
import Store
import SystemIO
import SystemPackage

/// Puts what is to be kept of a run into the work tree, and stages it: its summary, and beside that its files as
/// artifacts.
struct RunKeeping {
    /// What was staged.
    struct Staged {
        /// The files that Git has of it: the summary, pointers, an ignore file.
        var files: [RepositoryPath] = []
        /// What the user should know.
        var warnings: [String] = []
    }

    private let workspace: Workspace
    private let sharesSecrets: Bool

    /// Creates it for a repository; with `sharesSecrets`, the user agrees that everybody gets what seems to be secret.
    init(_ workspace: Workspace, sharesSecrets: Bool = false) {
        self.workspace = workspace
        self.sharesSecrets = sharesSecrets
    }

    /// Stages all of a run that is over; what is there already stays as it is.
    ///
    /// Its commit is pinned first.
    func stage(_ run: RunRecord) async throws -> Staged {
        guard run.status != .running else {
            throw Failure(
                .failed,
                "cannot keep run \(run.id.abbreviated): it is not over yet",
                hints: ["see how far it is: `git model runs show \(run.id.abbreviated)`"]
            )
        }
        let hints = workspace.hints(onUnclosed: run)
        guard hints.isEmpty else {
            throw Failure(
                .failed,
                "cannot keep run \(run.id.abbreviated): its recorder was killed, and its metrics were not read yet",
                hints: hints
            )
        }
        var staged = Staged()
        staged.warnings += try await RunPins(workspace.repository).pin(run)
        staged.warnings += try await uncommittedData(of: run)
        do {
            let kept = try await record(of: run)
            staged.warnings += kept.warnings
            try await addFiles(of: kept.record, to: &staged)
            try await stageSummary(of: kept.record, in: &staged)
        } catch {
            throw Failure(nil, "cannot keep run \(run.id.abbreviated)", cause: error)
        }
        return staged
    }

    /// Returns the record as everybody is to have it, and what to warn of: without a difference that seems to hold
    /// secrets, unless the user agreed to that, now or when the summary was written that is there.
    func record(of run: RunRecord) async throws -> (record: RunRecord, warnings: [String]) {
        let withheld = try await DifferenceSecrets(workspace: workspace).withheld(from: run, verb: "keep")
        guard !withheld.warnings.isEmpty else { return withheld }
        if sharesSecrets { return (run, []) }
        let location = try workspace.location(of: RepositoryPath(KeptRun.summary(of: run.id)))
        guard try FileStatus.of(location)?.kind == .regular else { return withheld }
        let present = try? DurableFile.read(location, limit: Int(KeptRun.byteLimit))
        return present == (try run.summary.encoded()) ? (run, []) : withheld
    }

    private func stageSummary(of run: RunRecord, in staged: inout Staged) async throws {
        let path = try RepositoryPath(KeptRun.summary(of: run.id))
        let location = try workspace.location(of: path)
        let bytes = try run.summary.encoded()
        let lock = try workspace.lockWorkTree()
        defer { extendLifetime(lock) }
        try await workspace.repository.index.requireUnlocked()
        try Directories.create(location.removingLastComponent(), durable: false)
        try DurableFile.write(bytes, to: location)
        try await workspace.repository.index.stage([GitPath(path.text)])
        staged.files.append(path)
    }

    /// Stores the run's files, puts them beside the summary, and stages their pointers.
    private func addFiles(of run: RunRecord, to staged: inout Staged) async throws {
        let files = RunKeeping.files(of: run)
        guard !files.isEmpty else { return }
        let joined = try workspace.openStore()
        let place = try RepositoryPath(KeptRun.directory(of: run.id))
        var batch = try await AddBatch(
            workspace,
            store: joined.store,
            models: ModelAssignment(among: [], named: nil, metadata: []),
            tracked: workspace.pointers()
        )
        let paths: [RepositoryPath]
        do { paths = try await store(files, of: run, below: place, in: &batch) } catch {
            batch.abandon()
            throw error
        }
        var added = Add.Report()
        try await batch.commit(stages: true, into: &added)
        staged.warnings += added.warnings
        staged.files += paths.map(\.appendingPointerSuffix)
        staged.files += Set(paths.map(\.parent)).map { IgnoreFile.path(in: $0) }
        try joined.store.refresh()
        let artifacts = try await PointerIndex.workTree(of: workspace.repository).entries
            .filter { paths.contains($0.path) }
        let restored = try await workspace.restore(artifacts, from: joined.store, isForced: true)
        staged.warnings += restored.problems.map { "\($0.subject): \($0.message)" }
    }

    /// A file of the run's directory that is to be an artifact.
    private struct File {
        /// The path in the run's directory.
        let source: String
        /// The path beside the summary.
        let name: String
        /// What the record says of it.
        let note: RunFile
    }

    private static func files(of run: RunRecord) -> [File] {
        let attached = RunAttachment.allCases.compactMap { attachment in
            run.file(attachment).map { File(source: attachment.name, name: attachment.keptName, note: $0) }
        }
        return attached + (run.plots ?? []).map { File(source: $0.path, name: $0.path, note: $0) }
    }

    private func store(
        _ files: [File],
        of run: RunRecord,
        below place: RepositoryPath,
        in batch: inout AddBatch
    ) async throws -> [RepositoryPath] {
        let directory = workspace.runs.directory(of: run.id)
        var paths: [RepositoryPath] = []
        for file in files {
            let source = directory.path.appending(file.source)
            guard let status = try FileStatus.of(source), status.kind == .regular else {
                throw Failure(.failed, "\(source): no such file")
            }
            let path = place.appending(try RepositoryPath(file.name))
            batch.begin(path.text, byteCount: status.size)
            guard let object = try await batch.session.add([(path: source, size: status.size)]).first,
                object.oid == file.note.digest
            else { throw Failure(.verification, "\(source) is not what the record says") }
            let pointer = Pointer(oid: object.oid, size: object.size, kind: .file)
            batch.take(path, ArtifactIngest.Result(pointer: pointer, fileCount: 1), isExecutable: false)
            paths.append(path)
        }
        return paths
    }

    /// Returns a warning for each artifact that the run read in a version that its commit does not have: only what a
    /// pointer of history names stays in the store.
    private func uncommittedData(of run: RunRecord) async throws -> [String] {
        let read = run.data.filter { $0.kind == .artifact || $0.kind == .path }
        guard !read.isEmpty, let commit = run.code.commit.flatMap({ GitObjectID($0) }),
            try await workspace.repository.objects.resolve(commit.hex, to: .commit) == commit
        else { return [] }
        let committed = try await workspace.pointers(at: commit).entries
        return read.compactMap { data in
            let versions = committed.filter { $0.path.text == data.source }
            guard !versions.contains(where: { $0.pointer.oid.description == data.digest }) else { return nil }
            if data.kind == .artifact {
                return "the pointer of \(data.source) was not committed when the run began: "
                    + "the bytes that it read stay only as long as another commit names them"
            }
            // What is no artifact is Git's, or its user's, to keep.
            guard !versions.isEmpty else { return nil }
            return "\(data.source) was changed and not added when the run began: "
                + "the bytes that it read are kept only if they were added since"
        }
    }
}

extension Workspace {
    /// Stages the summaries of the runs that made what was just added, as their records have it by oid, or by path
    /// where it was not added when they ended; of several the last one counts.
    ///
    /// That this does not work is no reason against what was added.
    func keepMakers(of report: inout Add.Report) async {
        let fresh = report.artifacts.filter { $0.change != "unchanged" }
        guard !fresh.isEmpty, let contents = try? await runs.contents(on: pool) else { return }
        var made: [RunID: [RunOutput]] = [:]
        for artifact in fresh {
            let output = RunOutput(path: artifact.path, oid: artifact.oid, size: artifact.size)
            if let maker = await maker(of: output, among: contents.records) { made[maker, default: []].append(output) }
        }
        for run in contents.records {
            guard let outputs = made[run.id] else { continue }
            do {
                let record = try noting(outputs, in: run)
                report.warnings += try await RunKeeping(self).stage(record).warnings
                report.runs.append(Add.Report.Maker(run: run.id, paths: outputs.map(\.path)))
            } catch { report.warnings.append("\(error)") }
        }
    }

    private func maker(of output: RunOutput, among records: [RunRecord]) async -> RunID? {
        for run in records.reversed() where run.status == .finished {
            if run.outputs.contains(where: { $0.oid == output.oid }) { return run.id }
            // Nobody read its bytes when it ended.
            if run.unadded?.contains(output.path) == true, let path = try? RepositoryPath(output.path),
                await has(path, asLeftBy: run)
            {
                return run.id
            }
        }
        return nil
    }

    /// Notes of outputs that were not added when a run ended that they are now, and returns the record.
    private func noting(_ outputs: [RunOutput], in run: RunRecord) throws -> RunRecord {
        guard outputs.contains(where: { run.unadded?.contains($0.path) == true }) else { return run }
        var recorder = try RunRecorder.resume(self, run, toAdd: true)
        try recorder.update { record in
            record.note(added: outputs.filter { record.unadded?.contains($0.path) == true })
        }
        return recorder.record
    }
}

extension RepositoryPath {
    /// Whether it is a file of a run that is kept, and so no part of a model.
    var isOfRun: Bool { text.hasPrefix(KeptRun.directory + "/") }
}
