import SystemIO
import SystemPackage
import Testing

struct FileTests {
    private let scratch: ScratchDirectory

    init() throws {
        scratch = try ScratchDirectory()
    }

    @Test
    func `a durable write replaces the file and leaves nothing else behind`() throws {
        try scratch.write("old and longer", to: "file")
        try DurableFile.write(Array("new".utf8), to: scratch.path.appending("file"))
        #expect(try scratch.text(of: "file") == "new")
        #expect(try scratch.names() == ["file"])
    }

    @Test
    func `a directory takes the place of another, which moves aside`() throws {
        try Directories.create(scratch.path.appending("there"), durable: false)
        try Directories.create(scratch.path.appending("other"), durable: false)
        try scratch.write("old", to: "there/file")
        try scratch.write("new", to: "other/file")
        try DurableFile.replace(
            scratch.path.appending("there"),
            with: scratch.path.appending("other"),
            aside: scratch.path.appending("aside")
        )
        #expect(try scratch.text(of: "there/file") == "new")
        #expect(try scratch.text(of: "aside/file") == "old")
        #expect(try scratch.names().sorted() == ["aside", "there"])
    }

    @Test
    func `a temporary file that is not committed is removed`() throws {
        do {
            let temporary = try TemporaryFile(beside: scratch.path.appending("file"))
            #expect(try scratch.names().allSatisfy(TemporaryFile.isTemporary))
            #expect(try scratch.names().count == 1)
            #expect(TemporaryFile.processIdentifier(of: temporary.path.lastComponent?.string ?? "") != nil)
        }
        #expect(try scratch.names() == [])
    }

    @Test
    func `writes at offsets in any order make one file`() throws {
        let path = scratch.path.appending("file")
        let temporary = try TemporaryFile(beside: path)
        for (text, offset) in [("world", 6), ("hello ", 0)] {
            try Array(text.utf8).withUnsafeBytes { try temporary.write($0, at: Int64(offset)) }
        }
        try temporary.commit(to: path, durable: true)
        #expect(try scratch.text(of: "file") == "hello world")
    }

    @Test
    func `uncached writes of parts of pages make the same file as others`() throws {
        let bytes = (0..<20_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
        let path = scratch.path.appending("file")
        let temporary = try TemporaryFile(beside: path)
        for part in [0..<100, 100..<4096, 4096..<12_288, 12_288..<20_000] {
            try bytes[part].withUnsafeBytes { try temporary.writeUncached($0, at: Int64(part.lowerBound)) }
        }
        try temporary.commit(to: path, durable: true)
        #expect(try DurableFile.read(path, limit: 1 << 20) == bytes)
    }

    @Test
    func `an uncached write to a file that is open for reading fails by name`() throws {
        let path = try scratch.write("x", to: "file")
        let file = try OpenFile(reading: path)
        #expect(throws: IOError(.write, path, .badFileDescriptor)) {
            try [UInt8](repeating: 0, count: 8).withUnsafeBytes { try file.writeUncached($0, at: 0) }
        }
    }

    @Test
    func `a commit onto a directory fails by name and removes the temporary file`() throws {
        let path = scratch.path.appending("directory")
        try Directories.create(path)
        let temporary = try TemporaryFile(beside: path)
        do {
            try temporary.commit(to: path, durable: false)
            Issue.record("the rename should fail")
        } catch {
            #expect(error == IOError(.rename, path, .isDirectory))
        }
        #expect(try scratch.names() == ["directory"])
    }

    @Test
    func `a file is created only where there is none`() throws {
        let path = try scratch.write("x", to: "file")
        #expect(throws: IOError(.create, path, .fileExists)) { _ = try OpenFile(creating: path) }
    }

    @Test
    func `a read is short only at the end of the file`() throws {
        let file = try OpenFile(reading: scratch.write("0123456789", to: "file"))
        var bytes = [UInt8](repeating: 0, count: 6)
        #expect(try bytes.withUnsafeMutableBytes { try file.read(into: $0, at: 0) } == 6)
        #expect(try bytes.withUnsafeMutableBytes { try file.read(into: $0, at: 7) } == 3)
        #expect(bytes == Array("789345".utf8))
        #expect(try bytes.withUnsafeMutableBytes { try file.read(into: $0, at: 99) } == 0)
    }

    @Test
    func `reading a whole file stops at the limit`() throws {
        let path = try scratch.write("0123456789", to: "file")
        #expect(try DurableFile.read(path, limit: 10).count == 10)
        #expect(throws: IOError(.read, path, .fileTooLarge)) { _ = try DurableFile.read(path, limit: 9) }
        #expect(try DurableFile.read("/proc/self/status", limit: 1 << 20).count > 100)
        #expect(throws: IOError(.read, "/dev/zero", .fileTooLarge)) { _ = try DurableFile.read("/dev/zero", limit: 9) }
    }

    @Test
    func `an error names operation, path and reason`() {
        let error = #expect(throws: IOError.self) { _ = try OpenFile(reading: "/nowhere/file") }
        #expect(error?.description == "cannot open /nowhere/file: No such file or directory")
    }

    @Test
    func `a link is opened only when asked to`() throws {
        try scratch.write("x", to: "file")
        let link = scratch.path.appending("link")
        try SymbolicLink.write(target: "file", to: link)
        #expect(throws: IOError(.open, link, .tooManySymbolicLinkLevels)) { _ = try OpenFile(reading: link) }
        _ = try OpenFile(reading: link, followingLinks: true)
    }

    @Test
    func `a link is replaced in one step and its target is only text`() throws {
        let link = scratch.path.appending("link")
        let long = String(repeating: "long/", count: 200)
        try SymbolicLink.write(target: "../nowhere", to: link)
        try SymbolicLink.write(target: long, to: link)
        #expect(try SymbolicLink.target(of: link) == long)
        #expect(try FileStatus.of(link)?.kind == .symbolicLink)
        #expect(try FileStatus.of(link, followingLinks: true) == nil)
        #expect(try scratch.names() == ["link"])
    }

    @Test
    func `a status tells size, mode and times, and nothing of what is missing`() throws {
        let path = try scratch.write("four", to: "file")
        try DurableFile.setPermissions(0o755, of: path)
        let status = try #require(try FileStatus.of(path))
        #expect(status.kind == .regular && status.size == 4 && status.isExecutable)
        #expect(abs(status.modified - WallClock.now()) < 60_000_000_000)
        #expect(try OpenFile(reading: path).status() == status)
        #expect(try FileStatus.of(scratch.path.appending("missing")) == nil)
        #expect(try FileStatus.of(path.appending("below")) == nil)
    }

    @Test
    func `a touch moves the modification time forward`() throws {
        let path = try scratch.write("x", to: "file")
        let before = try #require(try FileStatus.of(path)?.modified)
        var after = before
        while after == before {
            try DurableFile.touch(path)
            after = try #require(try FileStatus.of(path)?.modified)
        }
        #expect(after > before)
    }

    @Test(arguments: ["", "x", String(repeating: "page", count: 5000)])
    func `a mapped file has the bytes of the file`(text: String) throws {
        let mapped = try MappedFile(scratch.write(text, to: "file"))
        withExtendedLifetime(mapped) { #expect(Array(mapped.bytes) == Array(text.utf8)) }
        #expect(mapped.readInOrder { Array($0) } == Array(text.utf8))
    }

    @Test
    func `a directory cannot be mapped`() {
        #expect(throws: IOError(.map, scratch.path, .invalidArgument)) { _ = try MappedFile(scratch.path) }
    }

    @Test
    func `removing what is not there is no error, removing a directory as a file is`() throws {
        try DurableFile.remove(scratch.path.appending("missing"))
        #expect(throws: IOError.self) { try DurableFile.remove(scratch.path) }
    }

    @Test
    func `an exclusive lock keeps all others out until it ends`() throws {
        let path = scratch.path.appending("lock")
        do {
            let lock = try FileLock(path, mode: .exclusive, wait: nil)
            #expect(throws: LockError.held(path)) { _ = try FileLock(path, mode: .shared, wait: nil) }
            #expect(throws: LockError.held(path)) { _ = try FileLock(path, mode: .exclusive, wait: .milliseconds(5)) }
            _ = consume lock
        }
        _ = try FileLock(path, mode: .exclusive, wait: nil)
    }

    @Test
    func `shared locks go together and keep an exclusive one out`() throws {
        let path = scratch.path.appending("lock")
        let first = try FileLock(path, mode: .shared, wait: nil)
        let second = try FileLock(path, mode: .shared, wait: nil)
        #expect(throws: LockError.held(path)) { _ = try FileLock(path, mode: .exclusive, wait: nil) }
        _ = consume first
        _ = consume second
    }

    @Test
    func `a lock that cannot be opened says which`() {
        let error = #expect(throws: LockError.self) { _ = try FileLock("/nowhere/lock", mode: .exclusive, wait: nil) }
        #expect(error?.description == "cannot lock /nowhere/lock: No such file or directory")
    }
}
