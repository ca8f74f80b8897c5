import Git
import SystemPackage
import Testing

/// A branch of a remote that is read and written without a checkout.
struct DetachedBranchTests {
    private let scratch: Scratch
    private let directory: FilePath
    private var origin: FilePath { scratch.root.appending("origin.git") }

    init() async throws {
        scratch = try Scratch()
        directory = try await scratch.sample()
        try await scratch.git("init", "--quiet", "--bare", GitArgument(origin), in: scratch.root)
        try await scratch.git("remote", "add", "origin", GitArgument(origin), in: directory)
    }

    private func branch() async throws -> GitDetachedBranch {
        try GitDetachedBranch(
            "refs/heads/store",
            of: "origin",
            rememberedAs: "refs/git-model/remotes/store",
            in: try await scratch.open(directory)
        )
    }

    /// Everything that a user could notice.
    private func state() async throws -> String {
        try await scratch.git("for-each-ref", "refs/heads", "refs/tags", in: directory)
            + scratch.git("status", "--porcelain", in: directory) + scratch.git("rev-parse", "HEAD", in: directory)
    }

    @Test func `a branch that is not there is none`() async throws {
        #expect(try await branch().fetch() == nil)
    }

    @Test func `files of any name come back, and nothing of the user's changes`() async throws {
        let before = try await state()
        let branch = try await branch()
        let files: [String: [UInt8]] = [
            "format": Array("one\n".utf8), "a b/ü\"\\": [0, 10, 13, 255], "deep/er/empty": [], "#x": [1],
        ]
        let first = try await branch.commit(files, onto: nil, message: "First")
        #expect(try await branch.push(first) == .pushed)
        #expect(try await branch.fetch() == first)
        let found = try await branch.files(of: first)
        let bytes = try await branch.bytes(of: found.values.map(\.blob), limit: 1000)
        #expect(found.mapValues { bytes[$0.blob] } == files)
        #expect(found.mapValues { Int($0.size) } == files.mapValues(\.count))

        let second = try await branch.commit(["format": nil, "#x": [2]], onto: first, message: "Second")
        #expect(try await branch.push(second) == .pushed)
        #expect(try await branch.files(of: second).keys.sorted() == ["#x", "a b/ü\"\\", "deep/er/empty"])
        #expect(try await state() == before)
        #expect(try await scratch.git("for-each-ref", "refs/git-model/unpublished", in: directory) == "")
        #expect(
            try await scratch.git("log", "--format=%s %cn", "store", in: origin)
                == "Second Charles Babbage\nFirst Charles Babbage"
        )
    }

    @Test func `repositories with SHA-256 and clones that lack blobs can do it`() async throws {
        let modern = try await scratch.sample("modern", format: .sha256)
        let bare = scratch.root.appending("modern.git")
        try await scratch.git(
            "init",
            "--quiet",
            "--bare",
            "--object-format=sha256",
            GitArgument(bare),
            in: scratch.root
        )
        try await scratch.git("config", "uploadpack.allowFilter", "true", in: bare)
        try await scratch.git("remote", "add", "origin", GitArgument(bare), in: modern)
        try await scratch.git("push", "--quiet", "origin", "HEAD:main", in: modern)
        let name = GitArgument("file://" + bare.string)
        try await scratch.git(
            "clone",
            "--quiet",
            "--filter=blob:none",
            "--branch=main",
            name,
            "partial",
            in: scratch.root
        )
        var tip: GitObjectID?
        for (position, clone) in [modern, scratch.root.appending("partial")].enumerated() {
            let branch = try GitDetachedBranch(
                "refs/heads/store",
                of: "origin",
                rememberedAs: "refs/git-model/remotes/store",
                in: try await scratch.open(clone)
            )
            #expect(try await branch.fetch() == tip)
            let commit = try await branch.commit(["file\(position)": [1]], onto: tip, message: "One")
            #expect(try await branch.push(commit) == .pushed)
            let files = try await branch.files(of: commit)
            #expect(files.count == position + 1)
            #expect(try await branch.bytes(of: files.values.map(\.blob), limit: 10).values.allSatisfy { $0 == [1] })
            tip = commit
        }
    }

    @Test func `who comes second is told, first commit or not`() async throws {
        let branch = try await branch()
        let ours = try await branch.commit(["ours": [1]], onto: nil, message: "Ours")
        let theirs = try await branch.commit(["theirs": [1]], onto: nil, message: "Theirs")
        #expect(try await branch.push(theirs) == .pushed)
        #expect(try await branch.push(ours) == .outpaced)
        let tip = try await branch.fetch()
        #expect(tip == theirs)
        let again = try await branch.commit(["ours": [1]], onto: tip, message: "Ours")
        #expect(try await branch.push(again) == .pushed)
        #expect(try await branch.files(of: again).keys.sorted() == ["ours", "theirs"])
    }

    @Test func `who has no name in Git commits all the same`() async throws {
        try await scratch.git("config", "user.useConfigOnly", "true", in: directory)
        let nobody = try GitDetachedBranch(
            "refs/heads/store",
            of: "origin",
            rememberedAs: "refs/git-model/remotes/store",
            in: try await scratch.open(directory),
            environment: ["GIT_COMMITTER_NAME": nil, "GIT_COMMITTER_EMAIL": nil]
        )
        let commit = try await nobody.commit(["format": [1]], onto: nil, message: "First")
        #expect(try await scratch.git("log", "-1", "--format=%cn", GitArgument(commit), in: directory) == "git-model")
    }

    @Test func `credentials are those of Git's helpers`() async throws {
        let program = scratch.program(directory)
        let url = "https://example.org/models.git"
        #expect(try await program.with(environment: ["GIT_TERMINAL_PROMPT": "0"]).credential(for: url) == nil)
        try await scratch.git("config", "credential.helper", "store", in: directory)
        let credential = GitCredential(url: url, username: "ada", password: "p ss=word")
        try await program.approve(credential)
        #expect(try await program.credential(for: url) == credential)
        try await program.reject(credential)
        #expect(try await program.with(environment: ["GIT_TERMINAL_PROMPT": "0"]).credential(for: url) == nil)
    }
}
