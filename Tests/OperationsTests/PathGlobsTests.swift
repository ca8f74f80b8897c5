import Deployment
import ModelCore
import Testing

@testable import Operations

/// Which files a target gets.
struct PathGlobsTests {
    private static func globs(_ paths: String...) throws -> PathGlobs {
        PathGlobs(of: TargetSettings(try TargetName("edge"), ["paths": paths]))
    }

    @Test func `Without patterns everything gets through`() throws {
        let globs = PathGlobs(of: TargetSettings(try TargetName("edge"), [:]))
        #expect(try globs.isEmpty && globs.accepts(RepositoryPath("a/b")))
        #expect(try Self.globs("", "  ").isEmpty)
    }

    @Test(arguments: [
        ("weights.*", "weights.bin", true), ("weights.*", "deep/weights.bin", false), ("weights.*", "weights", false),
        // What is in a directory that matches comes along.
        ("weights", "weights/a/b.bin", true), ("w*/a", "weights/a/b.bin", true), ("w*/b", "weights/a/b.bin", false),
        ("*", "a/b/c", true), ("*.py", "a.py/b", true), ("*.py", "a/b.py", false),
        ("**/b.py", "b.py", true), ("**/b.py", "x/y/b.py", true), ("**/b.py", "x/b.pyc", false),
        ("a/**", "b", false), ("a/**/c", "a/c", true), ("a/**/c", "a/x/y/c/d", true), ("a/**/c", "b/a/c", false),
        ("f?.txt", "f1.txt", true), ("f?.txt", "f.txt", false), ("f[0-9].txt", "f7.txt", true),
        ("f[!0-9].txt", "f7.txt", false), ("é*", "été", true), ("/a/", "a/b", true),
    ])
    func `A pattern stays within a component, and takes what is below`(
        _ pattern: String,
        _ path: String,
        _ isAccepted: Bool
    ) throws {
        #expect(try Self.globs(pattern).accepts(RepositoryPath(path)) == isAccepted)
    }

    @Test func `Patterns are separated by blanks, or in several lines, and any of them will do`() throws {
        let globs = try Self.globs("a.* b.*", "c")
        for path in ["a.bin", "b.bin", "c/d"] { #expect(try globs.accepts(RepositoryPath(path)), "\(path)") }
        #expect(try !globs.accepts(RepositoryPath("d")))
    }

    @Test func `A pattern of an export may have blanks`() throws {
        let globs = PathGlobs(["wéights dir", "m 1.onnx"])
        for path in ["wéights dir/a", "m 1.onnx"] { #expect(try globs.accepts(RepositoryPath(path)), "\(path)") }
        for path in ["dir", "m", "wéights/a"] { #expect(try !globs.accepts(RepositoryPath(path)), "\(path)") }
    }

    @Test func `No pattern takes for ever`() throws {
        let name = String(repeating: "a", count: 250) + "b"
        let globs = try Self.globs(String(repeating: "*a", count: 100), String(repeating: "**/a*/", count: 50) + "c")
        #expect(try !globs.accepts(RepositoryPath(name)))
        #expect(try !globs.accepts(RepositoryPath(Array(repeating: "a", count: 200).joined(separator: "/"))))
        #expect(try Self.globs(String(repeating: "*a", count: 100) + "*").accepts(RepositoryPath(name)))
    }
}
