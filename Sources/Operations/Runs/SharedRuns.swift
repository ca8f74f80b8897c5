import Git
import ModelCore
import Registry
import Runs
import SystemIO
import SystemPackage

/// Runs that are shared without being kept: a reference of the Git remote for each, whose commit has the record, and
/// the run's own commit before it.
struct SharedRuns {
    /// What names of the references begin with at the remote; the id follows.
    static let referencePrefix = "refs/git-model/unkept-runs/"
    private static let recordName = "run.json"
    /// What the directory of the references is called, also where they arrive.
    static let directoryName = "unkept-runs"
    /// Larger files are left out.
    private static let byteLimit: Int64 = 32 << 20

    private let workspace: Workspace

    init(_ workspace: Workspace) { self.workspace = workspace }

    /// Makes the commit of a run that was recorded here; returns what to warn of, too.
    ///
    /// A difference that seems to hold secrets is left out, unless the user agrees with `sharesSecrets`.
    func commit(
        of recorded: RunRecord,
        sharesSecrets: Bool
    ) async throws -> (commit: GitObjectID, warnings: [String], isWithheld: Bool) {
        var (run, warnings) = (recorded, [String]())
        if !sharesSecrets {
            (run, warnings) = try await DifferenceSecrets(workspace: workspace).withheld(from: recorded, verb: "push")
        }
        var files: [(name: String, bytes: [UInt8])] = [(SharedRuns.recordName, try run.summary.encoded())]
        let directory = workspace.runs.directory(of: run.id).path
        for attachment in RunAttachment.allCases where run.file(attachment) != nil {
            let source = directory.appending(attachment.name)
            guard let status = try FileStatus.of(source), status.size <= SharedRuns.byteLimit else {
                warnings.append("\(attachment.keptName) of run \(run.id.abbreviated) is left out: it is large, or gone")
                continue
            }
            files.append((attachment.keptName, try DurableFile.read(source, limit: Int(SharedRuns.byteLimit))))
        }
        let code = run.code.commit.flatMap { GitObjectID($0) }
        var parents: [GitObjectID] = []
        if let code, try await workspace.repository.objects.resolve(code.hex, to: .commit) == code { parents = [code] }
        let commit = try await workspace.repository.makeCommit(
            of: files,
            parents: parents,
            message: "Run \(run.id)",
            at: run.started.milliseconds / 1000
        )
        return (commit, warnings, run.code.difference != recorded.code.difference)
    }

    /// Whether a Git remote has such a run, whatever is in it.
    func isShared(_ reference: String, at remote: String) async throws -> Bool {
        try await !workspace.repository.remoteReferences(of: remote, patterns: [reference]).isEmpty
    }

    /// Fetches the runs that others share by a Git remote; those that nobody shares any more stay.
    func fetch(from remote: String) async throws {
        let target = "\(RunPins.remotePrefix)\(remote)/\(SharedRuns.directoryName)/*"
        let refspec = try GitRefspec(SharedRuns.referencePrefix + "*", to: target, existing: .replace)
        try await workspace.repository.fetchReferences([refspec], from: remote)
    }

    /// The commits of the runs that were fetched.
    var commits: [RunID: GitObjectID] {
        get async throws { try await references.mapValues(\.peeledID) }
    }

    private var references: [RunID: GitReference] {
        get async throws {
            var references: [RunID: GitReference] = [:]
            for reference in try await workspace.repository.objects.references(prefix: RunPins.remotePrefix) {
                let parts = reference.name.split(separator: "/")
                guard parts.count >= 4, parts[parts.count - 2] == SharedRuns.directoryName,
                    let run = RunID(parts[parts.count - 1])
                else { continue }
                references[run] = reference
            }
            return references
        }
    }

    /// Returns where the record of a run is that was fetched, as `git show` takes it; `nil` where there is none.
    func place(of run: RunID) async throws -> String? {
        try await references[run].map { "\($0.name):\(SharedRuns.recordName)" }
    }

    /// The blobs of the records of the runs that were fetched.
    var records: [RunID: GitObjectID] {
        get async throws {
            var records: [RunID: GitObjectID] = [:]
            for (run, commit) in try await commits {
                let entry = try await workspace.repository.objects.entry(at: GitPath(SharedRuns.recordName), in: commit)
                if let entry, entry.mode.isFile { records[run] = entry.id }
            }
            return records
        }
    }

    /// Returns the bytes of a file of a run that was fetched; `nil` where there is none.
    func bytes(of name: String, of run: RunID) async throws -> [UInt8]? {
        guard let commit = try await commits[run] else { return nil }
        return try await workspace.repository.objects.file(at: GitPath(name), in: commit, limit: SharedRuns.byteLimit)
    }
}

extension Workspace {
    /// Returns the Git remote that is named, or the one that the current branch belongs to.
    func requireGitRemote(_ name: String?) async throws -> String {
        if let name { return name }
        if let remote = try await gitRemote() { return remote }
        throw Failure(.failed, "no Git remote is set up", hints: ["add one: `git remote add origin URL`"])
    }
}
