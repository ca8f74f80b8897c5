import Codec
import Git
import ModelCore
import Runs
import SystemIO
import SystemPackage

/// Writes the record of one run: all that is known before its command starts, and what came of it.
struct RunRecorder: ~Copyable {
    let directory: RunDirectory
    private(set) var record: RunRecord
    /// What the record could not take.
    var warnings: [String]
    private let workspace: Workspace
    // Others see by it that somebody records.
    private let lock: FileLock

    private init(
        _ workspace: Workspace,
        _ directory: RunDirectory,
        _ record: RunRecord,
        _ warnings: [String],
        _ lock: consuming FileLock
    ) {
        self.workspace = workspace
        self.directory = directory
        self.record = record
        self.warnings = warnings
        self.lock = lock
    }

    /// Begins a run of `command`, and writes what is known of the code; nothing is left behind where that fails.
    static func begin(_ workspace: Workspace, name: String?, command: [String]) async throws -> RunRecorder {
        let place = try directory(of: workspace)
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<RunID.byteCount).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        guard let id = RunID(bytes) else { throw Failure(.bug, "a run id has another number of bytes") }
        let directory = try workspace.runs.create(id)
        do { return try await begin(workspace, id, in: directory, name: name, command: command, at: place) } catch {
            try? workspace.runs.remove(id)
            throw error
        }
    }

    /// Returns where a command runs, from the top of the repository; throws where that is outside of the work tree,
    /// whose files are no run's of this repository.
    private static func directory(of workspace: Workspace) throws -> String {
        var below = workspace.context.workingDirectory
        if below.removePrefix(workspace.root) { return below.string }
        below = try FileStatus.realPath(of: below)
        guard try below.removePrefix(FileStatus.realPath(of: workspace.root)) else {
            throw Failure(
                .failed,
                "the command would run outside of the work tree, \(QuotedPath.encode(workspace.root.string))",
                hints: ["run it from there: `cd \(ShellWord.quoted(workspace.root.string))`"]
            )
        }
        return below.string
    }

    private static func begin(
        _ workspace: Workspace,
        _ id: RunID,
        in directory: RunDirectory,
        name: String?,
        command: [String],
        at place: String
    ) async throws -> RunRecorder {
        let lock = try FileLock(directory.lock, mode: .exclusive, wait: .seconds(1))
        var warnings: [String] = []
        let record = RunRecord(
            id: id,
            name: name,
            started: Timestamp(nanoseconds: workspace.context.now()),
            command: Redaction.command(command),
            directory: place,
            origin: RunOrigin(
                host: Machine.hostName,
                user: try await workspace.userName,
                worktree: workspace.repository.layout.worktreeName
            ),
            code: try await code(of: workspace, into: directory, warnings: &warnings)
        )
        try directory.write(record)
        return RunRecorder(workspace, directory, record, warnings, lock)
    }

    /// Goes on with the record of a run that nobody records at this moment, and that has not ended; with `toAdd`, of
    /// one that has, and whose outputs are not all added yet.
    static func resume(_ workspace: Workspace, _ record: RunRecord, toAdd: Bool = false) throws -> RunRecorder {
        let directory = workspace.runs.directory(of: record.id)
        let lock = try FileLock(directory.lock, mode: .exclusive, wait: .seconds(1))
        // Somebody else may have ended it before the lock was free.
        let current = try directory.record() ?? record
        guard toAdd ? current.unadded != nil : current.status == .running else {
            throw Failure(.failed, "run \(record.id.abbreviated) has ended already")
        }
        return RunRecorder(workspace, directory, current, [], lock)
    }

    /// Changes the record, and writes it.
    mutating func update(_ change: (inout RunRecord) throws -> Void) throws {
        try change(&record)
        try directory.write(record)
    }

    /// Changes the record and writes it; that this does not work is only noted.
    mutating func note(_ change: (inout RunRecord) -> Void) {
        change(&record)
        do { try directory.write(record) } catch { warnings.append("the record could not be written: \(error)") }
    }

    /// Puts a file into the run's directory.
    func write(_ bytes: [UInt8], to name: String) throws -> RunFile {
        try RunRecorder.write(bytes, to: name, in: directory)
    }

    private static func write(_ bytes: [UInt8], to name: String, in directory: RunDirectory) throws -> RunFile {
        try DurableFile.write(bytes, to: directory.path.appending(name))
        return RunFile(path: name, oid: SHA256.digest(of: bytes), size: Int64(bytes.count))
    }

    /// Finds out what the code is, and keeps its differences from the commit; that these cannot be had keeps nobody
    /// from a run.
    private static func code(
        of workspace: Workspace,
        into directory: RunDirectory,
        warnings: inout [String]
    ) async throws -> RunCode {
        let head = try await workspace.repository.objects.head()
        var tree: GitObjectID?
        if let commit = head.commit { tree = try await workspace.repository.objects.resolve(commit.hex, to: .tree) }
        var file: RunFile?
        var (isDirty, leftOut) = (true, [String]())
        do {
            var choice = UntrackedFiles(root: workspace.root)
            let difference = try await workspace.repository.difference(from: head.commit, scratch: directory.path) {
                choice.isKept($0.description)
            }
            let (untracked, submodules) = (difference.leftOut.map(\.description), difference.changedSubmodules)
            leftOut = untracked + submodules.map(\.description)
            isDirty = !difference.patch.isEmpty || !leftOut.isEmpty
            if !difference.patch.isEmpty {
                file = try write(difference.patch, to: RunDirectory.differenceName, in: directory)
                warnings += try await DifferenceSecrets(workspace: workspace).warnings(about: difference.patch)
            }
            if let warning = UntrackedFiles.warning(about: untracked) { warnings.append(warning) }
            warnings += submodules.map {
                "what is changed inside the submodule \($0) is not in the record: commit it there first"
            }
        } catch {
            if workspace.context.cancellation.isCancelled { throw error }
            warnings.append("what differs from the commit is not in the record: \(error)")
        }
        return RunCode(
            commit: head.commit?.hex,
            tree: tree?.hex,
            branch: head.branchName,
            remote: try await workspace.remoteURL.map(Redaction.value),
            isDirty: isDirty,
            difference: file,
            leftOut: leftOut
        )
    }
}

extension Workspace {
    /// The runs of this repository, which all its worktrees share.
    var runs: RunCatalog { RunCatalog(modelDirectory.appending("runs")) }

    /// The name that Git knows the user by.
    fileprivate var userName: String? {
        get async throws {
            let output = try await repository.program.run(["config", "--get", "user.name"], accepting: [0, 1])
            return output.line.isEmpty ? nil : output.line
        }
    }

    /// The URL of Git's remote `origin`, or of the only one there is.
    fileprivate var remoteURL: String? {
        get async throws {
            let names = try await repository.program.run(["remote"]).line.split(separator: "\n").map(String.init)
            guard let name = names.contains("origin") ? "origin" : names.count == 1 ? names[0] : nil else { return nil }
            return try await repository.program.run(["remote", "get-url", "--", GitArgument(name)]).line
        }
    }
}

extension GitHead {
    /// The branch as people call it; `nil` where HEAD is detached.
    fileprivate var branchName: String? {
        guard case .branch(let name, _) = self else { return nil }
        return name.hasPrefix("refs/heads/") ? String(name.dropFirst("refs/heads/".count)) : name
    }
}
