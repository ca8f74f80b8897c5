import Codec
import ModelCore
import Store
import SystemIO
import SystemPackage
import TestSupport
import Testing

/// What `fsck --repair` makes of a store.
struct MendingTests {
    private func change(_ path: FilePath, _ body: (inout [UInt8]) -> Void) throws {
        var bytes = try DurableFile.read(path, limit: 1 << 30)
        body(&bytes)
        try DurableFile.write(bytes, to: path)
    }

    private func pack(_ name: String, in scratch: ScratchStore) throws -> FilePath {
        scratch.root.appending(StoreLayout.pack(SHA256.digest(of: try GoldenFile.bytes(name))))
    }

    private func requireSound(_ scratch: ScratchStore) async throws {
        #expect(try await scratch.check().isEmpty)
        #expect(try await scratch.restored(GoldenStore.pointer) == GoldenStore.object)
        #expect(Closure(of: [try GoldenStore.treePointer()], in: try scratch.reopened()).isComplete)
    }

    @Test(arguments: [16, -8, -40])
    func `What is right in a damaged pack is saved, and the pack is put aside`(position: Int) async throws {
        let scratch = try GoldenStore.scratch()
        let path = try pack("pack-data.hex", in: scratch)
        // Of header, trailer or table of contents: every frame is right.
        try change(path) { $0[position < 0 ? $0.count + position : position] ^= 0x40 }
        let found = try await scratch.check(mending: true)
        #expect(found.contains { $0.path == path && $0.severity == .damaged && $0.isMended })
        #expect(try FileStatus.of(path) == nil)
        #expect(try scratch.files(in: "damaged").count == 1)
        try await requireSound(scratch)
    }

    @Test func `A frame that is lost is missing afterwards, and comes back when it is added again`() async throws {
        let scratch = try GoldenStore.scratch()
        let path = try pack("pack-data.hex", in: scratch)
        try change(path) { $0[32 + 64] ^= 1 }
        let error = try await storeError { _ = try await scratch.restored(GoldenStore.pointer) }
        #expect(!error.isAbsence)
        _ = try await scratch.check(mending: true)
        #expect(try await scratch.check().isEmpty)
        let lost = Closure(of: [GoldenStore.pointer], in: try scratch.reopened()).incomplete
        #expect(lost.map(\.oid) == [GoldenStore.pointer.oid])
        #expect(lost.allSatisfy { $0.reason.isAbsence })
        try await scratch.add(GoldenStore.rawFrame, to: scratch.reopened())
        try await requireSound(scratch)
    }

    private func damage(_ frame: FrameLocation, in scratch: ScratchStore) throws {
        let last = Int(frame.entry.offset) + frame.entry.recordLength - 1
        try change(scratch.root.appending(StoreLayout.pack(frame.pack))) { $0[last] ^= 1 }
    }

    @Test func `Of what is added again, a frame that is damaged here is stored anew, and nothing else`()
        async throws
    {
        var random = PseudoRandom(seed: 5)
        let bytes = (0..<2_500_000).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        var turn = 0
        while true {
            let scratch = try ScratchStore()
            let pointer = try await scratch.add(bytes)
            let frames = Closure(of: [pointer], in: try scratch.reopened()).frames.values
                .sorted { ($0.pack, $0.entry.offset) < ($1.pack, $1.entry.offset) }
            guard turn < frames.count else { break }
            try damage(frames[turn], in: scratch)
            let error = try await storeError { _ = try await scratch.restored(pointer) }
            #expect(!error.isAbsence)
            let before = try scratch.byteCount(of: "packs")
            try await scratch.add(bytes, as: "copy", to: scratch.reopened())
            #expect(try await scratch.restored(pointer) == bytes)
            let grown = try scratch.byteCount(of: "packs") - before
            #expect(grown > 0 && grown < Int64(frames[turn].entry.recordLength) + 1000)
            #expect(try await scratch.check(mending: true).map(\.severity) == [.damaged])
            #expect(try await scratch.check().isEmpty)
            #expect(try await scratch.restored(pointer) == bytes)
            turn += 1
        }
        // The manifest, and more than one piece of the file.
        #expect(turn > 2)
    }

    @Test func `A difference whose base is damaged is stored anew when it is added again`() async throws {
        let scratch = try ScratchStore()
        var model = SafetensorsBytes([("a", 120_000), ("b", 60_000)], seed: 1)
        let first = try await scratch.addModel(model.bytes, after: [])
        model.train(seed: 2)
        let second = try await scratch.addModel(model.bytes, after: [first])
        let closure = Closure(of: [second], in: try scratch.reopened())
        let base = try #require(closure.bases.first.flatMap { closure.frames[$0] })
        try damage(base, in: scratch)
        _ = try await storeError { _ = try await scratch.restored(second) }
        #expect(try await scratch.addModel(model.bytes, after: [first]) == second)
        #expect(try await scratch.restored(second) == model.bytes)
    }

    @Test(arguments: [StoreCheck.Depth.structure, .everything])
    func `Packs that no index lists are listed with their objects`(depth: StoreCheck.Depth) async throws {
        let scratch = try GoldenStore.scratch()
        for name in try scratch.files(in: "index") { try DurableFile.remove(scratch.root.appending("index/" + name)) }
        let error = try await storeError { _ = try await scratch.restored(GoldenStore.pointer) }
        #expect(error.isAbsence)
        let found = try await scratch.check(depth, mending: true)
        #expect(found.map(\.severity) == [.untidy, .untidy])
        try await requireSound(scratch)
    }

    @Test func `An index that is damaged is made again from the packs`() async throws {
        let scratch = try GoldenStore.scratch()
        let name = try #require(try scratch.files(in: "index").first)
        try change(scratch.root.appending("index/" + name)) { $0[300] ^= 1 }
        #expect(try await scratch.check(.structure, mending: true).contains { $0.severity == .damaged })
        #expect(try !scratch.files(in: "index").contains(name))
        try await requireSound(scratch)
    }

    @Test func `A pack that is gone is forgotten`() async throws {
        let scratch = try GoldenStore.scratch()
        try DurableFile.remove(try pack("pack-data.hex", in: scratch))
        let found = try await scratch.check(.structure, mending: true)
        #expect(found.map(\.severity) == [.damaged])
        #expect(try await scratch.check().isEmpty)
        #expect(try scratch.reopened().indexes.packList.count == 1)
    }

    @Test func `An object index that is damaged is taken away`() async throws {
        let scratch = try GoldenStore.scratch()
        let path = scratch.root.appending(StoreLayout.objectIndex(GoldenStore.pointer.oid))
        try change(path) { $0.removeLast() }
        #expect(try await scratch.check(mending: true).map(\.severity) == [.untidy])
        #expect(try FileStatus.of(path) == nil)
        try await requireSound(scratch)
    }

    @Test func `A frame that is damaged does not keep the rest of a shallow check from mending`() async throws {
        let scratch = try GoldenStore.scratch()
        for name in try scratch.files(in: "index") { try DurableFile.remove(scratch.root.appending("index/" + name)) }
        // The first frame of the pack is the manifest; the listing is right.
        try change(try pack("pack-metadata.hex", in: scratch)) { $0[32 + 64 + 20] ^= 1 }
        _ = try await scratch.check(.structure, mending: true)
        var reader = FrameReader(try scratch.reopened())
        let tree = try GoldenStore.treePointer().oid
        #expect(try reader.bytes(of: FrameReference(id: tree, byteCount: 194), of: tree).count == 194)
    }

    @Test func `A delta is saved from a damaged pack on the word of its checksum`() async throws {
        let scratch = try ScratchStore()
        let path = try scratch.placePack(try GoldenFile.bytes("pack-delta.hex"))
        try scratch.placeIndex(try GoldenFile.bytes("index-delta.hex"))
        try change(path) { $0[20] ^= 1 }
        _ = try await scratch.check(mending: true)
        let store = try scratch.reopened()
        let bases = store.indexes.files.flatMap { file in (0..<file.frameCount).map { file.frame(at: $0)?.base } }
        #expect(bases.count == 2)
        #expect(bases.compactMap { $0 }.count == 1)
        // The stored bytes of this one were never right.
        #expect(try await scratch.check().map(\.severity) == [.damaged])
    }
}
