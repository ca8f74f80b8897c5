import ModelCore
import Store
import SystemIO
import SystemPackage
import TestSupport

/// One worker's random steps; what it adds counts once its pointer is written down, and stays until it is crossed out.
struct RandomWork {
    enum Step: CaseIterable {
        case add, addChanged, addVersion, addTree, read, check, drop, collect, repack, purge, slim, mend
    }

    /// What was thrown where the store gave back something else.
    struct Mismatch: Error {
        let step: Step
        let what: String
    }

    private let place: WorkPlace
    private let worker: Int
    private var random: PseudoRandom
    private var pointers: [Pointer]

    init(_ place: WorkPlace, worker: Int, random: PseudoRandom) throws {
        self.place = place
        self.worker = worker
        self.random = random
        pointers = try place.pointers(of: worker)
        try Directories.create(place.files(of: worker), durable: false)
    }

    mutating func takeStep() async throws {
        let additions: [Step] = [.add, .addChanged, .addVersion, .addVersion, .addTree]
        let step = (Step.allCases + additions + additions).randomElement(using: &random) ?? .add
        StoreWorker.say("\(step)")
        switch step {
        case .add: try await add(file: newBytes())
        case .addChanged: try await addChanged()
        case .addVersion: try await addVersion()
        case .addTree: try await addTree()
        case .drop: try forget(pointers.randomElement(using: &random))
        case .read, .check:
            let joined = try join()
            defer { extendLifetime(joined) }
            step == .read ? try readAll(of: joined.store) : try await check(joined.store)
        case .collect, .repack, .purge, .slim, .mend:
            guard let lock = try? StoreLock.exclude(place.store) else { return }
            defer { extendLifetime(lock) }
            try await clean(step, place.open())
        }
    }

    // MARK: Steps beside others

    private struct Joined: ~Copyable {
        let store: LocalStore
        let lock: StoreLock?
    }

    /// Opens the store so that nobody takes anything away until what refers to new objects is written.
    private func join() throws -> Joined {
        _ = try place.open()
        let lock = try StoreLock.join(place.store)
        return Joined(store: try place.open(), lock: lock)
    }

    private mutating func add(file bytes: [UInt8], after bases: [Pointer] = []) async throws {
        let joined = try join()
        defer { extendLifetime(joined) }
        let path = place.files(of: worker).appending("m.safetensors")
        try DurableFile.write(bytes, to: path, durable: false)
        let session = try session(in: joined.store)
        let catalog = BaseCatalog(of: bases, comparedWith: bases.first, in: joined.store)
        let object = try await session.add([(path, Int64(bytes.count))], bases: catalog)[0]
        try session.compare(object, [("", object)], bases: catalog)
        try finish(session, Pointer(oid: object.oid, size: object.size, kind: .file))
    }

    private func session(in store: LocalStore) throws -> IngestSession {
        try IngestSession(store, pool: WorkPlace.pool, cancellation: Cancellation(), progress: { _ in })
    }

    private mutating func finish(_ session: IngestSession, _ pointer: Pointer) throws {
        _ = try session.finish(pointers: [pointer])
        pointers.removeAll { $0 == pointer }
        pointers.append(pointer)
        try place.keep(pointers, of: worker)
    }

    private mutating func addChanged() async throws {
        guard let pointer = pointers.filter({ $0.kind == .file }).randomElement(using: &random) else { return }
        var bytes = try bytes(of: pointer)
        let position = Int.random(in: 0...bytes.count, using: &random)
        bytes.insert(contentsOf: random.bytes(Int.random(in: 1...300, using: &random)), at: position)
        try await add(file: bytes)
    }

    /// Adds a model, or one whose weights drifted a little from one that is there, perhaps as a difference to that.
    private mutating func addVersion() async throws {
        let versions = pointers.filter { $0.kind == .file && $0.size == RandomWork.modelByteCount }
        guard let earlier = versions.suffix(3).randomElement(using: &random) else {
            return try await add(file: RandomWork.model(seed: random.next()))
        }
        var bytes = try bytes(of: earlier)
        let start = Bool.random(using: &random) ? bytes.count / 2 : 1000
        for position in stride(from: bytes.count - 4, to: start, by: -4) {
            bytes[position] &+= UInt8.random(in: 0...2, using: &random)
        }
        let bases = Int.random(in: 0..<4, using: &random) == 0 ? [] : [earlier]
        try await add(file: bytes, after: bases)
    }

    private static func model(seed: UInt64) -> [UInt8] {
        SafetensorsBytes([("a", 900), ("b", 2000), ("c", 70)].map { (name: $0.0, count: $0.1) }, seed: seed).bytes
    }

    private static let modelByteCount = Int64(model(seed: 0).count)

    private mutating func addTree() async throws {
        let joined = try join()
        defer { extendLifetime(joined) }
        let session = try session(in: joined.store)
        var entries: [TreeEntry] = []
        for number in 0..<Int.random(in: 0...5, using: &random) {
            let path = place.files(of: worker).appending("t\(number)")
            let bytes = newBytes()
            try DurableFile.write(bytes, to: path, durable: false)
            let object = try await session.add([(path, Int64(bytes.count))])[0]
            let name = try RepositoryPath("d\(number % 2)/f\(number)")
            entries.append(TreeEntry(mode: .regular, size: object.size, digest: object.oid, path: name))
        }
        let listing = try TreeListing(entries)
        let pointer = Pointer(oid: try session.add(listing).oid, size: listing.contentSize, kind: .tree)
        try finish(session, pointer)
    }

    /// Bytes of which other workers may add the same at the same time.
    private mutating func newBytes() -> [UInt8] {
        var content = PseudoRandom(seed: random.next() % 40)
        let count = Int.random(in: 0...3000, using: &content)
        return Bool.random(using: &content) ? content.bytes(count) : content.skewedBytes(count)
    }

    private func bytes(of pointer: Pointer) throws -> [UInt8] {
        let joined = try join()
        defer { extendLifetime(joined) }
        var bytes: [UInt8] = []
        try ObjectStream.read(pointer.oid, size: pointer.size, from: joined.store) { bytes += $0 }
        return bytes
    }

    private func readAll(of store: LocalStore) throws { try Verification.read(pointers, of: store) }

    private func check(_ store: LocalStore) async throws {
        let findings = try await Verification.findings(in: store, .structure, mending: false)
        if let finding = findings.first(where: { $0.severity != .untidy }) {
            throw Mismatch(step: .check, what: "\(finding)")
        }
    }

    private mutating func forget(_ pointer: Pointer?) throws {
        guard let pointer else { return }
        pointers.removeAll { $0 == pointer }
        try place.keep(pointers, of: worker)
    }

    // MARK: Steps alone

    private mutating func clean(_ step: Step, _ store: LocalStore) async throws {
        let now = WallClock.now() + 1_000_000_000
        let repack = Repack(store, pool: WorkPlace.pool, now: now, cancellation: Cancellation())
        let versions = pointers.filter { $0.kind == .file && $0.size == RandomWork.modelByteCount }.reversed()
        let order = RepackOrder(newest: Array(versions.prefix(1)), histories: [Array(versions)])
        switch step {
        case .collect:
            let collection = GarbageCollection(store, now: now)
            _ = try collection.carryOut(try collection.plan(live: place.live(), gracePeriod: 0))
        case .repack: _ = try await repack.run(.repack(live: place.live(), order: order, gracePeriod: 0))
        case .mend: _ = try await Verification.findings(in: store, .structure, mending: true)
        default:
            guard let victim = pointers.randomElement(using: &random) else { return }
            try forget(victim)
            if step == .purge {
                _ = try await repack.run(.purge([victim], live: place.live(), order: order))
            } else {
                let removal = FrameRemoval(store)
                try removal.carryOut(try removal.plan(dropping: [victim], keeping: place.live()))
            }
        }
    }
}
