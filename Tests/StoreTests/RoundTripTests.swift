import Codec
import ModelCore
import Store
import SystemIO
import SystemPackage
import TestSupport
import Testing

@Suite("Round trips")
struct RoundTripTests {
    @Test("A file comes back bit for bit", arguments: [0, 1, 100, 255 << 10, 256 << 10, 300 << 10, 5 << 20, 40 << 20])
    func file(size: Int) async throws {
        let scratch = try ScratchStore()
        var random = PseudoRandom(seed: UInt64(size))
        let bytes = random.bytes(size)
        let pointer = try await scratch.add(bytes)
        #expect(pointer.oid == SHA256.digest(of: bytes))
        #expect(pointer.size == Int64(size))
        #expect(try await scratch.restored(pointer) == bytes)
        #expect(Closure(of: [pointer], in: try scratch.reopened()).isComplete)
        #expect(try await scratch.check().isEmpty)
    }

    @Test("Bytes that compress come back, and take less room")
    func compressible() async throws {
        let scratch = try ScratchStore()
        var random = PseudoRandom(seed: 1)
        let bytes = random.skewedBytes(3 << 20)
        let (pointer, summary) = try await scratch.add(try scratch.write(bytes, to: "file"))
        #expect(summary.stored < 5 << 19)
        #expect(try await scratch.restored(pointer) == bytes)
    }

    @Test("A sparse file of 200 MB takes next to no room")
    func sparse() async throws {
        let scratch = try ScratchStore()
        let path = scratch.file("sparse")
        do { try OpenFile(creating: path).resize(to: 200_000_000) }
        let (pointer, summary) = try await scratch.add(path)
        #expect(pointer.size == 200_000_000)
        #expect(summary.stored < 1000)
        #expect(try scratch.byteCount(of: "") < 200_000)
        let restored = try await scratch.restore(pointer)
        let mapping = try MappedFile(restored)
        #expect(withExtendedLifetime(mapping) { SHA256.digest(of: mapping.bytes) } == pointer.oid)
        #expect(try FileStatus.of(restored)?.size == 200_000_000)
    }

    @Test("The same content is stored once")
    func duplicate() async throws {
        let scratch = try ScratchStore()
        var random = PseudoRandom(seed: 2)
        let bytes = random.bytes(2 << 20)
        let first = try await scratch.add(try scratch.write(bytes, to: "a"))
        let packs = try scratch.files(in: "packs")
        let second = try await scratch.add(try scratch.write(bytes, to: "b"))
        #expect(first.pointer == second.pointer)
        #expect(second.1.stored == 0)
        #expect(try scratch.files(in: "packs") == packs)
    }

    @Test("The same content twice in one session is stored once")
    func duplicateInSession() async throws {
        let scratch = try ScratchStore()
        var random = PseudoRandom(seed: 3)
        let bytes = random.bytes(700_000)
        let paths = try (0..<6).map { try scratch.write(bytes, to: "copy\($0)") }
        let session = try scratch.session()
        let objects = try await session.add(paths.map { ($0, Int64(bytes.count)) })
        #expect(Set(objects.map(\.oid)).count == 1)
        let summary = try session.finish(pointers: [])
        #expect(summary.stored < 720_000)
        #expect(try await scratch.restored(Pointer(oid: objects[0].oid, size: 700_000, kind: .file)) == bytes)
    }

    @Test("A second version with an insertion stores little")
    func insertion() async throws {
        let scratch = try ScratchStore()
        var random = PseudoRandom(seed: 4)
        var bytes = random.bytes(8 << 20)
        let first = try await scratch.add(bytes, as: "v1")
        bytes.insert(contentsOf: random.bytes(1000), at: 3 << 20)
        let (second, summary) = try await scratch.add(try scratch.write(bytes, to: "v2"))
        #expect(summary.stored < 2 << 20)
        #expect(summary.reused > 6 << 20)
        #expect(try await scratch.restored(second) == bytes)
        #expect(try await scratch.restored(first).count == 8 << 20)
    }

    @Test("The executable bit and the name come with the restore; what was there is replaced")
    func executable() async throws {
        let scratch = try ScratchStore()
        let pointer = try await scratch.add(Array("#!/bin/sh\n".utf8))
        try scratch.write(Array("old".utf8), to: "restored")
        let path = try await scratch.restore(pointer, executable: true)
        #expect(try FileStatus.of(path)?.isExecutable == true)
        #expect(try scratch.bytes(of: "restored") == Array("#!/bin/sh\n".utf8))
        try await scratch.restore(pointer)
        #expect(try FileStatus.of(path)?.isExecutable == false)
        #expect(try DirectoryEntry.all(in: scratch.file("")).map(\.name) == ["file", "restored"])
    }

    @Test("Many files of all sizes come back in the order of their paths")
    func manyFiles() async throws {
        let scratch = try ScratchStore()
        var random = PseudoRandom(seed: 5)
        let contents = (0..<300).map { number in random.bytes(number * 13 % 4000) } + [random.bytes(1 << 20)]
        let paths = try contents.enumerated().map { try scratch.write($0.element, to: "f\($0.offset)") }
        let session = try scratch.session()
        let objects = try await session.add(zip(paths, contents).map { ($0.0, Int64($0.1.count)) })
        #expect(objects.map(\.oid) == contents.map { SHA256.digest(of: $0) })
        _ = try session.finish(pointers: [])
        let restore = ObjectRestore(
            try scratch.reopened(),
            pool: ScratchStore.pool,
            cancellation: Cancellation(),
            progress: { _ in }
        )
        let items = objects.enumerated().map {
            ObjectRestore.Item(
                oid: $0.element.oid,
                size: $0.element.size,
                path: scratch.file("r\($0.offset)"),
                isExecutable: false
            )
        }
        let statuses = try await restore.restore(items)
        #expect(statuses.map(\.size) == contents.map { Int64($0.count) })
        for (number, bytes) in contents.enumerated() { #expect(try scratch.bytes(of: "r\(number)") == bytes) }
    }

    @Test("An object is read as a stream without making a file")
    func stream() async throws {
        let scratch = try ScratchStore()
        var random = PseudoRandom(seed: 6)
        let bytes = random.bytes(3_000_000)
        let pointer = try await scratch.add(bytes)
        var read: [UInt8] = []
        try ObjectStream.read(pointer.oid, size: pointer.size, from: scratch.store) { read += $0 }
        #expect(read == bytes)
    }

    @Test("Progress counts every byte, of adding and of restoring")
    func progress() async throws {
        let scratch = try ScratchStore()
        var random = PseudoRandom(seed: 7)
        let path = try scratch.write(random.bytes(34 << 20), to: "file")
        let tally = Tally()
        let session = try scratch.session { tally.add($0) }
        let object = try await session.add([(path, 34 << 20)])[0]
        _ = try session.finish(pointers: [])
        #expect(tally.sum == 34 << 20)
        let restored = Tally()
        let restore = ObjectRestore(
            scratch.store,
            pool: ScratchStore.pool,
            cancellation: Cancellation(),
            progress: { restored.add($0) }
        )
        let item = ObjectRestore.Item(oid: object.oid, size: 34 << 20, path: scratch.file("out"), isExecutable: false)
        _ = try await restore.restore([item])
        #expect(restored.sum == 34 << 20)
    }

    @Test("A cancelled restore or add stops and leaves nothing behind")
    func cancellation() async throws {
        let scratch = try ScratchStore()
        let pointer = try await scratch.add([UInt8](repeating: 7, count: 40 << 20))
        let cancellation = Cancellation()
        cancellation.cancel()
        let restore = ObjectRestore(
            scratch.store,
            pool: ScratchStore.pool,
            cancellation: cancellation,
            progress: { _ in }
        )
        for size in [pointer.size] {
            let item = ObjectRestore.Item(
                oid: pointer.oid,
                size: size,
                path: scratch.file("out"),
                isExecutable: false
            )
            let error = try await storeError { _ = try await restore.restore([item]) }
            guard case .cancelled = error else {
                Issue.record("\(error)")
                return
            }
        }
        #expect(try DirectoryEntry.all(in: scratch.file("")).map(\.name) == ["file"])
        let session = try scratch.session(cancellation: cancellation)
        let path = scratch.file("file")
        let error = try await storeError { _ = try await session.add([(path, 40 << 20)]) }
        guard case .cancelled = error else {
            Issue.record("\(error)")
            return
        }
    }
}
