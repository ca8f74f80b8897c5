package import ModelCore
import SystemIO
import SystemPackage

/// Deletes the packs of a local store in which nothing is alive any more.
///
/// Packs that were written or reused within the grace period stay, so that no running or interrupted command loses what it stored.
package struct GarbageCollection: Sendable {
    /// How long a pack stays that nothing refers to, in ns: 14 days.
    package static let gracePeriod: Int64 = 14 * 86_400 * 1_000_000_000

    /// A pack that nothing needs.
    package struct Candidate: Sendable {
        /// The pack.
        package let pack: Digest
        /// The size of its file in bytes.
        package let byteCount: Int64
    }

    /// What collection would delete, and what it found.
    package struct Plan: Sendable {
        /// The packs to delete.
        package let candidates: [Candidate]
        /// The number of packs that stay because something in them is alive.
        package let liveCount: Int
        /// The number of packs that stay only because they are new.
        package let recentCount: Int
        fileprivate let liveOIDs: Set<Digest>
    }

    private let store: LocalStore
    private let now: Int64

    /// Creates a collection of `store` at the wall-clock time `now` in ns.
    package init(_ store: LocalStore, now: Int64) {
        self.store = store
        self.now = now
    }

    /// Finds what nothing among `live` needs.
    ///
    /// A live object that is damaged or not understood stops collection; one that is not here at all does not.
    package func plan(live: [Pointer], gracePeriod: Int64 = gracePeriod) throws(StoreError) -> Plan {
        try store.requireWritable()
        try store.refresh()
        let closure = Closure(of: live, in: store)
        for (_, reason) in closure.incomplete where !reason.isAbsence { throw reason }
        let livePacks = Set(closure.frames.values.map(\.pack))
        var candidates: [Candidate] = []
        var recentCount = 0
        for pack in store.indexes.packList where !livePacks.contains(pack.id) {
            guard let status = try status(of: pack.id) else { continue }
            if isRecent(status, gracePeriod) {
                recentCount += 1
            } else {
                candidates.append(Candidate(pack: pack.id, byteCount: status.size))
            }
        }
        candidates.sort { $0.pack < $1.pack }
        return Plan(
            candidates: candidates,
            liveCount: livePacks.count,
            recentCount: recentCount,
            liveOIDs: Set(live.map(\.oid))
        )
    }

    /// Deletes what a plan says, and returns it.
    ///
    /// The caller excludes other users of the store since before it made the plan: a plan made earlier may be out of date.
    package func carryOut(_ plan: Plan) throws(StoreError) -> [Candidate] {
        guard !plan.candidates.isEmpty else { return [] }
        let dead = Set(plan.candidates.map(\.pack))
        let stale = store.indexes.files.filter { file in file.packs.contains { dead.contains($0.id) } }
        // Indexes leave before packs, so that a crash in between leaves packs that nothing finds, never entries without a pack.
        try store.replace(stale) { !dead.contains($0) }
        try removeObjectIndexes(except: plan.liveOIDs)
        for pack in dead {
            do { try DurableFile.remove(store.root.appending(StoreLayout.pack(pack))) } catch { throw .io(error) }
        }
        return plan.candidates
    }

    /// Object indexes are hints: those of objects that are not alive go.
    private func removeObjectIndexes(except live: Set<Digest>) throws(StoreError) {
        do {
            let objects = store.root.appending("objects")
            for directory in try DirectoryEntry.all(in: objects).map(\.name) where directory.utf8.count == 2 {
                for name in try DirectoryEntry.all(in: objects.appending(directory)).map(\.name) {
                    guard let oid = StoreLayout.digest(inName: name), !live.contains(oid) else { continue }
                    try DurableFile.remove(objects.appending(directory).appending(name))
                }
            }
        } catch {
            if error.errno != .noSuchFileOrDirectory { throw .io(error) }
        }
    }

    private func status(of pack: Digest) throws(StoreError) -> FileStatus? {
        do { return try FileStatus.of(store.root.appending(StoreLayout.pack(pack))) } catch { throw .io(error) }
    }

    private func isRecent(_ status: FileStatus, _ gracePeriod: Int64) -> Bool { now - status.modified < gracePeriod }
}

extension StoreError {
    /// Whether the error says only that something is not in the store, as in a store that was fetched in part.
    package var isAbsence: Bool {
        switch self {
        case .missingObject, .missingFrame: true
        case .io(let error): error.errno == .noSuchFileOrDirectory
        default: false
        }
    }
}
