import Codec
import FoundationEssentials
import ModelCore
import Store
import SystemPackage
import TestSupport
import Testing

@testable import SystemIO

/// Opening, merging indexes, sharing a store between processes, and what is remembered of files.
struct StoreBehaviourTests {
    @Test func `Many small indexes become one, and everything stays`() async throws {
        let scratch = try ScratchStore()
        // A second process, which opened the store before anything was in it.
        let other = try scratch.reopened()
        var random = PseudoRandom(seed: 3)
        var objects: [(Pointer, [UInt8])] = []
        for number in 0..<40 {
            // Every eighth object has a manifest, whose entry has to outlive the merge too.
            let bytes = random.bytes(number % 8 == 0 ? 300_000 : 100 + number)
            objects.append((try await scratch.add(bytes, to: number % 2 == 0 ? scratch.store : other), bytes))
        }
        #expect(try scratch.files(in: "index").filter { $0.hasSuffix(".idx") }.count < 16)
        for store in [scratch.store, other, try scratch.reopened()] {
            // Each sees what the other added once it looks.
            try store.refresh()
            for (pointer, bytes) in objects { #expect(try await scratch.restored(pointer, from: store) == bytes) }
        }
        #expect(try await scratch.check().isEmpty)
    }

    @Test func `A damaged index is not merged away`() async throws {
        let scratch = try ScratchStore()
        try await scratch.add([1, 2, 3])
        let name = try #require(try scratch.files(in: "index").first)
        var bytes = try DurableFile.read(scratch.root.appending("index/" + name), limit: 1 << 20)
        bytes[bytes.count - 20] ^= 1
        try DurableFile.write(bytes, to: scratch.root.appending("index/" + name))
        let store = try scratch.reopened()
        for number in 0..<20 { try await scratch.add([UInt8(number), 7], to: store) }
        let names = try scratch.files(in: "index")
        #expect(names.contains(name))
        #expect(names.count < 16)
        #expect(try await scratch.check(mending: true).contains { $0.severity == .damaged && $0.isMended })
        let pointer = Pointer(oid: SHA256.digest(of: [1, 2, 3]), size: 3, kind: .file)
        #expect(try await scratch.restored(pointer) == [1, 2, 3])
    }

    @Test func `Sessions of two stores on one directory at once lose nothing`() async throws {
        let scratch = try ScratchStore()
        let stores = [scratch.store, try scratch.reopened()]
        let pointers = try await withThrowingTaskGroup(of: [(Pointer, [UInt8])].self) { group in
            for (turn, store) in stores.enumerated() {
                group.addTask {
                    var random = PseudoRandom(seed: UInt64(turn))
                    var added: [(Pointer, [UInt8])] = []
                    for number in 0..<30 {
                        let bytes = number % 3 == 0 ? [9, UInt8(number)] : random.bytes(1000)
                        added.append((try await scratch.add(bytes, as: "\(turn)-\(number)", to: store), bytes))
                    }
                    return added
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        for store in stores + [try scratch.reopened()] {
            try store.refresh()
            for (pointer, bytes) in pointers { #expect(try await scratch.restored(pointer, from: store) == bytes) }
        }
        #expect(try await scratch.check().isEmpty)
    }

    @Test func `A directory without a format file is no store`() throws {
        let scratch = try ScratchStore()
        try DurableFile.remove(scratch.root.appending("format"))
        do {
            _ = try scratch.reopened()
            Issue.record("nothing was thrown")
        } catch StoreError.notFound(let path) {
            #expect(path == scratch.root)
        }
        // What was begun and not finished is finished.
        _ = try LocalStore.openOrCreate(scratch.root)
        #expect(try scratch.reopened().format == StoreFormat())
    }

    @Test func `A store that cannot be written to can be read`() async throws {
        let scratch = try ScratchStore()
        var random = PseudoRandom(seed: 4)
        let bytes = random.bytes(300_000)
        let pointer = try await scratch.add(bytes)
        let copy = scratch.path.appending("copy")
        try FileManager.default.copyItem(atPath: scratch.root.string, toPath: copy.string)
        try lock(copy, true)
        defer { try? lock(copy, false) }
        let store = try LocalStore(copy)
        #expect(try await scratch.restored(pointer, from: store) == bytes)
        let check = StoreCheck(store, pool: ScratchStore.pool, cancellation: Cancellation())
        #expect(try await check.run(.everything, mending: false).isEmpty)
        // Permissions bind nobody who is root.
        if (try? DurableFile.write([], to: copy.appending("probe"))) != nil { return }
        let error = try await storeError { try await scratch.add([1, 2, 3], to: store) }
        guard case .io(let cause) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(cause.isReadOnly)
        #expect(try StoreLock.join(copy) == nil)
    }

    private func lock(_ root: FilePath, _ isLocked: Bool) throws {
        var directories = [root]
        for entry in try DirectoryWalk.entries(under: root) {
            try DurableFile.setPermissions(isLocked ? 0o444 : 0o644, of: root.appending(entry.path))
            directories.append(root.appending(entry.path).removingLastComponent())
        }
        for directory in directories { try DurableFile.setPermissions(isLocked ? 0o555 : 0o755, of: directory) }
    }
}

/// Which files are taken for unchanged.
struct StatCacheTests {
    private static let second: Int64 = 1_000_000_000
    private static let oid = SHA256.digest(of: [1])

    private static func status(
        size: Int64 = 5,
        inode: UInt64 = 7,
        modified: Int64 = 100 * second + 1,
        changed: Int64 = 100 * second + 1
    ) -> FileStatus {
        FileStatus(
            kind: .regular,
            device: 1,
            inode: inode,
            size: size,
            modified: modified,
            changed: changed,
            permissions: 0o644
        )
    }

    @Test func `A file is known while nothing about it changes`() throws {
        let scratch = try ScratchStore()
        var cache = StatCache(scratch.file("cache"))
        cache.record(Self.oid, of: Self.status(), readAt: 200 * Self.second)
        cache.save()
        let read = StatCache(scratch.file("cache"))
        #expect(read.oid(of: Self.status()) == Self.oid)
        let others = [
            Self.status(size: 6), Self.status(inode: 8), Self.status(modified: 100 * Self.second + 2),
            Self.status(changed: 100 * Self.second + 2),
        ]
        for other in others { #expect(read.oid(of: other) == nil) }
    }

    /// When a file last changed, and whether that is too near to when it was read.
    static let times: [(modified: Int64, changed: Int64, readAt: Int64, isKnown: Bool)] = [
        (10 * second + 1, 10 * second + 1, 10 * second + 1, false),
        (10 * second + 1, 10 * second + 1, 10 * second + 1 + StatCache.fineGranularity, false),
        (10 * second + 1, 10 * second + 1, 10 * second + 2 + StatCache.fineGranularity, true),
        // The inode's own time counts too: `touch -d` and `mv` change nothing else.
        (1, 10 * second + 1, 10 * second + 2, false),
        // A time without a fraction may be one of a file system without any.
        (10 * second, 10 * second, 12 * second, false),
        (10 * second, 10 * second, 12 * second + 1, true),
        (10 * second + 1, 10 * second + 1, 9 * second, false),
    ]

    @Test(arguments: times)
    func `A file that changed in the moment it was read is not remembered`(
        modified: Int64,
        changed: Int64,
        readAt: Int64,
        isKnown: Bool
    ) throws {
        let scratch = try ScratchStore()
        var cache = StatCache(scratch.file("cache"))
        let status = Self.status(modified: modified, changed: changed)
        cache.record(Self.oid, of: status, readAt: readAt)
        #expect((cache.oid(of: status) != nil) == isKnown)
    }

    @Test func `A cache that is cut or changed is empty`() throws {
        let scratch = try ScratchStore()
        var cache = StatCache(scratch.file("cache"))
        cache.record(Self.oid, of: Self.status(), readAt: 200 * Self.second)
        cache.save()
        let bytes = try scratch.bytes(of: "cache")
        for position in bytes.indices {
            var flipped = bytes
            flipped[position] ^= 1
            for variant in [Array(bytes.prefix(position)), flipped] {
                try scratch.write(variant, to: "cache")
                #expect(StatCache(scratch.file("cache")).oid(of: Self.status()) == nil)
            }
        }
    }
}
