import ModelCore
import Remotes
import SystemIO
import SystemPackage
import TestSupport
import Testing

@Suite("Every remote")
struct ConformanceTests {
    private static let bytes: [UInt8] = Array(0...255)

    // MARK: Reading

    @Test(arguments: RemoteUnderTest.all)
    func `a file is read whole`(kind: RemoteUnderTest) async throws {
        let place = try await kind.makePlace()
        try await place.put(ConformanceTests.bytes, to: "packs/ab/file")
        #expect(try await place.remote.read("packs/ab/file", range: nil) == ConformanceTests.bytes)
    }

    @Test(arguments: RemoteUnderTest.all, [0..<256, 0..<1, 17..<200, 255..<256, 3..<3])
    func `a range of a file is read`(kind: RemoteUnderTest, range: Range<Int>) async throws {
        let place = try await kind.makePlace()
        try await place.put(ConformanceTests.bytes, to: "file")
        #expect(try await place.remote.read("file", range: range) == Array(ConformanceTests.bytes[range]))
    }

    @Test(arguments: RemoteUnderTest.all, [0..<257, 200..<300, 256..<300, 1000..<1001])
    func `a range that reaches past the end gives what is there`(kind: RemoteUnderTest, range: Range<Int>) async throws
    {
        let place = try await kind.makePlace()
        try await place.put(ConformanceTests.bytes, to: "file")
        let there = range.clamped(to: 0..<256)
        #expect(try await place.remote.read("file", range: range) == Array(ConformanceTests.bytes[there]))
    }

    @Test(arguments: RemoteUnderTest.all, [nil, 0..<10])
    func `a file that is missing is not found`(kind: RemoteUnderTest, range: Range<Int>?) async throws {
        let place = try await kind.makePlace()
        try await place.put([1], to: "file")
        for name in ["other", "no/directory/here", "file/below"] {
            let error = await #expect(throws: RemoteError.self) { try await place.remote.read(name, range: range) }
            guard case .notFound(let remote, let file) = error else {
                Issue.record("\(name): \(String(describing: error))")
                continue
            }
            #expect(remote == place.remote.name)
            #expect(file == name)
        }
    }

    @Test(arguments: RemoteUnderTest.all)
    func `an empty file is a file`(kind: RemoteUnderTest) async throws {
        let place = try await kind.makePlace()
        try await place.put([], to: "empty")
        #expect(try await place.remote.read("empty", range: nil) == [])
        #expect(try await place.remote.read("empty", range: 0..<5) == [])
        #expect(try await place.remote.size(of: "empty") == 0)
    }

    @Test(arguments: RemoteUnderTest.all)
    func `the size of a file is known, and that one is missing`(kind: RemoteUnderTest) async throws {
        let place = try await kind.makePlace()
        #expect(try await place.remote.size(of: "packs/ab/file") == nil)
        try await place.put(ConformanceTests.bytes, to: "packs/ab/file")
        #expect(try await place.remote.size(of: "packs/ab/file") == 256)
        #expect(try await place.remote.size(of: "packs/ab/file/below") == nil)
        #expect(try await place.remote.size(of: "packs") == nil, "a directory is no file")
    }

    // MARK: Listing

    @Test(arguments: RemoteUnderTest.all(with: .listing))
    func `a directory that is missing or empty lists nothing`(kind: RemoteUnderTest) async throws {
        let place = try await kind.makePlace()
        #expect(try await place.remote.list("index") == [])
        try await place.remote.write([1], to: "index/file")
        try await place.remote.delete("index/file")
        #expect(try await place.remote.list("index") == [])
        #expect(try await place.remote.list("index/deeper") == [])
    }

    @Test(arguments: RemoteUnderTest.all(with: .listing))
    func `files are listed at any depth with their sizes`(kind: RemoteUnderTest) async throws {
        let place = try await kind.makePlace()
        try await place.put([1], to: "packs/one")
        try await place.put([1, 2], to: "packs/ab/two")
        try await place.put([1, 2, 3], to: "packs/ab/cd/three")
        try await place.put([1], to: "packs2/other")
        try await place.put([1], to: "other")
        let files = Set(try await place.remote.list("packs"))
        #expect(
            Dictionary(uniqueKeysWithValues: files.map { ($0.path, $0.size) }) == [
                "one": 1, "ab/two": 2, "ab/cd/three": 3,
            ]
        )
        #expect(Set(files.map(\.name)) == ["one", "two", "three"])
        #expect(try await place.remote.list("packs/ab").map(\.path).sorted() == ["cd/three", "two"])
        let everything = ["other", "packs/ab/cd/three", "packs/ab/two", "packs/one", "packs2/other"]
        #expect(try await place.remote.list("").map(\.path).sorted() == everything)
    }

    @Test(arguments: RemoteUnderTest.all(with: .dating))
    func `files are listed with the time at which they were written`(kind: RemoteUnderTest) async throws {
        let place = try await kind.makePlace()
        let start = WallClock.now()
        try await place.put([1], to: "packs/one")
        let end = WallClock.now()
        let time = try #require(try await place.remote.list("packs").first?.modified)
        guard !(place.remote is MemoryRemote) else { return }
        // Servers may count whole seconds.
        #expect((start - 2_000_000_000...end + 2_000_000_000).contains(time), "the clocks are this machine's")
    }

    @Test(arguments: RemoteUnderTest.all(with: .listing))
    func `files that were never finished are not listed`(kind: RemoteUnderTest) async throws {
        let place = try await kind.makePlace()
        try await place.put([1], to: "packs/ab/file")
        try await place.plant([1, 2], "packs/ab/.git-model-tmp-4711-c0ffee")
        try await place.plant([1, 2], "packs/.git-model-tmp-1-1")
        #expect(try await place.remote.list("packs").map(\.path) == ["ab/file"])
    }

    @Test(arguments: RemoteUnderTest.all(with: .listing))
    func `hundreds of files are all listed`(kind: RemoteUnderTest) async throws {
        let place = try await kind.makePlace()
        for number in 0..<300 { try await place.plant([1], "index/\(number % 7)/\(number)") }
        #expect(try await place.remote.list("index").count == 300)
    }

    // MARK: Writing

    @Test(arguments: RemoteUnderTest.all(with: .writing))
    func `a write creates the directories it needs and may be repeated`(kind: RemoteUnderTest) async throws {
        let place = try await kind.makePlace()
        for _ in 0..<2 {
            try await place.remote.write(ConformanceTests.bytes, to: "a/b/c/file")
            #expect(try await place.remote.read("a/b/c/file", range: nil) == ConformanceTests.bytes)
        }
    }

    @Test(arguments: RemoteUnderTest.all(with: .writing))
    func `a write replaces what is there, longer or shorter`(kind: RemoteUnderTest) async throws {
        let place = try await kind.makePlace()
        for bytes in [[1, 2, 3], [4, 5, 6, 7, 8], [9], []] as [[UInt8]] {
            try await place.remote.write(bytes, to: "objects/ab/file")
            #expect(try await place.remote.read("objects/ab/file", range: nil) == bytes)
        }
    }

    @Test(arguments: RemoteUnderTest.all(with: .writing), [0, 1, 4 << 20, (4 << 20) + 1, 9_000_000])
    func `a file of this machine is uploaded`(kind: RemoteUnderTest, size: Int) async throws {
        let place = try await kind.makePlace()
        let scratch = try Scratch()
        var random = PseudoRandom(seed: UInt64(size))
        let bytes = random.bytes(size)
        let source = scratch.path.appending("source")
        try DurableFile.write(bytes, to: source, durable: false)
        for _ in 0..<2 { try await place.remote.upload(source, to: "packs/ab/file") }
        #expect(try await place.remote.size(of: "packs/ab/file") == Int64(size))
        #expect(try await place.remote.read("packs/ab/file", range: nil) == bytes)
    }

    @Test(arguments: RemoteUnderTest.all(with: .writing))
    func `a source that is missing is not the remote's fault`(kind: RemoteUnderTest) async throws {
        let place = try await kind.makePlace()
        let scratch = try Scratch()
        let source = scratch.path.appending("gone")
        let error = await #expect(throws: RemoteError.self) {
            try await place.remote.upload(source, to: "packs/ab/file")
        }
        guard case .io(_, let cause) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(cause.path == source)
        #expect(try await place.remote.size(of: "packs/ab/file") == nil)
    }

    @Test(arguments: RemoteUnderTest.all(with: .replacement))
    func `writers of one name leave the bytes of one of them, whole`(kind: RemoteUnderTest) async throws {
        let place = try await kind.makePlace()
        let remote = place.remote
        let candidates = (0..<16).map { [UInt8](repeating: $0, count: 100_000 + Int($0)) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for bytes in candidates {
                group.addTask { try await remote.write(bytes, to: "roots/same") }
                group.addTask {
                    do {
                        let seen = try await remote.read("roots/same", range: nil)
                        #expect(candidates.contains(seen), "a reader saw \(seen.count) bytes")
                    } catch RemoteError.notFound {
                        // The first writer is not done.
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(candidates.contains(try await remote.read("roots/same", range: nil)))
    }

    // MARK: Deleting

    @Test(arguments: RemoteUnderTest.all(with: .deletion))
    func `a file is deleted, and one that is missing is no error`(kind: RemoteUnderTest) async throws {
        let place = try await kind.makePlace()
        try await place.remote.write([1], to: "packs/ab/file")
        try await place.remote.write([1], to: "packs/ab/other")
        for _ in 0..<2 { try await place.remote.delete("packs/ab/file") }
        try await place.remote.delete("packs/cd/file")
        #expect(try await place.remote.size(of: "packs/ab/file") == nil)
        #expect(try await place.remote.size(of: "packs/ab/other") == 1)
    }

    @Test(arguments: RemoteUnderTest.all(with: .nesting))
    func `what is below a file is missing, and no error to delete`(kind: RemoteUnderTest) async throws {
        let place = try await kind.makePlace()
        try await place.remote.write([1], to: "packs/ab/file")
        try await place.remote.delete("packs/ab/file/below")
        #expect(try await place.remote.size(of: "packs/ab/file") == 1)
    }

    // MARK: Names and errors

    @Test(arguments: RemoteUnderTest.all, ["a b", "ü", "100%25", "q?x=1#f", "+&='\"", "-leading", "..dots"])
    func `a name is taken as it is`(kind: RemoteUnderTest, name: String) async throws {
        let place = try await kind.makePlace()
        try await place.put([1, 2], to: "roots/" + name)
        #expect(try await place.remote.read("roots/" + name, range: nil) == [1, 2])
        guard kind.capabilities.contains(.listing) else { return }
        #expect(try await place.remote.list("roots").map(\.path) == [name])
    }

    @Test(arguments: RemoteUnderTest.all)
    func `a remote has a name for messages`(kind: RemoteUnderTest) async throws {
        let place = try await kind.makePlace()
        #expect(!place.remote.name.isEmpty)
    }

    @Test(arguments: RemoteUnderTest.all(with: .refusal))
    func `a remote that may not be written to says so`(kind: RemoteUnderTest) async throws {
        let remote = try await kind.makeReadOnly()
        let scratch = try Scratch()
        let source = scratch.path.appending("source")
        try DurableFile.write([1], to: source, durable: false)
        let attempts: [() async throws -> Void] = [
            { try await remote.write([1], to: "format") },
            { try await remote.write([1], to: "packs/ab/file") },
            { try await remote.upload(source, to: "packs/ab/file") },
        ]
        for attempt in attempts {
            let error = await #expect(throws: RemoteError.self) { try await attempt() }
            guard case .readOnly(let name, _) = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
            #expect(name == remote.name)
        }
    }
}
