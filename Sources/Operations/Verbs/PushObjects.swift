import Git
import ModelCore
import Registry
import Remotes
import Runs
import Store
import SystemIO
import SystemPackage

/// `git model push`: objects to a remote, and, when asked, Git's own references after them.
package struct PushObjects: Sendable {
    /// Where objects go.
    package enum Destination: Sendable {
        /// The remote of that name, or the default one.
        case remote(String?)
        /// Every remote that can be written to, one after the other.
        case everyRemote
    }

    private let selection: TransferSelection
    private let destination: Destination
    private let isDryRun: Bool
    private let pushesReferences: Bool
    private let restoresPurged: Bool

    /// Creates the operation; what was purged from the remote goes there again only where that is asked for.
    package init(
        _ selection: TransferSelection,
        to destination: Destination = .remote(nil),
        isDryRun: Bool = false,
        pushesReferences: Bool = false,
        restoresPurged: Bool = false
    ) {
        self.selection = selection
        self.destination = destination
        self.isDryRun = isDryRun
        self.pushesReferences = pushesReferences
        self.restoresPurged = restoresPurged
    }

    /// Pushes, and returns what was done.
    package func run(in context: Context) async throws -> TransferReport {
        let workspace = try await Workspace.open(in: context, bare: true)
        let joined = try workspace.openStore()
        let (selected, unreadable) = try await workspace.artifacts(selection, sendsImports: true)
        let pushesGit = pushesReferences && !isDryRun
        let gitRemote = pushesGit ? try await workspace.gitPushRemote() : nil
        let runs = try await workspace.runsToPush(to: gitRemote)
        let known = Set(selected.map(\.pointer))
        let pinned = try await workspace.pinnedArtifacts(of: runs, in: joined.store)
        let introduced = try await workspace.introducedArtifacts(to: gitRemote)
        let others = (introduced + pinned).filter { !known.contains($0.pointer) }
        let version = try await workspace.commit(of: selection)
        func push(to remote: String?) async throws -> TransferReport {
            let target = try workspace.remote(named: remote)
            let wanted = others.isEmpty ? [] : try await target.withoutPurged(others, local: joined.store)
            return try await workspace.push(
                selected + wanted,
                to: remote,
                for: version,
                from: joined.store,
                isDryRun: isDryRun,
                restoresPurged: restoresPurged
            )
        }
        var report: TransferReport
        switch destination {
        case .remote(let name): report = try await push(to: name)
        case .everyRemote: report = try await workspace.pushToAll(push)
        }
        report.problems += unreadable.problems
        report.warnings += unreadable.warnings
        report.hints += unreadable.hints
        if pushesGit {
            guard report.problems.isEmpty else { return report }
            let uncommitted = try await workspace.warning(ofUncommittedRemote: report.remote)
            report.warnings += [uncommitted].compactMap(\.self)
            report.warnings += try await workspace.pushCurrentBranch(with: runs)
            report.hints = []
        }
        return report
    }
}

extension Workspace {
    /// Pushes to every remote that can be written to; one that fails is a problem of the report, and keeps none from
    /// the others.
    fileprivate func pushToAll(_ push: (String?) async throws -> TransferReport) async throws -> TransferReport {
        let names = configuration.remoteNamesByPreference
        var reports: [TransferReport] = []
        var failures: [(remote: String, error: any Error)] = []
        for name in names.isEmpty ? [try remote(named: nil).name] : names {
            do {
                if try remote(named: name).store.remote.isReadOnly { continue }
                reports.append(try await push(name))
            } catch {
                try context.cancellation.check()
                failures.append((name, error))
            }
        }
        guard var report = reports.first else {
            throw RemotesFailure.of(failures, "nothing was pushed: every remote failed")
                ?? Failure(.failed, "nothing was pushed: no remote can be written to")
        }
        report.others = Array(reports.dropFirst())
        for other in report.others {
            report.warnings += other.warnings
            report.problems += other.problems
            report.hints += other.hints.filter { !report.hints.contains($0) }
        }
        report.problems += failures.map { Problem("remote \($0.remote)", $0.error) }
        return report
    }

    /// Pushes the objects of artifacts to a remote, where they stay alive for what is checked out, or, where that is no
    /// commit, for `version`.
    func push(
        _ artifacts: [PointerIndex.Entry],
        to name: String?,
        for version: PushedCommit? = nil,
        from store: LocalStore,
        isDryRun: Bool = false,
        restoresPurged: Bool = false
    ) async throws -> TransferReport {
        let started = context.now()
        let remote = try remote(named: name)
        var report = TransferReport(
            verb: "push",
            remote: remote.name,
            isThisMachineOnly: remote.isThisMachineOnly,
            isDryRun: isDryRun
        )
        let tally = ProgressTally(phase: "pushing", sink: context.progress)
        let scratch = modelDirectory.appending("tmp")
        try Directories.create(scratch.appending("packs"))
        let push = Push(
            from: store,
            to: remote.store,
            scratch: scratch,
            packsAtOnce: context.transfersAtOnce,
            cancellation: context.cancellation,
            progress: { tally.set($0, of: $1) }
        )
        if !isDryRun {
            try requireAgreement(to: remote)
            try requireReachable(remote)
        }
        // One look at the remote for all that follows.
        let visit =
            isDryRun
            ? try await RemoteVisit(lookingAt: remote.store) : try await RemoteVisit(writingTo: remote.store)
        let lacking = Set(try await push.lacking(artifacts.map(\.pointer), after: visit))
        let missing = artifacts.filter { lacking.contains($0.pointer) }
        let purged = try await remote.purged(missing, local: store)
        report.warnings = purged.map { "\($0.path) is left out: its bytes were purged (\($0.pointer.oid))" }
        report.problems = missing.filter { !purged.contains($0) }.map {
            Problem($0.path.text, message: "\($0.pointer.oid) is neither here nor in remote \(remote.name)")
        }
        if let first = report.problems.first {
            report.hints.append("fetch it first from a remote that has it: `git model fetch`")
            let path = ShellWord.quoted(first.subject)
            report.hints.append("or store it again where its file is still right: `git model add \(path)`")
        }
        let keptOut = restoresPurged ? [] : try await remote.keptOut(artifacts, local: store, after: visit)
        report.problems += keptOut.filter { !purged.contains($0) }.map {
            Problem($0.path.text, message: "\($0.pointer.oid) was purged from remote \(remote.name)")
        }
        if !keptOut.allSatisfy(purged.contains) {
            report.hints.append("take it away here, too: `git model purge VERSION`")
            report.hints.append("or bring it back there: `git model push --restore-purged`")
        }
        let refused = lacking.union(keptOut.map(\.pointer))
        let artifacts = artifacts.filter { !refused.contains($0.pointer) }
        let pointers = artifacts.map(\.pointer)
        let result: Push.Report
        if isDryRun {
            result = try await push.dryRun(pointers, after: visit)
        } else {
            let root = try await root(naming: pointers.map(\.oid), or: version)
            result = try await push.run(pointers, root: root, after: visit)
            try remote.acknowledge(pointers.map(\.oid))
        }
        context.progress.finish()
        let moved = Set(result.objects)
        let pushed = artifacts.filter { moved.contains($0.pointer.oid) }
        report.artifacts = pushed.count
        report.size = pushed.reduce(0) { $0.addingSaturating($1.pointer.size) }
        report.bytes = result.byteCount
        report.nanoseconds = context.now() - started
        return report
    }

    /// A directory that vanished is more likely unmounted or moved than wanted anew, once something was pushed to it;
    /// `isKnown` says that this was so, where this clone did not do it itself.
    func requireReachable(_ remote: ConfiguredRemote, isKnown: Bool = false) throws {
        guard case .directory(let path) = try RemoteURL(parsing: remote.store.remote.name, relativeTo: root) else {
            return
        }
        guard try FileStatus.of(path, followingLinks: true) == nil else { return }
        guard try isKnown || !remote.acknowledged().isEmpty else { return }
        throw Failure(
            .unreachable,
            "cannot reach remote \(remote.name)",
            hints: [
                "see whether the disk that it is on is mounted: `mount`",
                "if it has moved: `git model remote add --force \(remote.name) URL`",
            ],
            cause: Failure(.failed, "\(path): no such file or directory")
        )
    }

    /// Throws where a directory that should have artifacts is not there, so that nobody is told that these were not
    /// pushed.
    ///
    /// Bytes that are not here either were made elsewhere, where somebody could push them.
    func requireReachable(_ remote: ConfiguredRemote, having pointers: [Pointer], or store: LocalStore) throws {
        try requireReachable(remote, isKnown: !Closure(of: pointers, in: store).isComplete)
    }

    /// Pushes the current branch with `git`, after its objects and the commits of its runs: as Git is configured to, or
    /// to the remote that is meant.
    ///
    /// Returns what to warn of.
    fileprivate func pushCurrentBranch(with runs: Set<RunID>) async throws -> [String] {
        guard case .branch(let branch, _) = try await repository.objects.head() else {
            throw Failure(.failed, "cannot push with git: no branch is checked out", hints: ["`git switch BRANCH`"])
        }
        let short = branch.dropFirst("refs/heads/".count)
        guard let remote = try await gitPushRemote() else {
            throw Failure(
                .failed,
                "cannot push \(short) with git: no Git remote is set up",
                hints: ["add one: `git remote add origin URL`, then `git push -u origin \(short)`"]
            )
        }
        let git = try await repository.program.configuration()
        let variables = ["branch.\(short).merge", "push.default", "push.autosetupremote", "remote.\(remote).push"]
        let warnings = try await pushPins(of: runs, to: remote)
        // Without an upstream branch, `git push` alone refuses.
        guard variables.contains(where: { git.value($0) != nil }) || git.flag("remote.\(remote).mirror") == true else {
            try await pushWithGit([try GitRefspec(branch)], to: remote)
            return warnings
        }
        // The bytes of other branches are nowhere yet.
        try await repository.pushAlone(
            branch,
            to: remote,
            as: git,
            isQuiet: !context.isInteractive,
            isCaptured: !context.isInteractive || context.isMachineRead
        )
        return warnings
    }
}
