import Git
import Migration
import ModelCore
import Registry
import Remotes
import Runs
import Store
import SystemIO

/// What `pre-push` does: the objects that the pushed commits need, before the commits.
struct PushHook {
    /// Git's connection stays open while the hook runs, and servers close one that idles for long.
    private static let pendingByteLimit: Int64 = 1 << 30
    /// How many artifacts are named one by one.
    private static let problemLimit = 9

    private let arguments: [String]
    private let workspace: Workspace

    /// Creates the work of the hook, whose arguments are the name and the URL of Git's remote.
    init(_ arguments: [String], in workspace: Workspace) {
        self.arguments = arguments
        self.workspace = workspace
    }

    /// What the commits bring in.
    private struct Introduced {
        /// The artifacts, and those that runs started from, each object once.
        let artifacts: [PointerIndex.Entry]
        /// The runs whose summaries come.
        let runs: Set<RunID>
        /// Git's remote, by name or URL.
        let remote: String?
        /// One of the commits.
        let commit: PushedCommit?
    }

    /// Pushes; a problem keeps Git from pushing.
    func run() async throws -> Hook.Report {
        let introduced = try await introduced()
        var report = try await push(introduced)
        guard report.problems.isEmpty, let remote = introduced.remote else { return report }
        // Whoever reads a summary is to find the commit. That it does not get there is no reason against the push.
        report.warnings += try await workspace.pushPins(of: introduced.runs, to: remote)
        return report
    }

    private func push(_ introduced: Introduced) async throws -> Hook.Report {
        let artifacts = introduced.artifacts
        var report = Hook.Report()
        guard !artifacts.isEmpty else { return report }
        guard workspace.configuration.hasRemotes else {
            let count = artifacts.count == 1 ? "1 artifact" : "\(artifacts.count) artifacts"
            report.problems = [Problem("git push", message: "no remote is set up for the \(count) of these commits")]
            report.hints = ["add one: `git model remote add store URL`", "or push without: `git push --no-verify`"]
            return report
        }
        let joined = try workspace.openStore()
        let (here, elsewhere) = try await present(artifacts, joined.store, &report)
        guard report.problems.isEmpty else { return report }
        guard !here.isEmpty else {
            report.warnings += try await keep(elsewhere, for: introduced.commit, from: joined.store)
            return report
        }
        let present = here + elsewhere
        if present.reduce(0, { $0.addingSaturating($1.pointer.size) }) > PushHook.pendingByteLimit {
            let pending = try await workspace.push(present, to: nil, from: joined.store, isDryRun: true).bytes
            guard pending <= PushHook.pendingByteLimit else {
                report.problems = [Problem("git push", message: "\(pending) bytes of artifacts are to be sent first")]
                report.hints = ["send them: `git model push --all`", "then push again"]
                return report
            }
        }
        let result = try await workspace.push(present, to: nil, for: introduced.commit, from: joined.store)
        report.problems = result.problems
        return report
    }

    /// Names in a root what only the remote has; returns what to warn of.
    ///
    /// Nothing has to be sent: who may only read there, or never agreed to write there, may push commits all the same.
    private func keep(
        _ artifacts: [PointerIndex.Entry],
        for commit: PushedCommit?,
        from store: LocalStore
    ) async throws -> [String] {
        guard let first = artifacts.first else { return [] }
        let remote = try workspace.remote(named: nil)
        let what = artifacts.count == 1 ? "\(first.path)" : "\(first.path) and \(artifacts.count - 1) more"
        let stakes = "collection may take the bytes of \(what) from remote \(remote.name) once nobody else needs them: "
        guard try workspace.agrees(to: remote.url) else {
            return [
                stakes + "nobody on this machine agreed to \(remote.location); do, and keep them: "
                    + "`\(Trust.line(remote.location))`, `git model push`"
            ]
        }
        do {
            let result = try await workspace.push(artifacts, to: nil, for: commit, from: store)
            return result.problems.map { stakes + "\($0.subject): \($0.message)" }
        } catch {
            try workspace.context.cancellation.check()
            return [stakes + "\(error)"]
        }
    }

    private func introduced() async throws -> Introduced {
        var updates = try RefUpdate.parse(workspace.context.readInput())
        var remote = arguments.first
        let environment = workspace.context.environment
        if updates.isEmpty, let update = try await frameworkUpdate() {
            remote = environment["PRE_COMMIT_REMOTE_NAME"]
            updates = [update]
        }
        let files = try await workspace.repository.introducedFiles(
            suffix: Pointer.fileSuffix,
            orInside: ".mver",
            by: updates,
            to: remote ?? "",
            includingTips: try await isStrange(remote, to: updates)
        )
        let runs = Set(files.compactMap(\.run))
        let maps = GitPath(ImportMap.directory)
        let pointers = files.filter { $0.path.hasSuffix(Pointer.fileSuffix) || $0.path.isInside(maps) }
        var artifacts: [PointerIndex.Entry] = []
        if !pointers.isEmpty {
            let index = try await workspace.pointers(in: pointers.map { (path: $0.path, mode: $0.mode, id: $0.id) })
            artifacts = index.entries
        }
        if !runs.isEmpty, workspace.configuration.hasRemotes {
            let joined = try workspace.openStore()
            let pinned = try await workspace.pinnedArtifacts(of: runs, in: joined.store)
            if !pinned.isEmpty {
                let remote = try workspace.remote(named: nil)
                artifacts += try await remote.withoutPurged(pinned, local: joined.store)
            }
        }
        var seen: Set<Pointer> = []
        artifacts.removeAll { !seen.insert($0.pointer).inserted }
        return Introduced(artifacts: artifacts, runs: runs, remote: remote, commit: try await commit(of: updates))
    }

    /// Whether a remote has no branch where its tracking branch says that it has one: it may be another repository than
    /// when it was fetched, so that what is known of it says nothing of what it needs.
    private func isStrange(_ remote: String?, to updates: [RefUpdate]) async throws -> Bool {
        guard let remote else { return false }
        let prefix = "refs/heads/"
        for update in updates where update.remoteID == nil && update.remoteName.hasPrefix(prefix) {
            let tracking = "refs/remotes/\(remote)/\(update.remoteName.dropFirst(prefix.count))"
            if try await workspace.repository.objects.reference(tracking) != nil { return true }
        }
        return false
    }

    private func commit(of updates: [RefUpdate]) async throws -> PushedCommit? {
        guard let update = updates.first(where: { $0.localID != nil }), let id = update.localID,
            let commit = try await workspace.repository.objects.resolve(id.hex)
        else { return nil }
        return PushedCommit(reference: update.remoteName, id: commit)
    }

    /// Returns what the framework of pre-commit.com says: it reads the input itself, and passes one reference in
    /// variables.
    ///
    /// Of a branch that the remote has nothing of, it names no commits, only the branch.
    private func frameworkUpdate() async throws -> RefUpdate? {
        let environment = workspace.context.environment
        guard environment["PRE_COMMIT_REMOTE_NAME"] != nil || environment["PRE_COMMIT_TO_REF"] != nil else {
            return nil
        }
        let objects = workspace.repository.objects
        let pushed = environment["PRE_COMMIT_TO_REF"] ?? environment["PRE_COMMIT_LOCAL_BRANCH"] ?? "HEAD"
        guard let tip = try await objects.resolve(pushed) else { return nil }
        var old: GitObjectID?
        if let from = environment["PRE_COMMIT_FROM_REF"] { old = try await objects.resolve(from) }
        return RefUpdate(
            localName: environment["PRE_COMMIT_LOCAL_BRANCH"] ?? "",
            localID: tip,
            remoteName: environment["PRE_COMMIT_REMOTE_BRANCH"] ?? "",
            remoteID: old
        )
    }

    /// Returns the artifacts that are to stay alive in the remote: what is here, and what only the remote has, which
    /// has to know all others.
    ///
    /// Where nothing can be written, what is there already is somebody else's to keep.
    private func present(
        _ artifacts: [PointerIndex.Entry],
        _ store: LocalStore,
        _ report: inout Hook.Report
    ) async throws -> (here: [PointerIndex.Entry], elsewhere: [PointerIndex.Entry]) {
        let here = artifacts.filter { Closure(of: [$0.pointer], in: store).isComplete }
        guard here.count < artifacts.count else { return (here, []) }
        let have = Set(here.map(\.pointer))
        let elsewhere = artifacts.filter { !have.contains($0.pointer) }
        let remote = try workspace.remote(named: nil)
        let held = try await remote.holds(elsewhere.map(\.pointer), local: store)
        let missing = elsewhere.filter { !held.contains($0.pointer.oid) }
        let purged = try await remote.purged(missing, local: store)
        let lost = missing.filter { !purged.contains($0) }
        report.problems = lost.prefix(PushHook.problemLimit).map {
            Problem(
                $0.path.text,
                message: "its bytes (\($0.pointer.oid.hex.prefix(12))) are neither here nor in the remote"
            )
        }
        if lost.count > PushHook.problemLimit {
            let rest = lost.count - PushHook.problemLimit
            report.problems.append(Problem("\(rest) more", message: "nor are their bytes"))
        }
        if !report.problems.isEmpty { report.hints = ["push without them: `git push --no-verify`"] }
        guard !remote.store.remote.isReadOnly else { return (here, []) }
        return (here, elsewhere.filter { held.contains($0.pointer.oid) })
    }
}
