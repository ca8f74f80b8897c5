import Testing

@testable import ModelCore

private let hex = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"

struct TreeListingTests {
    private static func entry(
        _ path: String,
        _ size: Int64 = 5,
        _ mode: TreeEntry.Mode = .regular
    ) throws -> TreeEntry {
        TreeEntry(mode: mode, size: size, digest: try #require(Digest(hex: hex)), path: try RepositoryPath(path))
    }

    private static func line(_ path: String, mode: String = "644", size: String = "5", digest: String = hex) -> String {
        "\(mode) \(size) sha256:\(digest) \(path)\0"
    }

    private static let first = "git-model-tree 1\n"

    @Test func `A listing is written sorted by path bytes`() throws {
        let listing = try TreeListing([
            Self.entry("b/é"), Self.entry("a/b", 0, .executable), Self.entry("a-b"), Self.entry("a b\n", 7, .link),
            Self.entry("-x"),
        ])
        let text =
            Self.first + Self.line("-x") + Self.line("a b\n", mode: "link", size: "7") + Self.line("a-b")
            + Self.line("a/b", mode: "755", size: "0") + Self.line("b/é")
        #expect(String(decoding: listing.encoded, as: UTF8.self) == text)
        #expect(try TreeListing(parsing: listing.encoded) == listing)
        #expect(listing.contentSize == 22)
    }

    @Test func `An empty directory has an empty listing`() throws {
        let listing = try TreeListing([])
        #expect(listing.encoded == Array(Self.first.utf8))
        #expect(try TreeListing(parsing: listing.encoded).entries.isEmpty)
    }

    @Test func `Files are found by path and by directory`() throws {
        let listing = try TreeListing(["a", "b/1", "b/2", "b-c", "d"].map { try Self.entry($0) })
        #expect(try listing.entry(at: RepositoryPath("b/2"))?.path.text == "b/2")
        #expect(try listing.entry(at: RepositoryPath("b")) == nil)
        #expect(try listing.entry(at: RepositoryPath("z")) == nil)
        #expect(try listing.entries(inside: RepositoryPath("b")).map(\.path.text) == ["b/1", "b/2"])
    }

    static let bad: [(String, FormatError.Problem)] = [
        ("", .truncated),
        ("git-model-tr", .truncated),
        ("git-model-tree 1", .truncated),
        ("git-model-tree 2\n", .newer("listing version 2")),
        ("git-model-tree 10\nx", .newer("listing version 10")),
        ("git-model-tree 1\r\n", .malformed("it does not begin with \"git-model-tree 1\"")),
        ("git-model-pointer 1\n", .malformed("it does not begin with \"git-model-tree 1\"")),
        (first + "644", .truncated),
        (first + "644 5 sha256:\(hex) a", .truncated),
        (first + line("a") + "\0", .truncated),
        (first + line("a", mode: "600"), .malformed("the mode 600 is unknown")),
        (first + line("a", mode: ""), .malformed("the mode \"\" is unknown")),
        (first + line("a", size: "-1"), .malformed("the size -1 is no size")),
        (first + line("a", size: "05"), .malformed("the size 05 is no size")),
        (first + line("a", size: ""), .malformed("the size \"\" is no size")),
        (first + line("a", size: "9223372036854775808"), .malformed("the size 9223372036854775808 is no size")),
        (first + line("a", digest: hex.uppercased()), nil),
        (first + line("a", digest: String(hex.dropLast())), nil),
        (first + line(""), .malformed("the path is empty")),
        (first + line("/a"), .malformed("path /a is absolute")),
        (first + line("a/../../b"), .malformed("path a/../../b has the component \"..\"")),
        (first + line(".git/config"), .malformed("path .git/config leads into Git's own directory (.git)")),
        (first + line("b") + line("a"), .malformed("a is out of order")),
        (first + line("a") + line("a"), .malformed("a occurs twice")),
        (first + line("a") + line("a-b") + line("a/b"), .malformed("a is a file and a directory")),
        (first + line("a") + line("a ") + line("a /c"), .malformed("\"a \" is a file and a directory")),
        (first + line("a", mode: "link", size: "0"), .malformed("a cannot have the size 0")),
        (first + line("a", mode: "link", size: "4096"), .malformed("a cannot have the size 4096")),
        (
            first + line("a", size: "9223372036854775807") + line("b", size: "1"),
            .malformed("its sizes add up to too much")
        ),
    ].map { ($0, $1 ?? .malformed("the digest sha256:\(quotedDigest($0)) is not 64 lowercase digits")) }

    private static func quotedDigest(_ text: String) -> String {
        String(text.dropFirst(first.count + "644 5 sha256:".count).prefix { $0 != " " })
    }

    @Test(arguments: bad)
    func `A listing that breaks a rule is refused with the reason`(_ text: String, _ problem: FormatError.Problem) {
        #expect(throws: FormatError("tree listing", problem)) { try TreeListing(parsing: Array(text.utf8)) }
    }

    @Test func `A path that is no UTF-8 is refused`() {
        let bytes = Array((Self.first + "644 5 sha256:\(hex) a").utf8) + [0xFF, 0]
        #expect(throws: FormatError.self) { try TreeListing(parsing: bytes) }
    }

    @Test func `Entries that cannot be together make no listing`() throws {
        #expect(throws: FormatError.self) { try TreeListing([Self.entry("a"), Self.entry("a")]) }
        #expect(throws: FormatError.self) { try TreeListing([Self.entry("a/b/c"), Self.entry("a!"), Self.entry("a")]) }
        #expect(throws: FormatError.self) { try TreeListing([Self.entry("a", -1)]) }
    }

    @Test func `A listing cut at any byte is refused or is a shorter listing`() throws {
        let whole = try TreeListing(["a", "b/1", "b/2"].map { try Self.entry($0) }).encoded
        for count in 0..<whole.count {
            if let listing = try? TreeListing(parsing: Array(whole[..<count])) {
                #expect(listing.encoded == Array(whole[..<count]))
            }
        }
    }

    @Test func `A hundred thousand files are read back`() throws {
        let entries = try (0..<100_000).map { try Self.entry("data/\($0 / 1000)/image-\($0).png", Int64($0)) }
        let listing = try TreeListing(entries)
        let bytes = listing.encoded
        #expect(try TreeListing(parsing: bytes).entries.count == 100_000)
    }
}

struct LinkTargetTests {
    @Test(arguments: [
        ("a", "b"), ("d/a", "../b"), ("d/e/a", "../../x/y"), ("a", "."), ("d/a", ".."), ("a", "b//c/"), ("a", "./b"),
        ("d/a", "./../b"), ("a", "..."),
    ])
    func `A link that stays inside is accepted`(_ path: String, _ target: String) throws {
        try LinkTarget.check(Array(target.utf8), at: RepositoryPath(path))
    }

    @Test(arguments: [
        ("a", "", LinkTargetError.unusable), ("a", "b\0c", .unusable), ("a", "/etc/passwd", .absolute),
        ("a", "/", .absolute),
        ("a", "..", .outside), ("a", "../b", .outside), ("d/a", "../../b", .outside), ("d/a", "./.././../b", .outside),
        ("a", "b/..", .parentAfterName), ("x/y/z/l", "../../../s/l/../secret", .parentAfterName),
        ("a", String(repeating: "x", count: 4096), .unusable),
    ])
    func `A link that leaves or might leave is refused`(
        _ path: String,
        _ target: String,
        _ expected: LinkTargetError
    ) throws {
        let path = try RepositoryPath(path)
        #expect(throws: expected) { try LinkTarget.check(Array(target.utf8), at: path) }
    }
}
