import Codec
package import ModelCore
package import Store
package import SystemIO
package import SystemPackage

/// Brings objects of the local store to a remote: missing frames only, in packs, then what finds them.
package struct Push: Sendable {
    /// What a push did or would do.
    package struct Report: Sendable {
        /// The objects that the remote did not have whole.
        package var objects: [Digest] = []
        /// The packs uploaded.
        package var packCount = 0
        /// The bytes uploaded in packs.
        package var byteCount: Int64 = 0
        /// The frames uploaded.
        package var frameCount = 0
    }

    /// How often a push starts again because collection took away what it counted on.
    private static let maximumRounds = 5

    /// How many packs are on their way at once, each of at most 72 MiB, unless somebody says otherwise.
    private static let usualPacksAtOnce = 4

    private let local: LocalStore
    private let destination: RemoteStore
    private let scratch: FilePath
    private let packsAtOnce: Int
    private let avoided: Set<Digest>
    private let pool: WorkerPool
    private let cancellation: Cancellation
    private let progress: @Sendable (_ done: Int64, _ total: Int64) -> Void

    /// Creates a push from `local`; `scratch` is a directory of this machine for packs that are put together for the
    /// remote.
    ///
    /// What is in packs of the remote to be avoided counts as not there, and nothing goes up that the objects do not
    /// need themselves.
    package init(
        from local: LocalStore,
        to destination: RemoteStore,
        scratch: FilePath,
        packsAtOnce: Int? = nil,
        avoiding avoided: Set<Digest> = [],
        pool: WorkerPool = .shared,
        cancellation: Cancellation,
        progress: @escaping @Sendable (_ done: Int64, _ total: Int64) -> Void
    ) {
        self.local = local
        self.destination = destination
        self.scratch = scratch
        self.packsAtOnce = packsAtOnce ?? Push.usualPacksAtOnce
        self.avoided = avoided
        self.pool = pool
        self.cancellation = cancellation
        self.progress = progress
    }

    /// Returns what `run` would do.
    package func dryRun(_ pointers: [Pointer], after visit: RemoteVisit) async throws -> Report {
        let closure = try await closure(of: pointers, in: visit.inventory)
        let missing = PushedFrames(of: closure, missingIn: visit.inventory)
        return Report(objects: try await objects(of: pointers, needing: missing), byteCount: missing.byteCount)
    }

    /// Returns those of `pointers` whose objects are whole neither here nor in the remote.
    package func lacking(_ pointers: [Pointer], after visit: RemoteVisit) async throws -> [Pointer] {
        let absent = try await pool.run {
            pointers.filter { Closure(of: [$0], in: local).incomplete.contains { $0.reason.isAbsence } }
        }
        guard !absent.isEmpty else { return [] }
        let held = try await RemoteHoldings(of: destination, local: local).held(absent, in: visit.inventory)
        return absent.filter { !held.contains($0.oid) }
    }

    /// Uploads what the remote lacks of the objects of `pointers`; `root` keeps them alive there, and `visit` is a look
    /// just taken.
    ///
    /// In this order: packs, their index, object indexes, the root. Then the remote is looked at once more, and what
    /// collection took away in between is written again: only a look after the root proves that everything is there.
    package func run(
        _ pointers: [Pointer],
        root: RootRecord?,
        after visit: RemoteVisit
    ) async throws -> Report {
        defer { extendLifetime(visit) }
        do { return try await write(pointers, root: root, after: visit) } catch {
            // What is up need not go up again. Should that fail too, the first error counts.
            if !cancellation.isCancelled { try? await destination.remote.publish() }
            throw error
        }
    }

    private func write(
        _ pointers: [Pointer],
        root: RootRecord?,
        after visit: RemoteVisit
    ) async throws -> Report {
        var report = Report()
        var isRooted = true
        if let root { isRooted = try await visit.inventory.hasRoot(root) }
        // Collection may still be at work on a pack that was there a moment ago: what it took comes back under another
        // name.
        var taken: Set<Digest> = []
        for round in 0..<Push.maximumRounds {
            let seen = round == 0 ? visit.inventory : try await RemoteInventory(of: destination)
            let inventory = seen.burying(avoided)
            let closure = try await closure(of: pointers, in: inventory)
            let missing = PushedFrames(of: closure, missingIn: inventory)
            if round == 0 { report.objects = try await objects(of: pointers, needing: missing) }
            let isWhole = missing.isEmpty && closure.objects.allSatisfy(inventory.knows)
            if isWhole, isRooted, round > 0 { return report }
            taken.formUnion(inventory.takenNames)
            let uploaded = try await upload(missing, of: closure, inventory, avoiding: taken, report: &report)
            taken.formUnion(uploaded.takenNames)
            try await publishObjectIndexes(of: pointers, in: uploaded, afresh: missing)
            let isDone = isWhole && isRooted
            if !isDone, let root { try await destination.write(root) }
            try await destination.remote.publish()
            if isDone { return report }
            isRooted = true
        }
        throw RemoteError.unreachable(destination.remote.name, cause: "what is uploaded keeps disappearing")
    }

    /// Returns the closure of the objects here; what is not here must be in the remote already, as a whole.
    private func closure(of pointers: [Pointer], in inventory: RemoteInventory) async throws -> Closure {
        let closure = try await pool.run { Closure(of: pointers, in: local) }
        let trees = Dictionary(pointers.map { ($0.oid, $0) }, uniquingKeysWith: { first, _ in first })
        let walk = RemoteWalk(source: destination, local: local, inventory: inventory)
        var lacking: [Digest] = []
        for (oid, reason) in closure.incomplete {
            guard reason.isAbsence else { throw reason }
            let pointer = trees[oid] ?? Pointer(oid: oid, size: 0, kind: .file)
            if try await walk.run(pointer) == nil { lacking.append(oid) }
        }
        guard !lacking.isEmpty else { return closure }
        try destination.requireEvery(inventory.indexes)
        throw RemoteError.incomplete(destination.remote.name, objects: lacking)
    }

    private func objects(of pointers: [Pointer], needing missing: PushedFrames) async throws -> [Digest] {
        guard !missing.isEmpty else { return [] }
        return try await pool.run {
            pointers.filter { missing.includeAny(of: Closure(of: [$0], in: local)) }.map(\.oid)
        }
    }

    /// Uploads what is missing, several packs at once, and returns the inventory with it.
    private func upload(
        _ missing: PushedFrames,
        of closure: Closure,
        _ inventory: RemoteInventory,
        avoiding taken: Set<Digest>,
        report: inout Report
    ) async throws -> RemoteInventory {
        var record = PushRecord(in: destination)
        let packing = PushPacking(local: local, scratch: scratch)
        // A pack that goes up as it is may hold more than the objects need.
        let parcels = try packing.parcels(of: missing, isFree: { avoided.isEmpty && !taken.contains($0) })
        await announce(parcels)
        let total = missing.byteCount
        report.frameCount += missing.count
        let tally = ByteTally()
        let sent: @Sendable (Int) -> Void = { [progress] in progress(min(tally.add(Int64($0)), total), total) }
        do {
            try await withThrowingTaskGroup(of: SealedPack.self) { group in
                var next = parcels.makeIterator()
                func start() {
                    guard let parcel = next.next() else { return }
                    group.addTask { try await send(parcel, of: packing, sent) }
                }
                for _ in 0..<packsAtOnce { start() }
                while let pack = try await group.next() {
                    report.packCount += 1
                    report.byteCount += Int64(pack.byteCount)
                    try await record.add(pack)
                    start()
                }
            }
        } catch {
            // What is up need not go up again. Should the index fail too, the first error counts.
            try? await record.step()
            throw error
        }
        let index = try await record.finish(with: closure.objects.filter { !inventory.knows($0) })
        return index.map(inventory.adding) ?? inventory
    }

    private func announce(_ parcels: [PushPacking.Parcel]) async {
        let packs = parcels.compactMap { parcel -> RemoteFile? in
            guard case .whole(let id) = parcel, let pack = local.listedPack(id) else { return nil }
            return RemoteFile(path: StoreLayout.pack(id), size: Int64(pack.size))
        }
        await destination.remote.announce(packs, for: .writing)
    }

    private func send(
        _ parcel: PushPacking.Parcel,
        of packing: PushPacking,
        _ sent: @escaping @Sendable (Int) -> Void
    ) async throws -> SealedPack {
        try cancellation.check()
        switch parcel {
        case .whole(let id):
            let file = try await pool.run { try packing.checked(id) }
            try await destination.remote.upload(file.path, to: StoreLayout.pack(id), sent: sent)
            return try file.sealed()
        case .assembled(let frames, let kind):
            return try await send(try await pool.run { try packing.assemble(frames, kind) }, sent)
        case .encodedInFull(let frames):
            return try await send(try await pool.run { try packing.encodeInFull(frames) }, sent)
        }
    }

    private func send(_ scratch: ScratchPack, _ sent: @escaping @Sendable (Int) -> Void) async throws -> SealedPack {
        try await destination.remote.upload(scratch.path, to: StoreLayout.pack(scratch.pack.id), sent: sent)
        return scratch.pack
    }

    /// Writes the object indexes that the remote lacks, and those of objects whose frames were just uploaded.
    private func publishObjectIndexes(
        of pointers: [Pointer],
        in inventory: RemoteInventory,
        afresh uploaded: PushedFrames
    ) async throws {
        for pointer in pointers {
            let file = StoreLayout.objectIndex(pointer.oid)
            let isThere = try await inventory.hasObjectIndex(pointer.oid)
            if uploaded.isEmpty, isThere { continue }
            let closure = try await pool.run { Closure(of: [pointer], in: local) }
            guard closure.isComplete else { continue }
            if !uploaded.includeAny(of: closure), isThere { continue }
            var contents = IndexContents()
            // The remote may have other copies than this store, on other bases.
            for frame in closure.frames.keys where !closure.bases.contains(frame) {
                for copy in inventory.chain(of: frame) {
                    if let pack = inventory.pack(copy.pack) { contents.add(copy, in: pack) }
                }
            }
            for object in closure.objects { contents.add(object) }
            try await destination.remote.write(contents.encoded(as: .objectIndex), to: file)
        }
    }
}
