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

    @Test func `Frames that only a later version decodes are saved from a damaged pack`() async throws {
        let scratch = try ScratchStore()
        let path = try scratch.placePack(try GoldenFile.bytes("pack-delta.hex"))
        try scratch.placeIndex(try GoldenFile.bytes("index-delta.hex"))
        try change(path) { $0[20] ^= 1 }
        _ = try await scratch.check(mending: true)
        let store = try scratch.reopened()
        let bases = store.indexes.files.flatMap { file in (0..<file.frameCount).map { file.frame(at: $0)?.base } }
        #expect(bases.count == 2)
        #expect(bases.compactMap { $0 }.count == 1)
        #expect(try await scratch.check().map(\.severity) == [.newer])
    }
}
