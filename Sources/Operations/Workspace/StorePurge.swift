import ModelCore
import Registry
import Remotes
import Store
import SystemIO
import SystemPackage

/// Takes objects away from one store after the other, whose other users are excluded meanwhile.
struct StorePurge {
    let workspace: Workspace
    /// What goes.
    let victims: Set<Pointer>
    /// What this repository keeps.
    let survivors: [Pointer]
    let order: RepackOrder
    let isDryRun: Bool

    /// Purges the local store, or, with the remote's name, that of a remote, of which `claims` stay, too.
    func run(
        on store: LocalStore,
        of remote: String?,
        claims: [Pointer] = []
    ) async throws -> RepackStore.Report.Entry {
        let victims = victims.sorted { $0.oid < $1.oid }
        // Whoever misses an object, as from here on, is to know why.
        if !isDryRun { try store.rememberPurge(of: victims.map(\.oid)) }
        let tally = ProgressTally(phase: "purging", sink: workspace.context.progress)
        let repack = Repack(
            store,
            pool: workspace.pool,
            now: workspace.context.now(),
            cancellation: workspace.context.cancellation,
            progress: tally.add
        )
        let request = Repack.Request.purge(victims, live: survivors + claims, order: order)
        let result = try await repack.run(request, isDryRun: isDryRun)
        return RepackStore.Report.Entry(result, remote: remote)
    }

    /// Returns the objects of which the store still has every byte, because others need them.
    func stillRebuilt(in store: LocalStore) throws -> Set<String> {
        guard !isDryRun else { return [] }
        return Set(victims.filter { Closure(of: [$0], in: store).isComplete }.map { "\($0.oid)" })
    }

    /// Returns warnings of files that may have the bytes all the same, in the local store, or, with its name, that of a
    /// remote: nobody knows what is in them.
    func leftovers(in root: FilePath, of remote: String?, areOthersLockedOut: Bool = true) throws -> [String] {
        var warnings: [String] = []
        let directory = root.appending(StoreLayout.quarantine)
        if try FileStatus.of(directory) != nil, try !DirectoryEntry.all(in: directory).isEmpty {
            warnings.append(
                "damaged packs in \(directory) may have the bytes: delete them when nobody wants to look at them"
            )
        }
        // Whoever pushes by SSH is not locked out.
        let unfinished =
            areOthersLockedOut
            ? try StaleTemporaryFiles.unfinished(inExcludedStore: root, now: workspace.context.now())
            : try StaleTemporaryFiles.packs(in: root)
        if !unfinished.isEmpty {
            let command = "git model gc" + (remote.map { " --remote \($0)" } ?? "")
            let push = areOthersLockedOut ? "a push by SSH" : "a push"
            warnings.append(
                "what \(push) began in \(root) and did not finish may have the bytes: "
                    + "when that is a day old, `\(command)` deletes it"
            )
        }
        return warnings
    }

    /// What became of a remote.
    struct Outcome {
        let entry: RepackStore.Report.Entry
        /// The objects of which the remote still has every byte, because others need them.
        let stillRebuilt: Set<String>
        /// What the user has to know of it.
        var warnings: [String] = []
    }

    /// Purges a remote's store; `nil` where there is none yet.
    ///
    /// A directory is encoded anew while everybody else is locked out; any other remote, and one with packs that are on
    /// their way out, is purged by the rules of collection. `local` is purged by then.
    func run(onRemote name: String, local: LocalStore) async throws -> Outcome? {
        let remote = try workspace.remote(named: name)
        try workspace.requireReachable(remote)
        guard let directory = remote.store.remote.lockableDirectory, try !Workspace.hasTombs(directory) else {
            return try await runWithoutLock(on: remote, local: local)
        }
        _ = try workspace.requireLockable(remote, to: "purge", isDryRun: isDryRun)
        guard try FileStatus.of(directory.appending(StoreLayout.format), followingLinks: true) != nil else {
            return nil
        }
        if isDryRun {
            let lock = try StoreLock.join(directory)
            defer { extendLifetime(lock) }
            return try await run(on: try LocalStore(directory), ofRemote: remote)
        }
        let lock = try StoreLock.exclude(directory)
        defer { extendLifetime(lock) }
        let store = try LocalStore(directory)
        try await workspace.requireSound(store)
        return try await run(on: store, ofRemote: remote)
    }

    /// Refuses where another repository pushed to the local store what is to go.
    func requireUnclaimed(in store: LocalStore) async throws {
        let oids = Set(victims.map(\.oid))
        let claims = try store.roots().map(\.record).filter { !oids.isDisjoint(with: $0.oids) }
        guard !claims.isEmpty else { return }
        let own = try await workspace.rootIdentities()
        guard let foreign = claims.first(where: { !own.contains($0.repository) }) else { return }
        throw Failure(
            .failed,
            "cannot purge in \(store.root): \(foreign.repository) pushed there, and needs the bytes at "
                + "\(foreign.reference)",
            hints: ["leave the directory to it: `git model store use DIRECTORY`, then the same command again"]
        )
    }

    private func run(on store: LocalStore, ofRemote remote: ConfiguredRemote) async throws -> Outcome {
        let own = try await workspace.rootIdentities()
        let oids = Set(victims.map(\.oid))
        let roots = try store.roots().filter { !oids.isDisjoint(with: $0.record.oids) }
        let retired = roots.filter { own.contains($0.record.repository) }
        // Another repository's claim outlives this one's, which goes all the same, so that the other can purge the
        // rest.
        let foreign = roots.filter { !own.contains($0.record.repository) }
        if !isDryRun {
            for root in retired {
                guard let left = root.record.removing(oids) else { continue }
                try DurableFile.write(Array(left.text.utf8), to: store.root.appending(StoreLayout.root(left.id)))
            }
        }
        if let first = foreign.first {
            if !isDryRun { for root in retired { try DurableFile.remove(root.path) } }
            throw StorePurge.failure(claimedBy: first.record, in: remote)
        }
        let entry = try await run(on: store, of: remote.name, claims: try store.claims(except: oids))
        if !isDryRun {
            for root in retired { try DurableFile.remove(root.path) }
            try remote.forget(oids)
        }
        return Outcome(
            entry: entry,
            stillRebuilt: try stillRebuilt(in: store),
            warnings: try leftovers(in: store.root, of: remote.name)
        )
    }

    private static func failure(claimedBy root: RootRecord, in remote: ConfiguredRemote) -> Failure {
        Failure(
            .failed,
            "it keeps the bytes, because \(root.repository) needs them at \(root.reference)",
            hints: [
                "purge the version there, too",
                "or, where that repository is no more: "
                    + "`git model gc --remote \(remote.name) --retire-repository \(ShellWord.quoted(root.repository))`",
            ]
        )
    }

    private func runWithoutLock(on remote: ConfiguredRemote, local: LocalStore) async throws -> Outcome? {
        let context = workspace.context
        let tally = ProgressTally(phase: "purging", sink: context.progress)
        let purge = RemotePurge(
            of: remote.store,
            local: local,
            scratch: workspace.modelDirectory.appending("tmp"),
            pool: workspace.pool,
            cancellation: context.cancellation,
            progress: { tally.set($0, of: $1) }
        )
        let victims = victims.sorted { $0.oid < $1.oid }
        let own = try await workspace.rootIdentities()
        let request = RemotePurge.Request(victims, live: survivors, repositories: own)
        let report: RemotePurge.Report?
        do {
            if !isDryRun { try workspace.requireAgreement(to: remote) }
            report = try await purge.run(request, dryRunAt: isDryRun ? context.now() : nil)
        } catch let error as RemoteError { throw StorePurge.explained(error, of: remote) }
        guard let report else { return nil }
        if !isDryRun { try remote.forget(victims.map(\.oid)) }
        var warnings = isDryRun ? remote.dryRunWarnings : []
        if let directory = remote.store.remote.lockableDirectory {
            warnings += try leftovers(in: directory, of: remote.name, areOthersLockedOut: false)
        }
        return Outcome(
            entry: RepackStore.Report.Entry(report, remote: remote.name),
            stillRebuilt: Set(report.shared.map { "\($0)" }),
            warnings: warnings
        )
    }

    /// Says what can be done about a remote that cannot be purged.
    private static func explained(_ error: RemoteError, of remote: ConfiguredRemote) -> any Error {
        switch error {
        case .claimed(_, let root): failure(claimedBy: root, in: remote)
        case .ageless, .unlisted, .readOnly:
            Failure(
                .failed,
                "\(error)",
                hints: [
                    "purge \(remote.name) where its files can be deleted, or start another store, push everything there, "
                        + "and delete this one as a whole"
                ]
            )
        case .unfinished(_, let root, _):
            Failure(
                .failed,
                "\(error)",
                hints: [
                    "push commit \(root.commit) again from where its bytes are: `git model push`",
                    "or see which roots can go: `git model gc --remote \(remote.name) --retire --dry-run`",
                ]
            )
        default: error
        }
    }
}

extension RepackStore.Report.Entry {
    fileprivate init(_ result: RemotePurge.Report, remote: String) {
        self.init(
            remote: remote,
            isUnchanged: result.isUnchanged,
            encodedFrames: result.sentFrames,
            droppedFrames: result.droppedFrames,
            bytesBefore: result.byteCountBefore,
            bytesAfter: result.byteCountAfter,
            goneAfter: result.goneAfter.map { CivilDate.time(secondsSince1970: $0 / 1_000_000_000) }
        )
    }
}
