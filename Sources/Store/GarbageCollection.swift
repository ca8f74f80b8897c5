import Codec
package import ModelCore
package import SystemIO
package import SystemPackage

/// Deletes the packs of a local store in which nothing is alive any more.
///
/// Packs that were written or reused within the grace period stay, so that no running or interrupted command loses what
/// it stored.
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
        /// The number of packs that stay because no index lists them and a live object lacks something: they may hold
        /// it.
        package let unlistedCount: Int
        /// Files that killed processes left behind.
        package let temporaryFiles: [FilePath]
        fileprivate let liveOIDs: Set<Digest>
    }

    private let store: LocalStore
    private let now: Int64
    private let cancellation: Cancellation

    /// Creates a collection of `store` at the wall-clock time `now` in ns.
    package init(_ store: LocalStore, now: Int64, cancellation: Cancellation = Cancellation()) {
        self.store = store
        self.now = now
        self.cancellation = cancellation
    }

    /// Finds what nothing among `live` needs.
    ///
    /// Anything that is damaged or not understood stops collection: an index, a pack to delete, or a live object, every
    /// frame of which is compared with its checksum where there is something to delete. A live object that is not here
    /// does not, and neither does a tree whose object is no listing: it names no files that could be kept. Of an object
    /// that is here in part, that part stays.
    package func plan(live: [Pointer], gracePeriod: Int64 = gracePeriod) throws(StoreError) -> Plan {
        let alive = try mark(live)
        let dead = try dead(beside: alive, gracePeriod: gracePeriod)
        for candidate in dead.candidates { try requireUnderstood(try store.pack(candidate.pack)) }
        if !dead.candidates.isEmpty { try check(alive.closure, without: Set(dead.candidates.map(\.pack))) }
        return Plan(
            candidates: dead.candidates,
            liveCount: alive.packs.count,
            recentCount: dead.recentCount,
            unlistedCount: dead.unlistedCount,
            temporaryFiles: try temporaryFiles(waits: gracePeriod > 0),
            liveOIDs: Set(live.map(\.oid))
        )
    }

    /// Returns how many bytes a plan with each of some grace periods would free, if nothing is in its way.
    ///
    /// Reads manifests, indexes and the sizes of files, and no frame of an artifact, however large the store.
    package func freeableByteCounts(live: [Pointer], gracePeriods: [Int64]) throws(StoreError) -> [Int64] {
        let alive = try mark(live)
        return try gracePeriods.map { period throws(StoreError) in
            try dead(beside: alive, gracePeriod: period).candidates.reduce(0) { $0 + $1.byteCount }
        }
    }

    /// What is alive.
    private struct Alive {
        let closure: Closure
        /// The packs that something alive is in.
        let packs: Set<Digest>
    }

    /// Finds what is alive; refuses where what is there of it is not understood.
    private func mark(_ live: [Pointer]) throws(StoreError) -> Alive {
        try store.requireWritable()
        try store.refresh()
        try store.requireUnderstood()
        let closure = Closure(of: live, in: store)
        for (_, reason) in closure.incomplete where !reason.isAbsence {
            guard case .notAListing = reason else { throw reason }
        }
        let frames = try Array(closure.frames.values) + ObjectRemains(of: live, closure, in: store).copies
        try requireUnderstood(frames)
        return Alive(closure: closure, packs: Set(frames.map(\.pack)))
    }

    /// The packs in which nothing is alive.
    private struct Dead {
        var candidates: [Candidate] = []
        var recentCount = 0
        var unlistedCount = 0
    }

    private func dead(beside alive: Alive, gracePeriod: Int64) throws(StoreError) -> Dead {
        let listed = Set(store.indexes.packList.map(\.id))
        var dead = Dead()
        for pack in try store.packsOnDisk().sorted() where !alive.packs.contains(pack) {
            guard let status = try status(of: pack) else { continue }
            if now - status.modified < gracePeriod {
                dead.recentCount += 1
            } else if !listed.contains(pack), !alive.closure.isComplete {
                dead.unlistedCount += 1
            } else {
                dead.candidates.append(Candidate(pack: pack, byteCount: status.size))
            }
        }
        return dead
    }

    /// Deletes what a plan says, and returns the packs.
    ///
    /// The caller excludes other users of the store since before it made the plan: a plan made earlier may be out of
    /// date.
    package func carryOut(_ plan: Plan) throws(StoreError) -> [Candidate] {
        for file in plan.temporaryFiles { try remove(file) }
        guard !plan.candidates.isEmpty else { return [] }
        try store.remove(Set(plan.candidates.map(\.pack))) { plan.liveOIDs.contains($0) }
        return plan.candidates
    }

    /// Refuses where a live frame is stored in a way that may need something that this version knows nothing of.
    private func requireUnderstood(_ frames: [FrameLocation]) throws(StoreError) {
        for frame in frames {
            guard frame.entry.isUnderstood else {
                let path = store.root.appending(StoreLayout.pack(frame.pack))
                throw .needsNewerVersion(path, "codec \(frame.entry.codec)")
            }
        }
    }

    /// Refuses where a pack to delete has a frame that this version cannot tell the use of.
    func requireUnderstood(_ pack: PackFile) throws(StoreError) {
        for entry in try pack.contents().entries {
            guard entry.isUnderstood else {
                throw .needsNewerVersion(pack.path, "codec \(entry.codec)")
            }
            do throws(StoreError) {
                let record = try pack.header(of: entry)
                guard FrameCodec(rawValue: record.codec) != nil, (record.base == nil) == (entry.base == 0) else {
                    throw .needsNewerVersion(pack.path, "codec \(record.codec)")
                }
            } catch {
                // A dead frame that is damaged hides nothing.
                if case .needsNewerVersion = error { throw error }
            }
        }
    }

    /// Checks every live frame, and decodes those of which another copy is about to go.
    private func check(_ closure: Closure, without dead: Set<Digest>) throws(StoreError) {
        var reader = FrameReader(store)
        for frame in closure.frames.values {
            do { try cancellation.check() } catch { throw .cancelled }
            let isLastCopy = store.indexes.copies(of: frame.entry.id).contains { dead.contains($0.pack) }
            try reader.check(frame, decoding: isLastCopy)
        }
    }

    private func temporaryFiles(waits: Bool) throws(StoreError) -> [FilePath] {
        do {
            return waits
                ? try StaleTemporaryFiles.all(in: store.root, now: now)
                : try StaleTemporaryFiles.all(inExcludedStore: store.root, now: now)
        } catch { throw .io(error) }
    }

    private func status(of pack: Digest) throws(StoreError) -> FileStatus? {
        do { return try FileStatus.of(store.root.appending(StoreLayout.pack(pack))) } catch { throw .io(error) }
    }

    private func remove(_ path: FilePath) throws(StoreError) {
        do { try DurableFile.remove(path) } catch { throw .io(error) }
    }
}

extension FrameEntry {
    /// Whether this version knows the codec and everything that the flags say.
    package var isUnderstood: Bool {
        FrameCodec(rawValue: codec) != nil && flags == (base == 0 ? 0 : FrameRecord.baseFlag)
    }
}
