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

    /// Nobody knows what is in a pack that was taken out because it is damaged.
    static func quarantines(of store: LocalStore) throws -> [String] {
        let directory = store.root.appending(StoreLayout.quarantine)
        guard try FileStatus.of(directory) != nil, try !DirectoryEntry.all(in: directory).isEmpty else { return [] }
        return ["damaged packs in \(directory) may have the bytes: delete them when nobody wants to look at them"]
    }

    /// Purges a remote's store; `nil` where there is none yet.
    func run(onRemote name: String) async throws -> RepackStore.Report.Entry? {
        let remote = try workspace.remote(named: name)
        let directory = try workspace.requireLockable(remote, to: "purge", isDryRun: isDryRun)
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

    private func run(on store: LocalStore, ofRemote remote: ConfiguredRemote) async throws -> RepackStore.Report.Entry {
        let own = try await workspace.rootURL()
        let oids = Set(victims.map(\.oid))
        let roots = try store.roots().filter { !oids.isDisjoint(with: $0.record.oids) }
        let retired = roots.filter { $0.record.repository == own }
        // Another repository's claim outlives this one's, which goes all the same, so that the other can purge the rest.
        let foreign = roots.filter { $0.record.repository != own }
        if !isDryRun { for root in retired { try store.write(root.record, without: oids) } }
        if let first = foreign.first {
            if !isDryRun { for root in retired { try DurableFile.remove(root.path) } }
            throw Failure(
                .failed,
                "it keeps the bytes, because \(first.record.repository) needs them at \(first.record.reference)",
                hints: [
                    "purge the version there, too",
                    "or, where that repository is no more, let go of what it needed: `rm \(first.path)`",
                ]
            )
        }
        let entry = try await run(on: store, of: remote.name, claims: try store.claims(except: oids))
        if !isDryRun {
            for root in retired { try DurableFile.remove(root.path) }
            try remote.forget(oids)
        }
        return entry
    }
}

extension LocalStore {
    /// Writes a root as it is without some objects, unless nothing is left of it.
    fileprivate func write(_ record: RootRecord, without oids: Set<Digest>) throws {
        let left = RootRecord(
            repository: record.repository,
            reference: record.reference,
            commit: record.commit,
            oids: record.oids.filter { !oids.contains($0) }
        )
        guard let left, !left.oids.isEmpty else { return }
        try DurableFile.write(Array(left.text.utf8), to: root.appending(StoreLayout.root(left.id)))
    }
}
