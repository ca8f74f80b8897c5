import ModelCore
@testable import Store
import SystemIO
import SystemPackage
import TestSupport
import Testing

/// Frames leave a store, and nothing that stays misses them.
struct FrameRemovalTests {
    private func remove(_ dropped: [Pointer], keeping live: [Pointer], in scratch: ScratchStore) throws -> Int64 {
        let removal = FrameRemoval(try scratch.reopened())
        let plan = try removal.plan(dropping: dropped, keeping: live)
        try removal.carryOut(plan)
        return plan.byteCount
    }

    @Test func `What shares a pack with frames that go is in a new one, bit for bit`() async throws {
        let scratch = try ScratchStore()
        var random = PseudoRandom(seed: 1)
        let session = try scratch.session()
        let contents = (0..<4).map { _ in random.bytes(90_000) }
        let objects = try contents.map { try session.add($0) }
        _ = try session.finish(pointers: [])
        let pointers = objects.map { Pointer(oid: $0.oid, size: $0.size, kind: .file) }
        let before = try scratch.byteCount(of: "packs")
        let freed = try remove([pointers[0], pointers[2]], keeping: [pointers[1]], in: scratch)
        #expect(freed == 2 * 90_064)
        #expect(before - (try scratch.byteCount(of: "packs")) >= freed)
        // The last one is named by nobody, and stays: that is for collection to say.
        for (position, pointer) in pointers.enumerated() {
            let isHere = try Closure(of: [pointer], in: scratch.reopened()).isComplete
            #expect(isHere == [1, 3].contains(position))
            if isHere { #expect(try await scratch.restored(pointer) == contents[position]) }
        }
        #expect(try await scratch.check().isEmpty)
        #expect(try await scratch.add(contents[0]) == pointers[0])
        #expect(try await scratch.restored(pointers[0]) == contents[0])
    }

    @Test func `A base stays for what decodes against it, whoever needs that`() async throws {
        let scratch = try ScratchStore()
        var model = SafetensorsBytes([("a", 120_000), ("b", 60_000)], seed: 1)
        let first = try await scratch.addModel(model.bytes, after: [])
        model.train(seed: 1)
        let bytes = model.bytes
        let second = try await scratch.addModel(bytes, after: [first])
        #expect(!Closure(of: [second], in: try scratch.reopened()).bases.isEmpty)
        for live in [[second], []] {
            _ = try remove([first], keeping: live, in: scratch)
            #expect(try await scratch.restored(second) == bytes)
            #expect(try await scratch.check().isEmpty)
        }
        _ = try remove([first, second], keeping: [], in: scratch)
        #expect(try scratch.files(in: "packs").isEmpty)
    }

    @Test func `Nothing leaves a store with a damaged pack among those to rewrite`() async throws {
        let scratch = try ScratchStore()
        let session = try scratch.session()
        let objects = try [1, 2].map { try session.add([UInt8](repeating: $0, count: 100) + [9]) }
        _ = try session.finish(pointers: [])
        let path = scratch.root.appending("packs").appending(try #require(try scratch.files(in: "packs").first))
        var bytes = try DurableFile.read(path, limit: 1 << 20)
        for offset in 32..<bytes.count - 200 { bytes[offset] ^= 1 }
        try DurableFile.write(bytes, to: path)
        let pointer = Pointer(oid: objects[0].oid, size: objects[0].size, kind: .file)
        _ = try await storeError { _ = try remove([pointer], keeping: [], in: scratch) }
        #expect(try FileStatus.of(path) != nil)
    }
}
