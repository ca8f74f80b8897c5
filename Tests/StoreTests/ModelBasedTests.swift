import Codec
import ModelCore
import Store
import SystemIO
import SystemPackage
import TestSupport
import Testing

/// Random runs of the store against what it should hold.
struct ModelBasedTests {
    @Test(arguments: Soak.seeds(quick: 3, soak: 100))
    func `Whatever happens to a store, it gives back what it holds`(seed: UInt64) async throws {
        let run = try StoreRun(seed: seed)
        for number in 0..<(Soak.isOn ? 300 : 40) {
            let step = run.chooseStep()
            do {
                try await run.take(step)
                try await run.requireEverything()
            } catch {
                Issue.record("GIT_MODEL_SEED=\(seed), step \(number), \(step): \(error)")
                return
            }
        }
    }
}

/// A store, and beside it the bytes that it should hold.
private final class StoreRun {
    enum Step: CaseIterable {
        case addFile, addChangedFile, addFileAgain, addTree, dropPointer, collect, reopen, addMany
        case addVersion, repack, repackPartly, purge, slim
        case checkStructure, checkEverything, mend, deleteObjectIndexes, loseIndexes
    }

    /// What was thrown where the store gave back something else.
    struct Mismatch: Error {
        let pointer: Pointer
    }

    private let scratch: ScratchStore
    private let oneFrameByteCount: Int
    private var store: LocalStore
    private var random: PseudoRandom
    private var files: [Pointer: [UInt8]] = [:]
    private var trees: [Pointer: TreeListing] = [:]
    /// Versions of one model that drifts, the newest first; some may have been dropped.
    private var history: [Pointer] = []
    private var model: SafetensorsBytes
    /// Whether packs may be left that no index lists.
    private var isUntidy = false

    /// Starts a run.
    ///
    /// One in three cuts as every store does, the others so small that little is many frames and many packs.
    init(seed: UInt64) throws {
        let divisor = [1, 16, 128][Int(seed % 3)]
        oneFrameByteCount = (256 << 10) / divisor
        let sizes = StoreSizes(
            frameByteCount: divisor == 1 ? FrameReference.maximumByteCount : oneFrameByteCount / 4,
            oneFrameByteCount: oneFrameByteCount,
            packByteCount: (64 << 20) / (divisor * divisor)
        )
        scratch = try ScratchStore(sizes: sizes)
        store = scratch.store
        random = PseudoRandom(seed: seed)
        let count = oneFrameByteCount / 4
        model = SafetensorsBytes([("a", 900), ("b", count), ("c", 300)].map { (name: $0.0, count: $0.1) }, seed: seed)
    }

    func chooseStep() -> Step {
        // Objects are added more often than anything else happens.
        let additions: [Step] = [.addFile, .addChangedFile, .addTree, .dropPointer]
        return (Step.allCases + additions + additions).randomElement(using: &random) ?? .addFile
    }

    func take(_ step: Step) async throws {
        switch step {
        case .addFile: try await add(newBytes())
        case .addChangedFile: try await add(changed(anyFile()))
        case .addFileAgain: try await add(anyFile())
        case .addTree: try await addTree()
        case .addMany: for _ in 0..<9 { try await add(newBytes(atMost: 50)) }
        case .addVersion: try await addVersion()
        case .repack: try await repack()
        case .repackPartly: try await interrupt(.repack(live: live, order: order, gracePeriod: 0))
        case .purge: try await purge()
        case .slim: try slim()
        case .dropPointer: dropPointer()
        case .collect: try collect()
        case .reopen: store = try scratch.reopened()
        case .checkStructure: try await check(.structure)
        case .checkEverything: try await check(.everything)
        case .mend: try await check(.structure, mending: true)
        case .deleteObjectIndexes: try deleteAll("objects")
        case .loseIndexes:
            try deleteAll("index")
            store = try scratch.reopened()
            try await check(.structure, mending: true)
        }
    }

    /// Restores every object, of this view of the store or of a new one.
    func requireEverything() async throws {
        let store = Bool.random(using: &random) ? self.store : try scratch.reopened()
        for (pointer, bytes) in files {
            var read: [UInt8] = []
            try ObjectStream.read(pointer.oid, size: pointer.size, from: store) { read += $0 }
            guard read == bytes else { throw Mismatch(pointer: pointer) }
        }
        var reader = FrameReader(store)
        for (pointer, listing) in trees {
            guard try store.listing(pointer.oid, reader: &reader).tree == listing else {
                throw Mismatch(pointer: pointer)
            }
        }
        if let first = Closure(of: live, in: store).incomplete.first { throw first.reason }
        guard let (pointer, bytes) = sorted(files).randomElement(using: &random) else { return }
        guard try await scratch.restored(pointer, from: store) == bytes else { throw Mismatch(pointer: pointer) }
    }

    private func newBytes(atMost limit: Int = 5000) -> [UInt8] {
        // Now and then a file of several frames, which needs a manifest.
        if limit > 50, Int.random(in: 0..<25, using: &random) == 0 {
            return random.bytes(Int.random(in: oneFrameByteCount..<2 * oneFrameByteCount, using: &random))
        }
        let count = Int.random(in: 0...limit, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: return [UInt8](repeating: UInt8.random(in: 0...3, using: &random), count: count)
        case 1: return random.skewedBytes(count)
        default: return random.bytes(count)
        }
    }

    private func anyFile() -> [UInt8] { sorted(files).randomElement(using: &random)?.value ?? [] }

    /// Dictionaries have another order in every process; a seed has to choose the same.
    private func sorted<Value>(_ values: [Pointer: Value]) -> [(key: Pointer, value: Value)] {
        values.sorted { ($0.key.oid, $0.key.kind.rawValue) < ($1.key.oid, $1.key.kind.rawValue) }
    }

    private func changed(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        let position = Int.random(in: 0...bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes.insert(contentsOf: random.bytes(Int.random(in: 1...300, using: &random)), at: position)
        case 1: bytes.removeLast(bytes.count - position)
        default: if position < bytes.count { bytes[position] ^= 1 }
        }
        return bytes
    }

    private func add(_ bytes: [UInt8]) async throws {
        files[try await scratch.add(bytes, to: store)] = bytes
    }

    private func addTree() async throws {
        let count = Int.random(in: 0...6, using: &random)
        let contents = (0..<count).map { _ in
            Bool.random(using: &random) ? newBytes(atMost: 300) : anyFile()
        }
        let session = try scratch.session(in: store)
        var entries: [TreeEntry] = []
        for (number, bytes) in contents.enumerated() {
            let path = try scratch.write(bytes, to: "tree-\(number)")
            let object = try #require(try await session.add([(path, Int64(bytes.count))]).first)
            let name = try RepositoryPath("d\(number % 2)/f\(number)")
            entries.append(TreeEntry(mode: .regular, size: object.size, digest: object.oid, path: name))
        }
        let listing = try TreeListing(entries)
        let pointer = Pointer(oid: try session.add(listing).oid, size: listing.contentSize, kind: .tree)
        _ = try session.finish(pointers: [pointer])
        trees[pointer] = listing
    }

    private var live: [Pointer] { sorted(files).map(\.key) + sorted(trees).map(\.key) }

    private var order: RepackOrder { RepackOrder(newest: Array(history.prefix(1)), histories: [history]) }

    /// Adds a version of the model, as a difference to an earlier one, or none.
    private func addVersion() async throws {
        model.train(Bool.random(using: &random) ? ["a", "c"] : nil, seed: random.next())
        let bytes = model.bytes
        let base = history.randomElement(using: &random)
        let pointer = try await scratch.addModel(bytes, after: base.map { [$0] } ?? [])
        store = try scratch.reopened()
        files[pointer] = bytes
        history.removeAll { $0 == pointer }
        history.insert(pointer, at: 0)
    }

    /// Repacks without a grace period, after which the newest version decodes by itself and there is nothing left to
    /// do.
    private func repack() async throws {
        history.removeAll { files[$0] == nil }
        let request = Repack.Request.repack(live: live, order: order, gracePeriod: 0)
        let now = WallClock.now() + 1_000_000_000
        try await scratch.repack(request, now: now)
        isUntidy = false
        store = try scratch.reopened()
        #expect(try await scratch.repack(request, now: now).isUnchanged)
        if let newest = history.first { #expect(Closure(of: [newest], in: store).bases.isEmpty) }
    }

    /// Drops an object for good: of what only it needs, no byte is left.
    private func purge() async throws {
        guard let victim = sorted(files).randomElement(using: &random)?.key else { return }
        files[victim] = nil
        history.removeAll { $0 == victim }
        let before = Closure(of: [victim], in: store)
        let request = Repack.Request.purge([victim], live: live, order: order)
        if Bool.random(using: &random) { try await interrupt(request) }
        try await scratch.repack(request)
        isUntidy = false
        store = try scratch.reopened()
        let closure = Closure(of: live, in: store)
        let needed = Set(closure.frames.keys.filter { !closure.bases.contains($0) })
        let gone = Set(before.frames.keys).subtracting(before.bases).subtracting(needed)
        for pack in try store.packsOnDisk() {
            for entry in try store.pack(pack).contents().entries { #expect(!gone.contains(entry.id)) }
        }
    }

    /// Takes out an object's frames, as if they were elsewhere too, and checks that the others' bases stay.
    private func slim() throws {
        guard let victim = sorted(files).randomElement(using: &random)?.key else { return }
        files[victim] = nil
        store = try scratch.reopened()
        let removal = FrameRemoval(store)
        let plan = try removal.plan(dropping: [victim], keeping: live)
        try removal.carryOut(plan)
        store = try scratch.reopened()
        for frame in plan.frames { #expect(store.indexes.copies(of: frame).isEmpty) }
    }

    /// Begins a repack and stops it at one of its steps, as a kill would.
    private func interrupt(_ request: Repack.Request) async throws {
        let budget = Tally()
        let limit = Int64.random(in: 0..<600_000, using: &random)
        let cancellation = Cancellation()
        let repack = Repack(
            try scratch.reopened(),
            pool: ScratchStore.pool,
            now: WallClock.now() + 1_000_000_000,
            cancellation: cancellation,
            progress: { count in
                budget.add(count)
                if budget.sum > limit { cancellation.cancel() }
            }
        )
        let packs = try packCopies()
        _ = try? await repack.run(request)
        // One that got as far as deleting may not have come to the last packs; those of metadata go last.
        let removed = try packs.filter { try FileStatus.of(scratch.root.appending($0.name)) == nil }
        for pack in removed.dropFirst(Int.random(in: 0...removed.count, using: &random)) {
            try DurableFile.rename(pack.copy, to: scratch.root.appending(pack.name))
            isUntidy = true
        }
        store = try scratch.reopened()
    }

    /// Copies every pack away, and returns the copies in the order in which packs are deleted.
    private func packCopies() throws -> [(name: String, copy: FilePath)] {
        let directory = scratch.file("packs-before")
        try Directories.create(directory, durable: false)
        let store = try scratch.reopened()
        let packs = store.indexes.packList.sorted { ($0.kind.rawValue, $0.id) < ($1.kind.rawValue, $1.id) }
        return try packs.map { pack in
            let name = StoreLayout.pack(pack.id)
            let copy = directory.appending(pack.id.hex)
            let bytes = try DurableFile.read(scratch.root.appending(name), limit: 1 << 30)
            try DurableFile.write(bytes, to: copy, durable: false)
            return (name, copy)
        }
    }

    private func dropPointer() {
        if Bool.random(using: &random), let tree = sorted(trees).randomElement(using: &random) {
            trees[tree.key] = nil
        } else if let file = sorted(files).randomElement(using: &random) {
            files[file.key] = nil
        }
    }

    /// Collects without a grace period, after which nothing that is dead may be left in packs of its own.
    private func collect() throws {
        let collection = GarbageCollection(store, now: WallClock.now() + 1_000_000_000)
        _ = try collection.carryOut(try collection.plan(live: live, gracePeriod: 0))
        let again = try collection.plan(live: live, gracePeriod: 0)
        #expect(again.candidates.isEmpty)
        #expect(Set(try scratch.reopened().indexes.packList.map(\.id)) == Set(try store.packsOnDisk()))
    }

    private func check(_ depth: StoreCheck.Depth, mending: Bool = false) async throws {
        let check = StoreCheck(store, pool: ScratchStore.pool, cancellation: Cancellation())
        let findings = try await check.run(depth, mending: mending)
        #expect(findings.allSatisfy { $0.severity == .untidy && $0.isMended == mending }, "\(findings)")
        #expect(findings.isEmpty || mending || isUntidy, "\(findings)")
        if mending { isUntidy = false }
    }

    private func deleteAll(_ directory: String) throws {
        for name in try scratch.files(in: directory) {
            try DurableFile.remove(scratch.root.appending(directory).appending(name))
        }
    }
}
