import Synchronization
import SystemIO
import SystemPackage
import Testing

struct DirectoryTests {
    private let scratch: ScratchDirectory

    init() throws {
        scratch = try ScratchDirectory()
    }

    @Test
    func `a walk lists files in the order of path bytes, without directories`() throws {
        let paths = ["a", "a-b", "a.d/x", "a.d/y/z", "a.txt", "b/c", "b-", "b0", "é", "z"]
        for path in paths { try scratch.write(path, to: path) }
        try Directories.create(scratch.path.appending("empty"))
        let entries = try DirectoryWalk.entries(under: scratch.path)
        let expected = paths.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        #expect(entries.map(\.path) == expected)
        #expect(entries.map(\.status.size) == expected.map { Int64($0.utf8.count) })
    }

    @Test
    func `names that are not UTF-8 are refused, or told apart`() throws {
        for name in ["a", "b"] { try scratch.write(name, to: name) }
        let odd = scratch.path.pushing(FilePath(platformString: [0x63, 0xe9, 0].map { CChar(truncatingIfNeeded: $0) }))
        try Directories.create(odd, durable: false)
        defer { _ = try? Directories.removeIfEmpty(odd) }
        let error = IOError(.decodeName, odd, .illegalByteSequence)
        #expect(throws: error) { _ = try DirectoryEntry.all(in: scratch.path) }
        let found = try DirectoryEntry.readable(in: scratch.path)
        #expect(found.entries.map(\.name) == ["a", "b"])
        #expect(found.problems == [error])
    }

    @Test
    func `a walk does not follow links`() throws {
        try scratch.write("x", to: "real/file")
        try SymbolicLink.write(target: "real", to: scratch.path.appending("link"))
        let entries = try DirectoryWalk.entries(under: scratch.path)
        #expect(entries.map(\.path) == ["link", "real/file"])
        #expect(entries.map(\.status.kind) == [.symbolicLink, .regular])
        let link = scratch.path.appending("link")
        #expect(throws: IOError(.list, link, .notDirectory)) { _ = try DirectoryWalk.entries(under: link) }
    }

    @Test
    func `a walk does not enter what is left out`() throws {
        for path in [".git/config", "a/keep", "a/skip"] { try scratch.write("", to: path) }
        let asked = Mutex<[String]>([])
        let entries = try DirectoryWalk.entries(under: scratch.path) { path, kind in
            asked.withLock { $0.append(path) }
            return !(path == ".git" && kind == .directory) && path != "a/skip"
        }
        #expect(entries.map(\.path) == ["a/keep"])
        #expect(asked.withLock(\.self) == [".git", "a", "a/keep", "a/skip"])
    }

    @Test
    func `a walk by several threads finds every file once, in the order of path bytes`() throws {
        var paths = (0..<1500).map { "wide/\($0)" }
        for directory in 0..<50 {
            paths += ["/x", "/y", ".z", "-/a/b/c/d"].map { "many/\(directory)\($0)" }
        }
        for path in paths { try scratch.write("", to: path) }
        let expected = paths.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        for _ in 0..<5 {
            let entries = try DirectoryWalk.entries(under: scratch.path)
            #expect(entries.map(\.path) == expected)
        }
    }

    @Test
    func `an error that one of several threads comes upon ends the walk`() throws {
        for name in 0..<1500 { try scratch.write("", to: "wide/\(name)") }
        let bad = scratch.path.appending("worse").pushing(Self.badName)
        try scratch.write("", to: "worse/file")
        try DurableFile.write([], to: bad, durable: false)
        #expect(throws: IOError(.decodeName, bad, .illegalByteSequence)) {
            _ = try DirectoryWalk.entries(under: scratch.path)
        }
        try DurableFile.remove(bad)
    }

    /// A name that is not UTF-8.
    ///
    /// ScratchDirectory cannot list it, so that it cannot remove it either.
    private static let badName: FilePath = {
        let bytes = [CInterop.PlatformChar(bitPattern: 0x66), CInterop.PlatformChar(bitPattern: 0xFF), 0]
        return FilePath(platformString: bytes)
    }()

    @Test
    func `a name that is not UTF-8 is an error that names the directory`() throws {
        let name = Self.badName
        try DurableFile.write([], to: scratch.path.pushing(name), durable: false)
        let error = #expect(throws: IOError.self) { _ = try DirectoryWalk.entries(under: scratch.path) }
        #expect(error == IOError(.decodeName, scratch.path.pushing(name), .illegalByteSequence))
        #expect(error?.description.hasPrefix("cannot use the name of a file in \(scratch.path): ") == true)
        try DurableFile.remove(scratch.path.pushing(name))
    }

    @Test(arguments: ["new\nline", "-dash", "ümlaut", " space ", "日本"])
    func `unusual names come back as they are`(name: String) throws {
        try scratch.write("x", to: name)
        #expect(try DirectoryWalk.entries(under: scratch.path).map(\.path) == [name])
    }

    @Test
    func `directories are created with their parents, and again`() throws {
        let path = scratch.path.appending("a/b/c")
        try Directories.create(path)
        try Directories.create(path)
        #expect(try FileStatus.of(path)?.kind == .directory)
    }

    @Test
    func `a directory is not created where a file is`() throws {
        let file = try scratch.write("x", to: "file")
        #expect(throws: IOError(.createDirectory, file, .notDirectory)) { try Directories.create(file) }
        let below = file.appending("below")
        #expect(throws: IOError(.createDirectory, below, .notDirectory)) { try Directories.create(below) }
    }

    @Test
    func `removing a tree removes links but not what they lead to`() throws {
        let kept = try scratch.write("kept", to: "outside/file")
        try scratch.write("x", to: "tree/a/b/file")
        try SymbolicLink.write(target: "../outside", to: scratch.path.appending("tree/link"))
        try Directories.removeTree(scratch.path.appending("tree"))
        #expect(try scratch.names() == ["outside"])
        #expect(try FileStatus.of(kept) != nil)
        try Directories.removeTree(scratch.path.appending("tree"))
    }

    @Test
    func `only an empty directory is removed as such`() throws {
        try scratch.write("x", to: "full/file")
        try Directories.create(scratch.path.appending("empty"))
        #expect(try !Directories.removeIfEmpty(scratch.path.appending("full")))
        #expect(try Directories.removeIfEmpty(scratch.path.appending("empty")))
        #expect(try Directories.removeIfEmpty(scratch.path.appending("empty")))
        #expect(try scratch.names() == ["full"])
    }

    @Test(arguments: [["..", "x"], [""], ["a", "."], ["a/b"], ["/etc"], ["a\0b"]])
    func `a component that could leave the root is refused`(components: [String]) throws {
        let error = #expect(throws: UnsafePathError.self) {
            _ = try SafeRelativePath.resolve(root: scratch.path, components: components)
        }
        guard case .invalidComponent = error else { return #expect(Bool(false), "not refused for its spelling") }
    }

    @Test
    func `a link or a file in the way is refused, naming both paths`() throws {
        try scratch.write("x", to: "a/file")
        let root = scratch.path
        try SymbolicLink.write(target: "/tmp", to: root.appending("a/link"))
        #expect(throws: UnsafePathError.symbolicLink(root.appending("a/link"), inTheWayOf: root.appending("a/link/x")))
        {
            _ = try SafeRelativePath.resolve(root: root, components: ["a", "link", "x"])
        }
        #expect(throws: UnsafePathError.notDirectory(root.appending("a/file"), inTheWayOf: root.appending("a/file/x")))
        {
            _ = try SafeRelativePath.resolve(root: root, components: ["a", "file", "x"])
        }
    }

    @Test(arguments: [["a"], ["a", "link"], ["a", "b", "c"], ["missing", "b", "c"]])
    func `a path whose parents are directories or missing is resolved`(components: [String]) throws {
        try Directories.create(scratch.path.appending("a/b"))
        try SymbolicLink.write(target: "/tmp", to: scratch.path.appending("a/link"))
        let path = try SafeRelativePath.resolve(root: scratch.path, components: components)
        #expect(path == scratch.path.appending(components.joined(separator: "/")))
    }
}
