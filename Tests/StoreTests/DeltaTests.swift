import Codec
import ModelCore
@testable import Store
import SystemIO
import SystemPackage
import TestSupport
import Testing

/// A new version costs what changed in its tensors, and never more than half as much again to rebuild.
@Suite struct DeltaTests {
    private static let sizes = [("embedding", 120_000), ("layer.0", 60_000), ("layer.1", 60_000), ("bias", 40)]

    private func series(_ count: Int, in scratch: ScratchStore) async throws -> [(pointer: Pointer, bytes: [UInt8])] {
        var model = SafetensorsBytes(DeltaTests.sizes.map { (name: $0.0, count: $0.1) }, seed: 1)
        var versions: [(pointer: Pointer, bytes: [UInt8])] = []
        for number in 0..<count {
            if number > 0 { model.train(seed: UInt64(number)) }
            let bytes = model.bytes
            let pointer = try await scratch.addModel(bytes, after: versions.last.map { [$0.pointer] } ?? [])
            versions.append((pointer, bytes))
        }
        return versions
    }

    @Test func `Every version of a series comes back bit for bit, within its bounds`() async throws {
        let scratch = try ScratchStore()
        let versions = try await series(7, in: scratch)
        let store = try scratch.reopened()
        for version in versions {
            #expect(try await scratch.restored(version.pointer) == version.bytes)
            let closure = Closure(of: [version.pointer], in: store)
            #expect(closure.isComplete)
            let data = closure.frames.values.filter { store.indexes.pack($0.pack)?.kind == .data }
            #expect(data.reduce(0) { $0 + $1.entry.recordLength } <= Int(1.5 * Double(version.bytes.count)))
            #expect(closure.frames.values.allSatisfy { $0.entry.depth <= 4 })
        }
        let last = Closure(of: [versions[6].pointer], in: store)
        #expect(last.frames.values.contains { $0.base != nil })
        #expect(!last.bases.isEmpty)
        #expect(try await scratch.check().isEmpty)
    }

    @Test func `A version costs only the tensors that changed`() async throws {
        let scratch = try ScratchStore()
        var model = SafetensorsBytes(DeltaTests.sizes.map { (name: $0.0, count: $0.1) }, seed: 1)
        let first = try await scratch.addModel(model.bytes, after: [])
        let before = try scratch.byteCount(of: "packs")
        model.train(["layer.1"], seed: 9)
        let second = try await scratch.addModel(model.bytes, after: [first])
        let added = try scratch.byteCount(of: "packs") - before
        #expect(added < 4 * 60_000)
        #expect(try await scratch.restored(second) == model.bytes)
    }

    @Test func `A file of the same tensors in another order and under other names costs next to nothing`() async throws
    {
        let scratch = try ScratchStore()
        var model = SafetensorsBytes(DeltaTests.sizes.map { (name: $0.0, count: $0.1) }, seed: 1)
        let first = try await scratch.addModel(model.bytes, after: [])
        let before = try scratch.byteCount(of: "packs")
        model.tensors.reverse()
        model.tensors = model.tensors.map { (name: "other." + $0.name, values: $0.values) }
        let second = try await scratch.addModel(model.bytes, after: [first])
        #expect(try scratch.byteCount(of: "packs") - before < Int64(model.bytes.count / 100))
        #expect(try await scratch.restored(second) == model.bytes)
    }

    @Test func `Collection keeps what a live version decodes against`() async throws {
        let scratch = try ScratchStore()
        let versions = try await series(3, in: scratch)
        let store = try scratch.reopened()
        let collection = GarbageCollection(store, now: WallClock.now())
        let plan = try collection.plan(live: [versions[2].pointer], gracePeriod: 0)
        _ = try collection.carryOut(plan)
        #expect(try await scratch.restored(versions[2].pointer) == versions[2].bytes)
        #expect(try await scratch.check().isEmpty)
    }

    @Test func `A difference whose base was collected is no copy, and adding its bytes again stores them`() async throws
    {
        let scratch = try ScratchStore()
        let versions = try await series(2, in: scratch)
        let store = try scratch.reopened()
        let closure = Closure(of: [versions[1].pointer], in: store)
        let base = try #require(closure.bases.first.flatMap { closure.frames[$0] })
        // A pack of differences goes, and so does the one with their base, but for what is alive in the other.
        let collection = GarbageCollection(store, now: WallClock.now())
        #expect(try collection.plan(live: [], gracePeriod: 0).candidates.count == 4)
        try store.replace(store.indexes.files) { $0 != base.pack }
        let again = try scratch.reopened()
        let depths = try #require(closure.frames.values.first { $0.base == base.entry.id })
        #expect(try !again.hasFrame(depths.entry.id))
        let pointer = try await scratch.addModel(versions[1].bytes, after: [])
        #expect(pointer == versions[1].pointer)
        #expect(try await scratch.restored(pointer) == versions[1].bytes)
    }

    @Test func `Collection deletes differences that nothing needs`() async throws {
        let scratch = try ScratchStore()
        let versions = try await series(2, in: scratch)
        let store = try scratch.reopened()
        #expect(Closure(of: [versions[1].pointer], in: store).frames.values.contains { $0.base != nil })
        let collection = GarbageCollection(store, now: WallClock.now())
        _ = try collection.carryOut(try collection.plan(live: [versions[0].pointer], gracePeriod: 0))
        #expect(try await scratch.restored(versions[0].pointer) == versions[0].bytes)
        #expect(try scratch.files(in: "packs").count == 2)
    }

    @Test func `A damaged base is found, and wrong bytes never come out`() async throws {
        let scratch = try ScratchStore()
        let versions = try await series(2, in: scratch)
        let store = try scratch.reopened()
        let closure = Closure(of: [versions[1].pointer], in: store)
        let id = try #require(closure.bases.first)
        let base = try #require(closure.frames[id])
        let path = scratch.root.appending(StoreLayout.pack(base.pack))
        var bytes = try DurableFile.read(path, limit: 1 << 30)
        bytes[base.entry.payloadOffset + 100] ^= 1
        try DurableFile.write(bytes, to: path)
        _ = try await storeError { _ = try await scratch.restored(versions[1].pointer) }
        let damaged = try await scratch.check().filter { $0.severity == .damaged }.map(\.path)
        #expect(damaged == [path])
    }
}
