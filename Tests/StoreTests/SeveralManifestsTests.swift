import ModelCore
import Store
import SystemIO
import SystemPackage
import TestSupport
import Testing

/// Objects that several manifests rebuild, as where one was added under names that say different formats.
@Suite struct SeveralManifestsTests {
    /// Returns a store with an object that two manifests rebuild; of the one that is found first, frames are missing.
    private func place(of bytes: [UInt8]) async throws -> (scratch: ScratchStore, pointer: Pointer) {
        let sizes = StoreSizes(frameByteCount: 100_000, oneFrameByteCount: 256 << 10, packByteCount: 64 << 20)
        // Which is found first is left to chance.
        for _ in 0..<64 {
            let scratch = try ScratchStore()
            let pointer = try await scratch.add(bytes)
            let whole = Set(try scratch.reopened().packsOnDisk())
            try await scratch.add(bytes, to: LocalStore(scratch.root, sizes: sizes))
            let before = try scratch.reopened()
            for pack in try before.packsOnDisk() where !whole.contains(pack) && before.listedPack(pack)?.kind == .data {
                try DurableFile.remove(scratch.root.appending(StoreLayout.pack(pack)))
            }
            let after = try scratch.reopened()
            var reader = FrameReader(after)
            let entry = try #require(after.entries(of: pointer.oid, kind: .manifest).first)
            let map = try after.map(of: entry, reader: &reader)
            if try map.frames.contains(where: { try !after.hasFrame($0.id) }) { return (scratch, pointer) }
        }
        Issue.record("the manifest that rebuilds the object was always first")
        throw CancellationError()
    }

    @Test func `A manifest counts of which every frame is here, whichever is found first`() async throws {
        let bytes = SafetensorsBytes([("a", 120_000)], seed: 1).bytes
        let (scratch, pointer) = try await place(of: bytes)
        let store = try scratch.reopened()
        #expect(store.entries(of: pointer.oid, kind: .manifest).count == 2)
        var streamed: [UInt8] = []
        try ObjectStream.read(pointer.oid, size: pointer.size, from: store) { streamed += $0 }
        #expect(streamed == bytes)
        var counted: Set<Digest> = []
        var account = SpaceAccount()
        try account.count([pointer], in: store, after: &counted)
        #expect(account.shares[.absent] == nil && account.size == pointer.size)
        let tensors = try store.tensors(of: pointer, SmallFileTensors(ofArtifactNamed: "file", in: store))
        #expect(tensors.map(\.isHere) == [true])
    }
}
