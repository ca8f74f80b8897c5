import Codec
import FoundationEssentials
import ModelCore
import Store
import SystemIO
import SystemPackage
import TestSupport
import Testing

/// Garbage collection of a store on this machine.
struct CollectionTests {
    private static let day: Int64 = 86_400 * 1_000_000_000

    /// A store with two objects, each in packs of its own.
    private struct Two {
        let scratch: ScratchStore
        let live: Pointer
        let dead: Pointer
        let deadPacks: Set<String>

        init() async throws {
            scratch = try ScratchStore()
            var random = PseudoRandom(seed: 1)
            live = try await scratch.add(random.bytes(1_200_000))
            let before = Set(try scratch.files(in: "packs"))
            dead = try await scratch.add(random.bytes(1_200_000))
            deadPacks = Set(try scratch.files(in: "packs")).subtracting(before)
        }

        func collect(gracePeriod: Int64 = 0, now: Int64 = WallClock.now()) throws -> GarbageCollection.Plan {
            let collection = GarbageCollection(try scratch.reopened(), now: now)
            let plan = try collection.plan(live: [live], gracePeriod: gracePeriod)
            #expect(try collection.carryOut(plan).count == plan.candidates.count)
            return plan
        }
    }

    @Test func `A dead pack goes with its index entries and object index, a live one stays`() async throws {
        let two = try await Two()
        let plan = try two.collect()
        #expect(plan.candidates.count == 2)
        #expect(plan.liveCount == 2)
        #expect(Set(try two.scratch.files(in: "packs")).isDisjoint(with: two.deadPacks))
        let oid = two.live.oid
        #expect(try two.scratch.files(in: "objects") == ["\(oid.fanOut)/\(oid.hex).idx"])
        let store = try two.scratch.reopened()
        #expect(store.indexes.packList.count == 2)
        #expect(store.indexes.entries(of: two.dead.oid, kind: .manifest).isEmpty)
        #expect(try await two.scratch.check().isEmpty)
        #expect(try await two.scratch.restored(two.live).count == 1_200_000)
        let error = try await storeError { _ = try await two.scratch.restored(two.dead) }
        #expect(error.isAbsence)
        #expect(try two.collect().candidates.isEmpty)
    }

    @Test func `How much would go is told without a look at the bytes of what stays`() async throws {
        let two = try await Two()
        let deadByteCount = try two.deadPacks.reduce(0) { sum, name in
            sum + (try #require(try FileStatus.of(two.scratch.root.appending("packs/" + name))).size)
        }
        let packs = Set(try two.scratch.files(in: "packs")).subtracting(two.deadPacks)
        for name in packs {
            let path = two.scratch.root.appending("packs/" + name)
            var bytes = try DurableFile.read(path, limit: 1 << 30)
            // The other pack has the manifest, which is read.
            guard bytes.count > 1_000_000 else { continue }
            bytes[600_000] ^= 1
            try DurableFile.write(bytes, to: path)
        }
        let collection = GarbageCollection(try two.scratch.reopened(), now: WallClock.now())
        let found = try collection.freeableByteCounts(live: [two.live], gracePeriods: [14 * Self.day, 0])
        #expect(found == [0, deadByteCount] && deadByteCount > 1_200_000)
        // Whoever deletes looks.
        let error = try await storeError { _ = try collection.plan(live: [two.live], gracePeriod: 0) }
        guard case .damaged = error else {
            Issue.record("\(error)")
            return
        }
    }

    @Test func `A pack stays for the grace period after it was written or used`() async throws {
        let two = try await Two()
        let now = WallClock.now()
        #expect(try two.collect(gracePeriod: 14 * Self.day, now: now + 13 * Self.day).recentCount == 2)
        #expect(try two.scratch.files(in: "packs").count == 4)
        // What is added again is used: its packs are as new.
        for pack in two.deadPacks { try age(two.scratch.root.appending("packs/" + pack)) }
        #expect(try GarbageCollection(two.scratch.store, now: now).plan(live: []).candidates.count == 2)
        var random = PseudoRandom(seed: 1)
        _ = random.bytes(1_200_000)
        try await two.scratch.add(random.bytes(1_200_000), to: two.scratch.reopened())
        #expect(try GarbageCollection(two.scratch.store, now: now).plan(live: []).candidates.isEmpty)
        #expect(try two.collect(gracePeriod: 14 * Self.day, now: now + 15 * Self.day).candidates.count == 2)
    }

    /// Sets a file's modification time to 2001.
    private func age(_ path: FilePath) throws {
        let date = Date(timeIntervalSince1970: 1_000_000_000)
        try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path.string)
    }

    @Test func `A pack that is shared stays whole`() async throws {
        let scratch = try ScratchStore()
        let session = try scratch.session()
        let first = try session.add(Array("first".utf8))
        _ = try session.add(Array("second".utf8))
        _ = try session.finish(pointers: [])
        let collection = GarbageCollection(try scratch.reopened(), now: .max)
        let live = Pointer(oid: first.oid, size: first.size, kind: .file)
        #expect(try collection.plan(live: [live], gracePeriod: 0).candidates.isEmpty)
        #expect(try collection.plan(live: [], gracePeriod: 0).candidates.count == 1)
    }

    @Test func `A tree keeps all its files`() async throws {
        let scratch = try ScratchStore()
        let tree = try await scratch.addTree([
            ("a", [1], .regular), ("b/c", [UInt8](repeating: 2, count: 300_000), .executable),
            ("link", Array("a".utf8), .link),
        ])
        let collection = GarbageCollection(try scratch.reopened(), now: .max)
        #expect(try collection.plan(live: [tree], gracePeriod: 0).candidates.isEmpty)
        #expect(try collection.plan(live: [], gracePeriod: 0).candidates.count == 2)
    }

    @Test func `Temporary files of processes that are gone go once nothing touched them for an hour`() async throws {
        let two = try await Two()
        let path = two.scratch.root.appending("packs/.git-model-tmp-4194399-abc")
        try DurableFile.write([1], to: path)
        let own = two.scratch.root.appending("index/.git-model-tmp-1-abc")
        try DurableFile.write([1], to: own)
        _ = try two.collect(gracePeriod: .max, now: WallClock.now())
        #expect(try FileStatus.of(path) != nil)
        _ = try two.collect(gracePeriod: .max, now: WallClock.now() + Self.day / 12)
        #expect(try FileStatus.of(path) == nil)
        #expect(try FileStatus.of(own) != nil)
        _ = try two.collect(gracePeriod: .max, now: WallClock.now() + 2 * Self.day)
        #expect(try FileStatus.of(own) == nil)
        // Nobody writes one while all users are excluded, and whoever does not want to wait need not.
        try DurableFile.write([1], to: own)
        _ = try two.collect(gracePeriod: 0)
        #expect(try FileStatus.of(own) == nil)
    }

    @Test(arguments: [true, false])
    func `Nothing is deleted where a pack is damaged`(isLive: Bool) async throws {
        let two = try await Two()
        let victims = Set(try two.scratch.files(in: "packs")).filter { isLive != two.deadPacks.contains($0) }
        let files = try two.scratch.files(in: "")
        for victim in victims {
            let path = two.scratch.root.appending("packs/" + victim)
            var bytes = try DurableFile.read(path, limit: 1 << 30)
            // A live frame, or the table of contents of what would go.
            bytes[isLive ? 100 : bytes.count - 40] ^= 1
            try DurableFile.write(bytes, to: path)
        }
        let error = try await storeError { _ = try two.collect() }
        guard case .damaged = error else {
            Issue.record("\(error)")
            return
        }
        #expect(try two.scratch.files(in: "") == files)
    }

    @Test func `Nothing is deleted where an index is damaged`() async throws {
        let two = try await Two()
        let name = try #require(try two.scratch.files(in: "index").first)
        var bytes = try DurableFile.read(two.scratch.root.appending("index/" + name), limit: 1 << 20)
        bytes[bytes.count / 2] ^= 1
        try DurableFile.write(bytes, to: two.scratch.root.appending("index/" + name))
        let error = try await storeError { _ = try two.collect() }
        #expect("\(error)".contains(name))
        #expect(two.deadPacks.isSubset(of: try two.scratch.files(in: "packs")))
    }

    @Test func `An object that is not here stops nothing`() async throws {
        let two = try await Two()
        let elsewhere = Pointer(oid: SHA256.digest(of: [1, 2, 3]), size: 3, kind: .file)
        let collection = GarbageCollection(try two.scratch.reopened(), now: .max)
        let plan = try collection.plan(live: [two.live, elsewhere], gracePeriod: 0)
        #expect(plan.candidates.count == 2)
    }

    @Test func `Of an object that is here in part, that part stays`() async throws {
        let scratch = try ScratchStore()
        var model = SafetensorsBytes([("a", 120_000), ("b", 60_000)], seed: 1)
        let first = try await scratch.addModel(model.bytes, after: [])
        model.train(seed: 2)
        let second = try await scratch.addModel(model.bytes, after: [first])
        let closure = Closure(of: [second], in: try scratch.reopened())
        let base = try #require(closure.bases.first.flatMap { closure.frames[$0] })
        let needed = Set(closure.frames.values.map(\.pack))
        let (place, away) = (scratch.root.appending(StoreLayout.pack(base.pack)), scratch.path.appending("away"))
        try DurableFile.rename(place, to: away)
        let collection = GarbageCollection(try scratch.reopened(), now: .max)
        let freeable = try collection.freeableByteCounts(live: [second], gracePeriods: [0])
        let plan = try collection.plan(live: [second], gracePeriod: 0)
        #expect(needed.isDisjoint(with: plan.candidates.map(\.pack)))
        #expect(freeable == [plan.candidates.reduce(0) { $0 + $1.byteCount }])
        _ = try collection.carryOut(plan)
        // What was lost comes back.
        try DurableFile.rename(away, to: place)
        #expect(try await scratch.restored(second) == model.bytes)
    }

    @Test func `A tree whose object is no listing stops nothing, and the object stays`() async throws {
        let two = try await Two()
        let junk = Pointer(oid: two.live.oid, size: 12, kind: .tree)
        let collection = GarbageCollection(try two.scratch.reopened(), now: .max)
        let plan = try collection.plan(live: [junk], gracePeriod: 0)
        #expect(plan.candidates.count == 2)
        _ = try collection.carryOut(plan)
        #expect(try await two.scratch.restored(two.live).count == 1_200_000)
    }
}
