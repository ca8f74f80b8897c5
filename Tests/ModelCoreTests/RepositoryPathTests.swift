import Testing

@testable import ModelCore

struct RepositoryPathTests {
    static let bad: [(String, RepositoryPathError.Problem)] = [
        ("", .empty),
        ("/", .absolute),
        ("/etc/passwd", .absolute),
        ("a\0b", .zeroByte),
        ("a//b", .emptyComponent),
        ("a/", .emptyComponent),
        (".", .currentDirectory),
        ("./a", .currentDirectory),
        ("a/./b", .currentDirectory),
        ("..", .parentDirectory),
        ("../a", .parentDirectory),
        ("a/../b", .parentDirectory),
        ("a/..", .parentDirectory),
        (".git", .gitDirectory(".git")),
        ("a/.git/config", .gitDirectory(".git")),
        (".GIT", .gitDirectory(".GIT")),
        (".gIt/hooks", .gitDirectory(".gIt")),
        (".git.", .gitDirectory(".git.")),
        (".git . .", .gitDirectory(".git . .")),
        ("git~1", .gitDirectory("git~1")),
        ("GIT~1/x", .gitDirectory("GIT~1")),
        ("git~1 .", .gitDirectory("git~1 .")),
        (".git::$INDEX_ALLOCATION", .gitDirectory(".git::$INDEX_ALLOCATION")),
        (".git:x", .gitDirectory(".git:x")),
        ("a\\.git\\b", .gitDirectory("a\\.git\\b")),
        (".g\u{200C}it", .gitDirectory(".g\u{200C}it")),
        ("\u{FEFF}.git", .gitDirectory("\u{FEFF}.git")),
        ("a/.GI\u{206F}T", .gitDirectory(".GI\u{206F}T")),
    ]

    @Test(arguments: bad)
    func `A path that could leave the repository or enter Git's directory is refused`(
        _ text: String,
        _ problem: RepositoryPathError.Problem
    ) {
        #expect(throws: RepositoryPathError(path: text, problem: problem)) { try RepositoryPath(text) }
    }

    @Test func `Bytes that are no UTF-8 are refused`() {
        let error = #expect(throws: RepositoryPathError.self) { try RepositoryPath(bytes: [0x61, 0xFF]) }
        #expect(error?.problem == .notUTF8)
    }

    @Test(arguments: [
        "a", "weights/model.safetensors", "-rf", "a\nb", "naïve/模型.bin", "...", "..a", ".gitignore", ".gitattributes",
        "git", "git~2", "agit~1", ".git2", ".github/x", "a b", "a\"b", "a\\b", ".mver/config", "a:b", " .git", "é", "g",
    ])
    func `Any other name is a path`(_ text: String) throws {
        let path = try RepositoryPath(text)
        #expect(path.text == text)
        #expect(path.bytes == Array(text.utf8))
        #expect(try RepositoryPath(bytes: path.bytes) == path)
    }

    @Test func `A message shows control characters escaped`() {
        let error = #expect(throws: RepositoryPathError.self) { try RepositoryPath("a\u{1B}[2J//b") }
        #expect(error?.description == #"path "a\033[2J//b" has an empty component"#)
    }

    @Test func `Texts that Unicode calls equal are two paths`() throws {
        let composed = try RepositoryPath("caf\u{E9}")
        let decomposed = try RepositoryPath("cafe\u{301}")
        #expect(composed != decomposed)
        #expect(Set([composed, decomposed]).count == 2)
        #expect(decomposed < composed)
        #expect(try !RepositoryPath("e\u{301}").isInside(RepositoryPath("\u{E9}")))
    }

    @Test func `A path knows its parts`() throws {
        let path = try RepositoryPath("a/b/c.bin")
        #expect(path.name == "c.bin")
        #expect(path.parent?.text == "a/b")
        #expect(path.parent?.parent?.parent == nil)
        #expect(path.components == ["a", "b", "c.bin"])
        #expect(try path.isInside(RepositoryPath("a")))
        #expect(try path.isInside(RepositoryPath("a/b")))
        #expect(try !path.isInside(RepositoryPath("a/b/c")))
        #expect(!path.isInside(path))
        #expect(try path.relative(to: RepositoryPath("a"))?.text == "b/c.bin")
        #expect(try RepositoryPath("x").appending(path).text == "x/a/b/c.bin")
    }

    @Test func `A combining mark after a slash stays with its own component`() throws {
        let path = try RepositoryPath("a/\u{301}b")
        #expect(path.components == ["a", "\u{301}b"])
        #expect(path.name == "\u{301}b")
        #expect(path.parent?.text == "a")
    }

    @Test(arguments: [
        ("a.mver", "a"), ("d/m.bin.mver", "d/m.bin"), ("a.mver.mver", "a.mver"), (".mver", nil), ("d/.mver", nil),
        ("a.mverx", nil), ("mver", nil), (".git.mver", nil), ("d/.git .mver", nil), ("a.MVER", nil),
    ])
    func `A pointer's path names its artifact`(_ text: String, _ artifact: String?) throws {
        let path = try RepositoryPath(text)
        #expect(path.removingPointerSuffix?.text == artifact)
        #expect(path.appendingPointerSuffix.text == text + ".mver")
    }
}

struct QuotedPathTests {
    @Test(arguments: [
        ("a/b", "a/b"), ("naïve", "naïve"), ("a b", "\"a b\""), ("a\"b", #""a\"b""#), ("a\\b", #""a\\b""#),
        ("a\nb\t", #""a\nb\t""#), ("\u{1}\u{7F}\r", #""\001\177\015""#), ("", "\"\""), ("-a", "-a"),
    ])
    func `A path has one spelling as a word`(_ path: String, _ word: String) {
        #expect(QuotedPath.encode(path) == word)
        #expect(QuotedPath.decode(word) == path)
    }

    @Test(arguments: [
        "", "a b", "\"a\"", "\"a b", "\"", #""a\""#, #""\q b""#, #""\011""#, #""\1 ""#, #""\400 ""#, #""a" b""#,
        #""\n"x"#,
        "a\\",
    ])
    func `Any other word is none`(_ word: String) {
        #expect(QuotedPath.decode(word) == nil)
    }
}
