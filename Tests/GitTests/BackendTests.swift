import Git
import SystemPackage
import Testing

/// The shapes a repository comes in.
enum Shape: String, CaseIterable, CustomTestStringConvertible {
    case normal, packed, bare, linkedWorktree, submodule, sha256, partialClone, treelessClone, shallowClone
    case sparseIndex, splitIndex, detached

    var testDescription: String { rawValue }

    /// Makes a sample of this shape and returns where to open it.
    func make(in scratch: Scratch) async throws -> FilePath {
        if self == .sha256 { return try await scratch.sample(format: .sha256) }
        let sample = try await scratch.sample()
        let copy = scratch.root.appending("copy")
        switch self {
        case .normal, .sha256: break
        case .packed: try await scratch.git("gc", "--quiet", in: sample)
        case .bare: try await clone(scratch, sample, "--bare")
        case .linkedWorktree: try await scratch.git("worktree", "add", "--quiet", GitArgument(copy), "side", in: sample)
        case .submodule:
            try await scratch.git("init", "--quiet", "outer", in: scratch.root)
            try await scratch.git(
                "submodule",
                "--quiet",
                "add",
                GitArgument(sample),
                "inner",
                in: scratch.root.appending("outer")
            )
            return scratch.root.appending("outer/inner")
        case .partialClone, .treelessClone:
            try await scratch.git("config", "uploadpack.allowFilter", "true", in: sample)
            let filter: GitArgument = self == .partialClone ? "--filter=blob:none" : "--filter=tree:0"
            try await clone(scratch, sample, filter, "--no-checkout")
        case .shallowClone: try await clone(scratch, sample, "--depth=1")
        case .sparseIndex:
            try await scratch.git("sparse-checkout", "set", "--cone", "--sparse-index", "weights/deep", in: sample)
        case .splitIndex: try await scratch.git("update-index", "--split-index", in: sample)
        case .detached: try await scratch.git("checkout", "--quiet", "HEAD~1", in: sample)
        }
        return [.bare, .linkedWorktree, .partialClone, .treelessClone, .shallowClone].contains(self) ? copy : sample
    }

    private func clone(_ scratch: Scratch, _ sample: FilePath, _ options: GitArgument...) async throws {
        let arguments: [GitArgument] = ["clone", "--quiet"] + options + ["file://\(sample.string)", "copy"]
        try await scratch.program(scratch.root).run(arguments)
    }

    var expectsLibrary: Bool { self != .sha256 }
}

@Suite("libgit2 and git give the same answers")
struct BackendTests {
    @Test("in a repository of every shape", arguments: Shape.allCases)
    func sameAnswers(_ shape: Shape) async throws {
        let scratch = try Scratch()
        let directory = try await shape.make(in: scratch)
        let both = try await scratch.open(directory)
        let alone = try await scratch.open(directory, .programOnly)
        #expect(both.objects.usesLibrary == shape.expectsLibrary)
        #expect(!alone.objects.usesLibrary)
        #expect(both.layout == alone.layout)
        #expect(try await both.objects.head() == alone.objects.head())
        #expect(try await both.objects.references(prefix: "refs/") == alone.objects.references(prefix: "refs/"))
        #expect(try await both.objects.tags() == alone.objects.tags())
        for revision in Self.revisions {
            let expected = try await alone.objects.resolve(revision)
            #expect(try await both.objects.resolve(revision) == expected, "\(revision)")
        }
        let head = try #require(try await both.objects.resolve("HEAD"))
        #expect(try await both.objects.commit(head) == alone.objects.commit(head))
        #expect(try await both.objects.tree(of: head) == alone.objects.tree(of: head))
        for filter in Self.filters {
            let expected = try await alone.objects.entries(in: head, matching: filter)
            #expect(try await both.objects.entries(in: head, matching: filter) == expected, "\(filter)")
        }
        let entries = try await both.objects.entries(in: head, matching: .all).filter { !$0.mode.isSubmodule }
        #expect(entries.count >= Scratch.names.count + 1)
        let blobs = try await both.objects.blobs(entries.map(\.id), limit: 1000)
        #expect(try await blobs == alone.objects.blobs(entries.map(\.id), limit: 1000))
        for path in Scratch.names where path != "weights/a.mver" {
            let bytes = try await both.objects.file(at: GitPath(path), in: head, limit: 1000)
            #expect(bytes == Array("pointer of \(path)\n".utf8))
        }
    }

    static let revisions = [
        "HEAD", "@", "main", "side", "alias", "light", "model@v1.0.0", "nested", "blob", "refs/heads/main",
        "heads/main",
        "tags/light", "HEAD~1", "HEAD^2", "HEAD^2~1", "HEAD~9", "main@{0}", "HEAD^{tree}", "HEAD:z.mver", ":/Side",
        "nothing", "", "-x", "--all", "^HEAD", "HEAD..main", "HEAD main", "a\nb", "origin/main", "HEAD^{/First}",
        "0000000000000000000000000000000000000000", "deadbeef",
    ]

    static let filters: [GitTreeFilter] = [
        .all, .suffix(".mver"), .suffix("/b c.mver"), .inside("weights"), .inside("weights/deep"), .inside("plain.txt"),
        .inside("nowhere"), .paths([]), .paths(["weights/a.mver", "weights", "nowhere", "-dash.mver", "weights/"]),
        .paths(["new\nline.mver", "plain.txt/x", "", "run.sh"]), .top,
    ]

    @Test("about ancestors", arguments: [GitRepository.Backend.automatic, .programOnly])
    func ancestors(_ backend: GitRepository.Backend) async throws {
        let scratch = try Scratch()
        let objects = try await scratch.open(scratch.sample(), backend).objects
        let main = try #require(try await objects.resolve("main"))
        let side = try #require(try await objects.resolve("side"))
        let first = try #require(try await objects.resolve("light"))
        #expect(try await objects.isAncestor(side, of: main))
        #expect(try await objects.isAncestor(main, of: main))
        #expect(try await objects.isAncestor(first, of: side))
        #expect(try await !objects.isAncestor(main, of: side))
    }

    @Test("about a blob that is too large", arguments: [GitRepository.Backend.automatic, .programOnly])
    func largeBlob(_ backend: GitRepository.Backend) async throws {
        let scratch = try Scratch()
        let directory = try await scratch.sample()
        let text = String(repeating: "0123456789abcdef", count: 1 << 16)
        let hex = try await scratch.git("hash-object", "-w", "--stdin", in: directory, input: text)
        let id = try #require(GitObjectID(hex))
        let objects = try await scratch.open(directory, backend).objects
        #expect(try await objects.blob(id, limit: 1 << 20).count == 1 << 20)
        let error = await #expect(throws: GitError.self) { try await objects.blob(id, limit: 1 << 19) }
        #expect(error?.kind == .objectTooLarge(id, byteCount: 1 << 20, limit: 1 << 19))
    }

    @Test("about ambiguous and missing things", arguments: [GitRepository.Backend.automatic, .programOnly])
    func refusals(_ backend: GitRepository.Backend) async throws {
        let scratch = try Scratch()
        let directory = try await scratch.sample()
        try await scratch.git("branch", "light", in: directory)
        let objects = try await scratch.open(directory, backend).objects
        #expect(try await objects.referenceNames(abbreviatedAs: "light") == ["refs/tags/light", "refs/heads/light"])
        #expect(try await objects.referenceNames(abbreviatedAs: "lig").isEmpty)
        let head = try #require(try await objects.resolve("HEAD"))
        let missing = try #require(GitObjectID(String(repeating: "1", count: 40)))
        func kind(_ body: () async throws -> Void) async -> GitError.Kind? {
            await #expect(throws: GitError.self) { try await body() }?.kind
        }
        #expect(await kind { _ = try await objects.blob(missing, limit: 10) } == .objectNotFound(missing))
        #expect(await kind { _ = try await objects.commit(missing) } == .objectNotFound(missing))
        #expect(await kind { _ = try await objects.tree(of: missing) } == .objectNotFound(missing))
        #expect(await kind { _ = try await objects.blob(head, limit: 1000) } == .wrongObjectKind(head, .commit))
        let entry = try #require(try await objects.entry(at: "plain.txt", in: head))
        #expect(
            await kind { _ = try await objects.blob(entry.id, limit: 3) }
                == .objectTooLarge(entry.id, byteCount: 21, limit: 3)
        )
        #expect(await kind { _ = try await objects.references(prefix: "refs/*") } == .invalidName("refs/*"))
        #expect(try await objects.entry(at: "nowhere", in: head) == nil)
        #expect(try await objects.file(at: "weights", in: head, limit: 10) == nil)
    }

    @Test("about the first digits of two commits", arguments: [GitRepository.Backend.automatic, .programOnly])
    func ambiguousDigits(_ backend: GitRepository.Backend) async throws {
        let scratch = try Scratch()
        let directory = try await scratch.sample()
        // Among 600 commits, some two share four of the 65,536 possible first digits.
        var stream = ""
        for number in 0..<600 {
            stream += "commit refs/heads/many\ncommitter A <a@b> \(number) +0000\ndata 0\n"
        }
        try await scratch.git("fast-import", "--quiet", in: directory, input: stream)
        let ids = try await scratch.git("rev-list", "many", in: directory).split(separator: "\n").map { $0.prefix(4) }
        let shared = try #require(Dictionary(grouping: ids) { $0 }.first { $0.value.count > 1 }?.key)
        let objects = try await scratch.open(directory, backend).objects
        let error = await #expect(throws: GitError.self) { try await objects.resolve(String(shared)) }
        #expect(error?.kind == .ambiguous(String(shared)))
    }

    @Test("before the first commit", arguments: [GitRepository.Backend.automatic, .programOnly])
    func unborn(_ backend: GitRepository.Backend) async throws {
        let scratch = try Scratch()
        try await scratch.git("init", "--quiet", "empty", in: scratch.root)
        let repository = try await scratch.open(scratch.root.appending("empty"), backend)
        #expect(try await repository.objects.head() == .branch("refs/heads/main", nil))
        #expect(try await repository.objects.resolve("HEAD") == nil)
        #expect(try await repository.objects.tags().isEmpty)
        let roots = try await repository.gcRoots(indexSuffix: ".mver")
        #expect(roots.commits.isEmpty && roots.indexEntries.isEmpty)
    }

    @Test("about commits and tags, in every detail", arguments: [GitRepository.Backend.automatic, .programOnly])
    func details(_ backend: GitRepository.Backend) async throws {
        let scratch = try Scratch()
        let objects = try await scratch.open(scratch.sample(), backend).objects
        let id = try #require(try await objects.resolve("light"))
        let commit = try await objects.commit(id)
        #expect(
            commit.author
                == GitIdentity(name: "Ada Lovelace", email: "ada@example.com", time: 1_700_000_000, offsetMinutes: 60)
        )
        #expect(commit.committer.offsetMinutes == -150)
        #expect(commit.subject == "First line")
        #expect(commit.message == "First\nline\n\nBody\n")
        #expect(commit.parents.isEmpty && !commit.isSigned)
        let tag = try #require(try await objects.tag("model@v1.0.0"))
        #expect(tag.name == "model@v1.0.0" && tag.target == id)
        let annotation = try #require(tag.annotation)
        #expect(annotation.name == "model@v1.0.0" && annotation.targetKind == .commit && annotation.target == id)
        #expect(annotation.tagger?.name == "Charles Babbage" && annotation.tagger?.time == 1_700_000_100)
        #expect(annotation.message == "Version 1\n\nSecond paragraph\n" && annotation.subject == "Version 1")
        #expect(!annotation.isSigned)
        let nested = try #require(try await objects.tag("nested"))
        #expect(nested.target == id && nested.annotation?.targetKind == .tag)
        #expect(try await objects.peel(nested.reference.objectID) == id)
        #expect(try await objects.tag("light")?.annotation == nil)
        #expect(try await objects.tag("ligh") == nil)
        #expect(try await objects.tags(prefix: "model@").map(\.name) == ["model@v1.0.0"])
    }
}
