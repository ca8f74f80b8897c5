import Codec
import ModelCore
import SystemIO
import SystemPackage
import TestSupport
import Testing

@testable import Store

/// Files that a later version may write: this one says so, and deletes nothing.
struct FutureFileTests {
    /// A golden file with some bytes set, and its checksums made right again.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let changes: [Int: UInt8]

        init(_ name: String, _ changes: [Int: UInt8]) {
            testDescription = name
            self.changes = changes
        }

        /// Returns the bytes changed; negative positions count from the end.
        func apply(to bytes: [UInt8]) -> [UInt8] {
            var result = bytes
            for (position, byte) in changes { result[position < 0 ? bytes.count + position : position] = byte }
            return result
        }
    }

    static let packs = [
        Case("pack version", [8: 2]),
        Case("pack kind", [12: 3]),
        Case("reserved bytes in the header", [15: 1]),
        Case("reserved bytes in the trailer", [-10: 1]),
        Case("record version", [32 + 4: 2]),
        Case("codec", [32 + 5: 9]),
        Case("encrypted record", [32 + 6: 2]),
        Case("reserved bytes in a record", [32 + 11: 1]),
        Case("reserved bytes at the end of a record", [32 + 63: 1]),
    ]

    @Test(arguments: packs)
    func `A pack of a later version is not damaged, and stays`(test: Case) async throws {
        var pack = test.apply(to: try GoldenFile.bytes("pack-data.hex"))
        write(crc(pack[32..<88]), at: 32 + 56, into: &pack)
        let scratch = try Self.scratch(with: pack)
        try await requireUnderstoodOrNewer(scratch)
        try await requireNewer(scratch, live: [])
    }

    /// Returns a store of the golden metadata pack, a data pack, and an index of both.
    private static func scratch(with pack: [UInt8]) throws -> ScratchStore {
        let scratch = try ScratchStore()
        try scratch.placePack(pack)
        try scratch.placePack(try GoldenFile.bytes("pack-metadata.hex"))
        let old = SHA256.digest(of: try GoldenFile.bytes("pack-data.hex"))
        let index = try IndexFile(try GoldenFile.bytes("index.hex"), path: "index")
        var contents = IndexContents()
        for position in 0..<index.frameCount {
            let frame = try #require(index.frame(at: position))
            let name = frame.pack == old ? SHA256.digest(of: pack) : frame.pack
            let listed = try #require(index.packs.first { $0.id == frame.pack })
            contents.add(
                FrameLocation(entry: frame.entry, pack: name, base: nil),
                in: IndexContents.Pack(id: name, size: listed.size, kind: listed.kind)
            )
        }
        contents.add(index.object(at: 0))
        try scratch.placeIndex(contents.encoded(as: .index))
        return scratch
    }

    static let indexes = [
        Case("version", [8: 2]),
        Case("kind", [12: 3]),
        Case("reserved bytes", [14: 1]),
        Case("the header's reserved field", [100: 1]),
        Case("a pack's kind", [160 + 36: 3]),
        Case("a pack's reserved bytes", [160 + 38: 1]),
        Case("an object entry's kind", [-16 - 80 + 72: 9]),
        Case("an object entry's reserved bytes", [-16 - 80 + 75: 1]),
        Case("reserved bytes in the trailer", [-10: 1]),
    ]

    @Test(arguments: indexes)
    func `An index of a later version is not damaged, and stays`(test: Case) async throws {
        let index = Self.index("index.hex", test)
        let scratch = try ScratchStore()
        for name in GoldenStore.packNames { try scratch.placePack(try GoldenFile.bytes(name)) }
        let path = try scratch.placeIndex(index)
        let isNoted = test.changes.values.first != 9
        try await requireUnderstoodOrNewer(scratch)
        try await requireNewer(scratch, live: [], isNoted: isNoted)
        #expect(try FileStatus.of(path) != nil)
        guard isNoted else { return }
        // It stays as it is even where a pack that it lists is gone.
        let pack = SHA256.digest(of: try GoldenFile.bytes("pack-data.hex"))
        try DurableFile.remove(scratch.root.appending(StoreLayout.pack(pack)))
        _ = try await scratch.check(mending: true)
        #expect(try FileStatus.of(path) != nil)
    }

    private static func index(_ name: String, _ test: Case) -> [UInt8] {
        var index = test.apply(to: (try? GoldenFile.bytes(name)) ?? [])
        write(crc(index[0..<156]), at: 156, into: &index)
        write(crc(index[0..<(index.count - 16)]), at: index.count - 16, into: &index)
        return index
    }

    @Test(arguments: indexes.filter { $0.changes.values.first != 9 })
    func `An object index of a later version stays`(test: Case) async throws {
        let scratch = try GoldenStore.scratch()
        let path = try scratch.place(
            Self.index("object-index.hex", test),
            at: StoreLayout.objectIndex(GoldenStore.pointer.oid)
        )
        #expect(try await scratch.check(mending: true).map(\.severity) == [.newer])
        let collection = GarbageCollection(try scratch.reopened(), now: .max)
        _ = try collection.carryOut(try collection.plan(live: [], gracePeriod: 0))
        #expect(try FileStatus.of(path) != nil)
    }

    /// A file of metadata, and where a byte of it is of a later version.
    static let metadata = [
        Case("manifest version", [8: 2]), Case("manifest kind", [9: 4]),
        Case("segment flag", [10 + 32 + 2 + 7 + 1 + 1: 4]),
    ]

    @Test(arguments: metadata)
    func `A manifest of a later version is not damaged, and keeps everything`(test: Case) async throws {
        let manifest = test.apply(to: GoldenStore.manifest.encoded)
        let scratch = try GoldenStore.scratch()
        for name in try scratch.files(in: "index") { try DurableFile.remove(scratch.root.appending("index/" + name)) }
        let pack = try scratch.pack(of: [manifest], .metadata)
        var contents = IndexContents()
        contents.add(pack)
        contents.add(
            ObjectEntry(
                oid: GoldenStore.pointer.oid,
                frame: SHA256.digest(of: manifest),
                size: 410,
                kind: .manifest
            )
        )
        try scratch.placeIndex(contents.encoded(as: .index))
        let error = try await storeError { _ = try await scratch.restored(GoldenStore.pointer) }
        #expect(error.isNewer, "\(error)")
        #expect(try await scratch.check().allSatisfy { $0.severity == .untidy })
        #expect(throws: StoreError.self) {
            try GarbageCollection(try scratch.reopened(), now: .max).plan(live: [GoldenStore.pointer], gracePeriod: 0)
        }
    }

    @Test func `A listing of a later version is not damaged, and keeps everything`() async throws {
        let listing = Array("git-model-tree 2\nanything".utf8)
        let scratch = try ScratchStore()
        var contents = IndexContents()
        contents.add(try scratch.pack(of: [listing], .metadata))
        contents.add(try scratch.pack(of: [[1, 2, 3]], .data))
        try scratch.placeIndex(contents.encoded(as: .index))
        let tree = Pointer(oid: SHA256.digest(of: listing), size: 3, kind: .tree)
        let store = try scratch.reopened()
        let reason = try #require(Closure(of: [tree], in: store).incomplete.first?.reason)
        #expect(reason.isNewer, "\(reason)")
        #expect(throws: StoreError.self) {
            try GarbageCollection(store, now: .max).plan(live: [tree], gracePeriod: 0)
        }
        #expect(try await scratch.check(mending: true).isEmpty)
    }

    @Test(arguments: ["git-model-store 2\n", "git-model-store 1\nchunker fastcdc-1\nrequires: planes\n"])
    func `A store that needs a newer version to be read is refused`(format: String) throws {
        let scratch = try GoldenStore.scratch()
        let path = try scratch.place(Array(format.utf8), at: StoreLayout.format)
        do {
            _ = try scratch.reopened()
            Issue.record("nothing was thrown")
        } catch StoreError.needsNewerVersion(path, _) {
            // Right.
        }
    }

    @Test func `A store that needs a newer version to be written is read, and left alone`() async throws {
        let scratch = try GoldenStore.scratch()
        try scratch.place(Array((StoreFormat().text + "requires-write: leases\n").utf8), at: StoreLayout.format)
        #expect(try await scratch.restored(GoldenStore.pointer) == GoldenStore.object)
        #expect(try await scratch.check().isEmpty)
        let store = try scratch.reopened()
        let attempts: [() async throws -> Void] = [
            { _ = try await scratch.check(mending: true) },
            { _ = try scratch.session(in: store) },
            { _ = try GarbageCollection(store, now: .max).plan(live: [], gracePeriod: 0) },
            { _ = try await scratch.repack(.repack(live: [], order: .none, gracePeriod: 0), now: .max) },
            { try store.publish(IndexContents()) },
        ]
        for attempt in attempts {
            let error = try await storeError(attempt)
            #expect(error.isNewer, "\(error)")
        }
    }

    /// Reads the object: its bytes are right, or the error says that they need a newer version, or that they are not
    /// here.
    private func requireUnderstoodOrNewer(_ scratch: ScratchStore) async throws {
        do {
            #expect(try await scratch.restored(GoldenStore.pointer) == GoldenStore.object)
        } catch let error as StoreError {
            #expect(error.isNewer || error.isAbsence, "\(error)")
        }
    }

    /// Checks that the store is "newer" to collection, and that mending takes no file away.
    private func requireNewer(_ scratch: ScratchStore, live: [Pointer], isNoted: Bool = true) async throws {
        let files = Set(try scratch.files(in: ""))
        let collection = GarbageCollection(try scratch.reopened(), now: .max)
        let error = try await storeError { _ = try collection.plan(live: live, gracePeriod: 0) }
        #expect(error.isNewer, "\(error)")
        for request in [
            Repack.Request.repack(live: live, order: .none, gracePeriod: 0),
            .purge([GoldenStore.pointer], live: live, order: .none),
        ] {
            let error = try await storeError { _ = try await scratch.repack(request, now: .max) }
            #expect(error.isNewer, "\(error)")
        }
        for mending in [false, true] {
            for depth in [StoreCheck.Depth.structure, .everything] {
                let found = try await scratch.check(depth, mending: mending)
                let hasNewer = found.contains { $0.severity == .newer && !$0.isMended }
                if depth == .everything { #expect(hasNewer == isNoted, "\(found)") }
                #expect(!found.contains { $0.severity == .damaged && !$0.problem.contains("gone") }, "\(found)")
            }
        }
        let left = Set(try scratch.files(in: ""))
        #expect(files.filter { !$0.hasPrefix("index/") }.isSubset(of: left))
    }
}

/// Returns the checksum as the four bytes that a file has.
private func crc(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    let checksum = Array(bytes).withUnsafeBytes { CRC32C.checksum($0) }
    return withUnsafeBytes(of: checksum.littleEndian) { Array($0) }
}

private func write(_ bytes: [UInt8], at position: Int, into file: inout [UInt8]) {
    file.replaceSubrange(position..<(position + bytes.count), with: bytes)
}

extension StoreError {
    /// Whether the error asks for a newer version.
    var isNewer: Bool { if case .needsNewerVersion = self { true } else { false } }
}
