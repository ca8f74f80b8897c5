import Codec
import ModelCore
import Store
import SystemIO
import SystemPackage
import TestSupport
import Testing

/// The golden files were written by another program, from docs/formats.md alone.
struct GoldenTests {
    private typealias Stored = (raw: [UInt8], codec: FrameCodec, stored: [UInt8])

    /// The zstd frame is given: which bytes zstd finds depends on its version.
    private static let dataFrames: [Stored] = [
        (GoldenStore.rawFrame, .raw, GoldenStore.rawFrame),
        (GoldenStore.constantFrame, .constant, [0]),
        (
            GoldenStore.zstdFrame, .zstd,
            [0x28, 0xb5, 0x2f, 0xfd, 0x20, 0x64, 0x18, 0, 0, 0x61, 0x62, 0x63, 0x0b, 3, 0, 0x78]
        ),
    ]

    private static func metadataFrames() throws -> [Stored] {
        let listing = try GoldenStore.listing().encoded
        return [
            (GoldenStore.manifest.encoded, .raw, GoldenStore.manifest.encoded),
            (listing, .raw, listing),
        ]
    }

    private static func pack(
        _ kind: PackKind,
        nonce: ClosedRange<UInt8>,
        _ frames: [Stored]
    ) throws -> (bytes: [UInt8], pack: SealedPack) {
        var builder = try PackBuilder.start(kind, in: "/tmp", nonce: Array(nonce))
        for frame in frames {
            try frame.stored.withUnsafeBytes { stored in
                let record = FrameRecord(
                    id: SHA256.digest(of: frame.raw),
                    codec: frame.codec,
                    rawLength: frame.raw.count,
                    stored: stored
                )
                try builder.append(record, stored: stored)
            }
        }
        let scratch = try builder.scratch()
        return (try DurableFile.read(scratch.path, limit: 1 << 20), scratch.pack)
    }

    private static func packs() throws -> [(name: String, bytes: [UInt8], pack: SealedPack)] {
        let data = try pack(.data, nonce: 0x10...0x1f, dataFrames)
        let metadata = try pack(.metadata, nonce: 0x20...0x2f, try metadataFrames())
        return [("pack-data.hex", data.bytes, data.pack), ("pack-metadata.hex", metadata.bytes, metadata.pack)]
    }

    private static let objectEntry = ObjectEntry(
        oid: GoldenStore.pointer.oid,
        frame: SHA256.digest(of: GoldenStore.manifest.encoded),
        size: 410,
        kind: .manifest
    )

    @Test func `Packs are written as their golden files`() throws {
        for (name, bytes, pack) in try Self.packs() {
            #expect(try bytes == GoldenFile.bytes(name), "\(name)")
            #expect(pack.id == SHA256.digest(of: bytes))
        }
    }

    @Test func `Every frame of a golden pack is read from the pack alone`() throws {
        let frames = [Self.dataFrames, try Self.metadataFrames()]
        for (name, frames) in zip(GoldenStore.packNames, frames) {
            let scratch = try ScratchStore()
            defer { extendLifetime(scratch) }
            let path = try scratch.placePack(try GoldenFile.bytes(name))
            let pack = try PackFile(path, id: .zero)
            defer { extendLifetime(pack) }
            #expect(try pack.kind() == (name == "pack-data.hex" ? .data : .metadata))
            let contents = try pack.contents()
            #expect(contents.entries.map(\.id) == frames.map { SHA256.digest(of: $0.raw) }.sorted())
            #expect(contents.bases.isEmpty)
            for frame in frames {
                let entry = try #require(contents.entries.first { $0.id == SHA256.digest(of: frame.raw) })
                let (record, stored) = try pack.record(of: entry)
                #expect(record.codec == frame.codec.rawValue)
                #expect(try PackDecoding.bytes(of: record, stored: stored) == frame.raw)
            }
        }
    }

    @Test func `An index and an object index are written as their golden files`() throws {
        var contents = IndexContents()
        for (_, _, pack) in try Self.packs().reversed() { contents.add(pack) }
        contents.add(Self.objectEntry)
        #expect(contents.encoded(as: .index, nonce: Array(0x30...0x3f)) == (try GoldenFile.bytes("index.hex")))
        let scratch = try GoldenStore.scratch()
        defer { extendLifetime(scratch) }
        let store = try scratch.reopened()
        let closure = store.indexContents(of: Closure(of: [GoldenStore.pointer], in: store))
        #expect(closure.encoded(as: .objectIndex) == (try GoldenFile.bytes("object-index.hex")))
    }

    @Test func `An index and an object index are read from their golden files`() throws {
        let index = try IndexFile(try GoldenFile.bytes("index.hex"), path: "index")
        try index.verify()
        #expect(index.kind == .index)
        #expect(index.packs.map(\.kind.rawValue).sorted() == [1, 2])
        #expect(index.frameCount == 5)
        #expect(index.entries(of: GoldenStore.pointer.oid) == [Self.objectEntry])
        let copy = try #require(index.copies(of: SHA256.digest(of: GoldenStore.constantFrame)).first)
        #expect(copy.entry.codec == 1)
        #expect(copy.entry.rawLength == 300)
        #expect(copy.entry.offset == 106)
        let objectIndex = try IndexFile(try GoldenFile.bytes("object-index.hex"), path: "index")
        try objectIndex.verify()
        #expect(objectIndex.kind == .objectIndex)
        #expect(objectIndex.frameCount == 4)
        #expect(objectIndex.entries(of: GoldenStore.pointer.oid) == [Self.objectEntry])
    }

    @Test func `A store of golden files gives its objects back and is sound`() async throws {
        let scratch = try GoldenStore.scratch()
        #expect(try await scratch.check().isEmpty)
        #expect(try await scratch.restored(GoldenStore.pointer) == GoldenStore.object)
        let store = try scratch.reopened()
        var reader = FrameReader(store)
        let tree = try GoldenStore.treePointer()
        #expect(try store.listing(tree.oid, reader: &reader).tree == GoldenStore.listing())
        #expect(Closure(of: [tree], in: store).isComplete)
    }

    @Test func `A root is written as its golden file and read from it`() throws {
        let root = try #require(
            RootRecord(
                repository: "https://example.org/models.git",
                reference: "refs/heads/main",
                commit: String(repeating: "0123456789", count: 4),
                oids: [SHA256.digest(of: GoldenStore.rawFrame), GoldenStore.pointer.oid, GoldenStore.pointer.oid]
            )
        )
        let golden = try GoldenFile.bytes("root")
        #expect(Array(root.text.utf8) == golden)
        #expect(root.id == SHA256.digest(of: golden))
        #expect(try RootRecord(parsing: String(decoding: golden, as: UTF8.self)) == root)
    }

    @Test func `A tomb is one line, in a file of its pack's name`() throws {
        #expect(try GoldenFile.bytes("tomb") == Array("git-model-tomb 1\n".utf8))
        #expect(StoreLayout.tomb(.zero) == "tomb/" + String(repeating: "0", count: 64))
    }

    @Test func `The format file is written as its golden file and read from it`() throws {
        let golden = String(decoding: try GoldenFile.bytes("format"), as: UTF8.self)
        #expect(StoreFormat().text == golden)
        #expect(try StoreFormat(parsing: golden) == StoreFormat())
        var flagged = StoreFormat()
        flagged.requirements = ["encryption", "planes"]
        flagged.writeRequirements = ["leases"]
        let goldenFlags = String(decoding: try GoldenFile.bytes("format-flags"), as: UTF8.self)
        #expect(flagged.text == goldenFlags)
        #expect(try StoreFormat(parsing: goldenFlags) == flagged)
    }
}

/// The fields of a delta, whose stored bytes here are no codec's: those have golden bytes of their own, with the
/// codecs.
struct GoldenDeltaTests {
    private static let base = SHA256.digest(of: [0, 0, 0x80, 0x3f, 0, 0, 0, 0x40, 0, 0, 0x40, 0x40, 0, 0, 0x80, 0x40])
    private static let frame = SHA256.digest(of: [0, 0, 0x80, 0x3f, 0, 0, 0, 0x40, 0, 0, 0x40, 0x40, 0, 0, 0xa0, 0x40])

    private static func scratch() throws -> (ScratchStore, FilePath) {
        let scratch = try ScratchStore()
        let path = try scratch.placePack(try GoldenFile.bytes("pack-delta.hex"))
        try scratch.placeIndex(try GoldenFile.bytes("index-delta.hex"))
        return (scratch, path)
    }

    @Test func `A delta's record and entry say base, depth and element width`() throws {
        let (scratch, path) = try Self.scratch()
        defer { extendLifetime(scratch) }
        let pack = try PackFile(path, id: .zero)
        defer { extendLifetime(pack) }
        let contents = try pack.contents()
        #expect(contents.bases == [Self.base])
        let entry = try #require(contents.entries.first { $0.id == Self.frame })
        #expect(contents.base(of: entry) == Self.base)
        #expect([entry.codec, entry.flags, entry.elementWidth, entry.depth] == [5, 1, 4, 1])
        #expect(entry.recordLength == 100)
        let (record, stored) = try pack.record(of: entry)
        #expect(record.base == Self.base)
        #expect([record.codec, record.flags, record.elementWidth, record.depth] == [5, 1, 4, 1])
        #expect(record.encoded.count == 96)
        #expect(Array(stored) == [12, 13, 14, 15])
        #expect(throws: FormatError.self) { try PackDecoding.bytes(of: record, stored: stored) }
    }

    @Test func `An index lists a delta with its base`() throws {
        let (scratch, path) = try Self.scratch()
        var contents = IndexContents()
        contents.add(try PackFile(path, id: SHA256.digest(of: GoldenFile.bytes("pack-delta.hex"))).sealed())
        #expect(contents.encoded(as: .index, nonce: Array(0x30...0x3f)) == (try GoldenFile.bytes("index-delta.hex")))
        let copy = try #require(try scratch.reopened().indexes.copies(of: Self.frame).first)
        #expect(copy.base == Self.base)
        #expect(copy.entry.depth == 1)
        #expect(try scratch.reopened().indexes.copies(of: Self.base).first?.base == nil)
    }

    @Test func `A delta whose bytes do not decode is damaged, and its base is not`() async throws {
        let (scratch, path) = try Self.scratch()
        let pointer = Pointer(oid: Self.frame, size: 16, kind: .file)
        let error = try await storeError { _ = try await scratch.restored(pointer) }
        guard case .damagedFrame(Self.frame, _, _) = error else {
            Issue.record("\(error)")
            return
        }
        let findings = try await scratch.check()
        #expect(findings.map(\.severity) == [.damaged])
        #expect(findings.map(\.path) == [path])
        let base = Pointer(oid: Self.base, size: 16, kind: .file)
        #expect(try await scratch.restored(base).count == 16)
    }
}
