import Git
import ModelCore
import Registry
import Remotes
import Store
import SystemIO
import SystemPackage

/// `git model slim`: takes objects out of the local store once every byte of them was read back from a remote that
/// keeps them for this repository.
package struct SlimStore: Sendable {
    /// What was taken out, or would be.
    package struct Report: Operations.Report {
        /// Whether nothing was done, only said.
        package let isDryRun: Bool
        /// The remote's name.
        package let remote: String
        /// The artifacts that are only in the remote now, of all commits, each object once.
        package var artifacts: [RestoredArtifact] = []
        /// The bytes that this frees in packs.
        package var bytes: Int64 = 0
        /// The bytes that were read back.
        package var bytesRead: Int64 = 0
        /// The number of artifacts that stay because the work tree, HEAD or an index names them.
        package var inUse = 0
        /// The number of artifacts that stay because the remote does not have them.
        package var absent = 0
        package var hints: [String] = []
        package var problems: [Problem] = []

        private enum CodingKeys: CodingKey {
            case isDryRun, remote, artifacts, bytes, bytesRead, inUse, absent
        }
    }

    private let versions: [String]
    private let remote: String?
    private let isDryRun: Bool
    private let takesAll: Bool
    private var selection: TransferSelection { TransferSelection(versions: versions, isEverything: versions.isEmpty) }

    /// Creates the operation; without versions, everything in the store is meant; with `takesAll`, also what is checked
    /// out.
    package init(versions: [String], remote: String? = nil, isDryRun: Bool = false, takesAll: Bool = false) {
        self.versions = versions
        self.remote = remote
        self.isDryRun = isDryRun
        self.takesAll = takesAll
    }

    /// Reads everything back from the remote, then takes out what it has and nothing else here needs.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context, bare: true)
        let remote = try workspace.remote(named: remote)
        try workspace.requireReachable(remote)
        guard try !workspace.isLocalStore(remote) else {
            throw Failure(.failed, "remote \(remote.name) is the local store itself, which would have nothing left")
        }
        var report = Report(isDryRun: isDryRun, remote: remote.name)
        let verified = try await verified(workspace, remote, &report)
        let artifacts = try await rooted(verified, workspace, remote, &report)
        // Reading takes as long as it takes; only what follows keeps other commands away.
        if isDryRun {
            let joined = try workspace.openStore()
            let (plan, dropped) = try await plan(artifacts, workspace, joined.store)
            report.add(dropped, plan)
            return report
        }
        let store = try LocalStore.openOrCreate(workspace.storePath)
        try workspace.registerAsUser()
        let lock = try StoreLock.exclude(workspace.storePath)
        defer { extendLifetime(lock) }
        let (plan, dropped) = try await plan(artifacts, workspace, store)
        try await workspace.requireSound(store)
        try FrameRemoval(store, cancellation: context.cancellation).carryOut(plan)
        try remote.acknowledge(dropped.map(\.pointer.oid))
        report.add(dropped, plan)
        return report
    }

    /// Returns the artifacts that are here and may go, and that the remote has whole.
    private func verified(
        _ workspace: Workspace,
        _ remote: ConfiguredRemote,
        _ report: inout Report
    ) async throws -> [PointerIndex.Entry] {
        let joined = try workspace.openStore()
        let store = joined.store
        let (selected, unreadable) = try await workspace.artifacts(selection)
        report.problems = unreadable.problems
        report.hints = unreadable.hints
        let here = selected.filter { !Closure(of: [$0.pointer], in: store).frames.isEmpty }
        let used = try await usedObjects(workspace)
        let candidates = here.filter { !used.contains($0.pointer.oid) }
        report.inUse = here.count - candidates.count
        let tally = ProgressTally(phase: "reading back", sink: workspace.context.progress)
        let verification = RemoteVerification(
            of: remote.store,
            local: store,
            pool: workspace.pool,
            cancellation: workspace.context.cancellation,
            progress: { tally.set($0, of: $1) }
        )
        let result = try await verification.run(candidates.map(\.pointer))
        workspace.context.progress.finish()
        report.bytesRead = result.byteCount
        report.absent = candidates.count { result.missing.contains($0.pointer.oid) }
        for artifact in candidates {
            if let problem = result.damaged[artifact.pointer.oid] {
                report.problems.append(
                    Problem(
                        artifact.path.text,
                        message: "it stays, for remote \(remote.name) cannot give it back: \(problem)"
                    )
                )
            } else if !versions.isEmpty, result.missing.contains(artifact.pointer.oid) {
                report.problems.append(
                    Problem(artifact.path.text, message: "it stays, for remote \(remote.name) does not have it")
                )
            }
        }
        if report.absent > 0 { report.hints.append("send what is only here: `git model push --all`") }
        if !result.damaged.isEmpty {
            report.hints.append("look into the remote: `git model fsck --deep --check-remote`")
        }
        return candidates.filter { result.verified.contains($0.pointer.oid) }
    }

    /// Returns those artifacts that roots of this repository keep in the remote, once one was written for them.
    ///
    /// Others may have brought the bytes there, or a push that was killed before its root: collection takes such bytes
    /// without looking here.
    private func rooted(
        _ artifacts: [PointerIndex.Entry],
        _ workspace: Workspace,
        _ remote: ConfiguredRemote,
        _ report: inout Report
    ) async throws -> [PointerIndex.Entry] {
        guard !artifacts.isEmpty else { return [] }
        let obstacle: any Error
        do {
            guard isDryRun else { return try await writeRoot(for: artifacts, workspace, remote, &report) }
            try workspace.requireAgreement(to: remote)
            return artifacts
        } catch {
            try workspace.context.cancellation.check()
            obstacle = error
        }
        let objects = try await remote.store.objects(rootedBy: try await workspace.rootIdentities())
        let lent = artifacts.count { !objects.contains($0.pointer.oid) }
        if lent > 0 {
            let what = lent == 1 ? "1 artifact version stays" : "\(lent) artifact versions stay"
            report.problems.append(
                Problem(
                    "remote \(remote.name)",
                    message: "\(what) here, for it keeps that for others only: \(obstacle)"
                )
            )
            report.hints += (obstacle as? Failure)?.hints ?? []
        }
        return artifacts.filter { objects.contains($0.pointer.oid) }
    }

    /// Names artifacts in a root of the remote, and returns them; none where the remote does not have all of them any
    /// more.
    private func writeRoot(
        for artifacts: [PointerIndex.Entry],
        _ workspace: Workspace,
        _ remote: ConfiguredRemote,
        _ report: inout Report
    ) async throws -> [PointerIndex.Entry] {
        let joined = try workspace.openStore()
        let version = try await workspace.commit(of: selection)
        let result = try await workspace.push(artifacts, to: remote.name, for: version, from: joined.store)
        guard result.problems.isEmpty, result.warnings.isEmpty else {
            report.problems += result.problems
            report.problems += result.warnings.map { Problem("remote \(remote.name)", message: $0) }
            report.hints.append("the remote changed meanwhile: run the same command again")
            return []
        }
        return artifacts
    }

    private func plan(
        _ verified: [PointerIndex.Entry],
        _ workspace: Workspace,
        _ store: LocalStore
    ) async throws -> (FrameRemoval.Plan, dropped: [PointerIndex.Entry]) {
        // What came to be used meanwhile stays.
        let used = try await usedObjects(workspace)
        let dropped = verified.filter { !used.contains($0.pointer.oid) }
        let going = Set(dropped.map(\.pointer.oid))
        let own = try await workspace.ownLivePointers().filter { !going.contains($0.oid) }
        let live = try await own + workspace.otherUsersPointers()
        let removal = FrameRemoval(store, cancellation: workspace.context.cancellation)
        return (try removal.plan(dropping: dropped.map(\.pointer), keeping: live), dropped)
    }

    private func usedObjects(_ workspace: Workspace) async throws -> Set<Digest> {
        takesAll ? [] : Set(try await workspace.checkedOutPointers().map(\.oid))
    }
}

extension SlimStore.Report {
    fileprivate mutating func add(_ dropped: [PointerIndex.Entry], _ plan: FrameRemoval.Plan) {
        artifacts = dropped.map { RestoredArtifact(path: $0.path.text, size: $0.pointer.size) }
        bytes = plan.byteCount
        if !dropped.isEmpty, !isDryRun { hints.append("get a version back: `git model fetch VERSION`") }
    }
}
