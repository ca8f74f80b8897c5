import FoundationEssentials
import Git
import SystemPackage
import Testing

@Suite("History")
struct HistoryTests {
    static let missing = String(repeating: "1", count: 40)
    static let zero = String(repeating: "0", count: 40)

    @Test("tells the pre-push hook's lines apart")
    func refUpdates() throws {
        let one = String(repeating: "1", count: 40)
        let two = String(repeating: "2", count: 64)
        let lines = """
            refs/heads/main \(one) refs/heads/main \(Self.zero)
            (delete) \(Self.zero) refs/heads/old \(one)
            HEAD@{2 days ago} \(two) refs/heads/x \(two)

            """
        let updates = try RefUpdate.parse(Array(lines.utf8))
        #expect(updates.map(\.localName) == ["refs/heads/main", "(delete)", "HEAD@{2 days ago}"])
        #expect(updates.map(\.localID?.hex) == [one, nil, two])
        #expect(updates.map(\.remoteName) == ["refs/heads/main", "refs/heads/old", "refs/heads/x"])
        #expect(updates.map(\.remoteID?.hex) == [nil, one, two])
        #expect(try RefUpdate.parse([]).isEmpty)
    }

    @Test("refuses lines that the hook never gets", arguments: ["x", "a b c d", "a \(zero) b", "a \(zero) b xyz\n"])
    func badUpdates(_ text: String) {
        #expect(throws: GitError.self) { try RefUpdate.parse(Array(text.utf8)) }
    }

    /// Makes a sample with a remote that has its first commit, and an update that pushes main.
    private func pushing(_ scratch: Scratch) async throws -> (GitRepository, RefUpdate) {
        let sample = try await scratch.sample()
        try await scratch.git("init", "--quiet", "--bare", "../remote", in: sample)
        try await scratch.git("remote", "add", "origin", GitArgument(scratch.root.appending("remote")), in: sample)
        try await scratch.git("push", "--quiet", "origin", "light:refs/heads/main", in: sample)
        let repository = try await scratch.open(sample)
        let head = try await repository.objects.resolve("main")
        let remote = try await repository.objects.resolve("light")
        let update = RefUpdate(localName: "main", localID: head, remoteName: "refs/heads/main", remoteID: remote)
        return (repository, update)
    }

    @Test("says which files a push brings to the remote, each once, a merge's only where they are new")
    func introduced() async throws {
        let scratch = try Scratch()
        let (repository, update) = try await pushing(scratch)
        let files = try await repository.introducedFiles(suffix: ".mver", by: [update], to: "origin")
        #expect(Set(files.map(\.path)) == ["weights/a.mver", "z.mver"] && files.count == 2)
        let contents = try await repository.objects.blobs(files.map(\.id), limit: 100)
        #expect(Set(contents.values.map { String(decoding: $0, as: UTF8.self) }) == ["changed\n", "more\n"])
        let all = try await repository.introducedFiles(suffix: ".mver", by: [update], to: "origin", includingTips: true)
        #expect(all.count == Scratch.names.count)
        // Without tracking branches or ids, everything is new: the old a.mver too.
        let fresh = RefUpdate(localName: "main", localID: update.localID, remoteName: "refs/heads/x", remoteID: nil)
        let every = try await repository.introducedFiles(suffix: ".mver", by: [fresh], to: "https://elsewhere/x y")
        #expect(every.count == Scratch.names.count + 1)
        #expect(every.contains { $0.path == "new\nline.mver" } && every.contains { $0.path == "-dash.mver" })
    }

    @Test("does not mind deletions, tags of blobs, and ids that only the remote has")
    func oddUpdates() async throws {
        let scratch = try Scratch()
        let (repository, update) = try await pushing(scratch)
        let blob = try #require(try await repository.objects.tag("blob"))
        let nested = try #require(try await repository.objects.tag("nested"))
        let updates = [
            RefUpdate(localName: "(delete)", localID: nil, remoteName: "refs/heads/old", remoteID: update.remoteID),
            RefUpdate(localName: "blob", localID: blob.reference.objectID, remoteName: "refs/tags/blob", remoteID: nil),
            RefUpdate(
                localName: "n",
                localID: nested.reference.objectID,
                remoteName: "n",
                remoteID: GitObjectID(Self.missing)
            ),
        ]
        #expect(try await repository.introducedFiles(suffix: ".mver", by: updates, to: "origin").isEmpty)
        #expect(try await repository.introducedFiles(suffix: ".mver", by: [], to: "origin").isEmpty)
    }

    @Test("finds a file that only a merge's resolution made, and one that a merge threw away")
    func merges() async throws {
        let scratch = try Scratch()
        let (repository, _) = try await pushing(scratch)
        let sample = try #require(repository.layout.workTree)
        try await scratch.git("switch", "--quiet", "--create", "lost", "light", in: sample)
        try scratch.write("lost\n", to: "sample/lost.mver")
        try await scratch.git("add", "lost.mver", in: sample)
        try await scratch.git("commit", "--quiet", "--message=lost", in: sample)
        try await scratch.git("switch", "--quiet", "main", in: sample)
        try await scratch.git("merge", "--quiet", "--no-commit", "--strategy=ours", "lost", in: sample)
        try scratch.write("evil\n", to: "sample/evil.mver")
        try await scratch.git("add", "evil.mver", in: sample)
        try await scratch.git("commit", "--quiet", "--message=merge", in: sample)
        let head = try #require(try await repository.objects.resolve("main"))
        let update = RefUpdate(localName: "main", localID: head, remoteName: "refs/heads/main", remoteID: nil)
        let files = try await repository.introducedFiles(suffix: ".mver", by: [update], to: "origin")
        #expect(Set(files.map(\.path)) == ["weights/a.mver", "z.mver", "lost.mver", "evil.mver"])
        #expect(files.first { $0.path == "evil.mver" }?.commit == head)
    }

    @Test(
        "of a SHA-256 or shallow repository is walked as well",
        arguments: [Shape.sha256, .shallowClone, .partialClone]
    )
    func shapes(_ shape: Shape) async throws {
        let scratch = try Scratch()
        let repository = try await scratch.open(shape.make(in: scratch))
        let head = try #require(try await repository.objects.resolve("HEAD"))
        var paths: Set<GitPath> = []
        try await repository.introducedFiles(suffix: ".mver", from: [head]) { paths.insert($0.path) }
        #expect(paths.count == Scratch.names.count)
    }

    @Test("goes on behind what replacements hide, as Git does when it sends or collects")
    func replacements() async throws {
        let scratch = try Scratch()
        let sample = try await scratch.sample()
        let parent = try await scratch.git("rev-parse", "main^1", in: sample)
        let hidden = try #require(GitObjectID(parent))
        try await scratch.git("replace", "--graft", "main", in: sample)
        let repository = try await scratch.open(sample)
        let head = try #require(try await repository.objects.resolve("main"))
        var files: [GitIntroducedFile] = []
        try await repository.introducedFiles(suffix: ".mver", from: [head]) { files.append($0) }
        #expect(files.filter { $0.path == "weights/a.mver" }.count == 2)
        #expect(try await repository.reachableCommits().contains(hidden))
    }

    @Test("stops when the caller throws")
    func stopping() async throws {
        let scratch = try Scratch()
        let repository = try await scratch.open(scratch.sample())
        let head = try #require(try await repository.objects.resolve("HEAD"))
        let mine = GitError(.cancelled, command: "mine")
        let error = await #expect(throws: GitError.self) {
            try await repository.introducedFiles(suffix: ".mver", from: [head]) { (_) throws(GitError) in throw mine }
        }
        #expect(error == mine)
    }

    @Test("keeps alive what references, reflogs, the stash, worktrees, indexes and a merge under way name")
    func gcRoots() async throws {
        let scratch = try Scratch()
        let sample = try await scratch.sample()
        var expected: Set<String> = []
        func commit(_ name: String, in directory: FilePath) async throws -> String {
            try await scratch.git("commit", "--quiet", "--allow-empty", "--message=\(name)", in: directory)
            return try await scratch.git("rev-parse", "HEAD", in: directory)
        }
        expected.insert(try await commit("reflog", in: sample))
        try await scratch.git("reset", "--quiet", "--hard", "HEAD~1", in: sample)
        try scratch.write("stashed\n", to: "sample/z.mver")
        try await scratch.git("stash", "--quiet", in: sample)
        expected.insert(try await scratch.git("rev-parse", "stash@{0}", in: sample))
        try scratch.write("stashed again\n", to: "sample/z.mver")
        try await scratch.git("stash", "--quiet", in: sample)
        expected.insert(try await scratch.git("rev-parse", "stash@{0}", in: sample))
        let linked = scratch.root.appending("linked")
        try await scratch.git("worktree", "add", "--quiet", "--detach", GitArgument(linked), "main", in: sample)
        expected.insert(try await commit("linked", in: linked))
        try scratch.write("staged there\n", to: "linked/there.mver")
        try await scratch.git("add", "there.mver", in: linked)
        try await scratch.git("update-index", "--split-index", in: linked)
        try scratch.write("staged here\n", to: "sample/here.mver")
        try await scratch.git("add", "here.mver", in: sample)
        let tree = try await scratch.git("rev-parse", "HEAD^{tree}", in: sample)
        let merging = try await scratch.git("commit-tree", "-m", "x", GitArgument(tree), in: sample)
        try scratch.write(merging + "\n", to: "sample/.git/MERGE_HEAD")
        try scratch.write("\(Self.missing)\n", to: "sample/.git/ORIG_HEAD")
        expected.insert(merging)
        // The directory is gone, but Git has not pruned the worktree yet.
        try FileManager.default.removeItem(atPath: linked.string)
        let repository = try await scratch.open(sample)
        let roots = try await repository.gcRoots(indexSuffix: ".mver")
        let commits = Set(roots.commits.map(\.hex))
        #expect(expected.isSubset(of: commits))
        #expect(!commits.contains(Self.missing))
        let paths = roots.indexEntries.map(\.path)
        #expect(paths.contains("there.mver") && paths.contains("here.mver") && !paths.contains("plain.txt"))
        let worktrees = try await repository.worktrees()
        #expect(worktrees.map(\.path) == [sample, linked])
        #expect(worktrees[0].branch == "refs/heads/main" && worktrees[0].pruneReason == nil)
        #expect(worktrees[1].branch == nil && worktrees[1].pruneReason != nil)
    }

    @Test("has hooks where core.hooksPath says")
    func hooks() async throws {
        let scratch = try Scratch()
        let sample = try await scratch.sample()
        try await scratch.git("worktree", "add", "--quiet", "../linked", "side", in: sample)
        let repository = try await scratch.open(scratch.root.appending("linked"))
        #expect(try await repository.hooksDirectory() == sample.appending(".git/hooks"))
        try await scratch.git("config", "core.hooksPath", "/elsewhere", in: sample)
        #expect(try await repository.hooksDirectory() == "/elsewhere")
        try await scratch.git("config", "core.hooksPath", ".husky", in: sample)
        #expect(try await repository.hooksDirectory() == scratch.root.appending("linked/.husky"))
    }
}

@Suite("Transfer")
struct TransferTests {
    @Test("pushes, lists, fetches and checks out exactly what was named, with the guard for our own hooks")
    func roundTrip() async throws {
        let scratch = try Scratch()
        let sample = try await scratch.sample()
        try await scratch.git("init", "--quiet", "--bare", "../remote", in: sample)
        try await scratch.git("remote", "add", "origin", GitArgument(scratch.root.appending("remote")), in: sample)
        try scratch.write(
            "#!/bin/sh\necho \"$GIT_MODEL_HOOK_GUARD\" > '\(scratch.root)/guard'\n",
            to: "sample/.git/hooks/pre-push"
        )
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755],
            ofItemAtPath: sample.appending(".git/hooks/pre-push").string
        )
        let repository = try await scratch.open(sample)
        let specs = [try GitRefspec("refs/heads/main"), try GitRefspec("refs/tags/nested")]
        try await repository.push(specs, to: "origin", environment: repository.hookGuard)
        let guardText = FileManager.default.contents(atPath: scratch.root.appending("guard").string)
        #expect(guardText == Data("\(sample.appending(".git"))\n".utf8))
        let remote = try await repository.remoteReferences(of: "origin")
        let local = try await repository.objects.references(prefix: "refs/")
        for name in ["refs/heads/main", "refs/tags/nested"] {
            #expect(remote.first { $0.name == name } == local.first { $0.name == name })
        }
        #expect(!remote.contains { $0.name == "refs/heads/side" })
        let all = try GitRefspec("refs/heads/*", to: "refs/git-model-remotes/origin/*", existing: .replace)
        try await repository.fetch([all], from: "origin")
        #expect(try await repository.objects.reference("refs/git-model-remotes/origin/main") != nil)
        let first = try #require(try await repository.objects.resolve("light"))
        try await repository.checkout(.commit(first))
        #expect(try await repository.objects.head() == .detached(first))
        try await repository.checkout(.branch("side"))
        #expect(try await repository.objects.head() == .branch("refs/heads/side", repository.objects.resolve("side")))
        try await repository.push([GitRefspec(nil, to: "refs/tags/nested")], to: "origin")
        #expect(try await !repository.remoteReferences(of: "origin").contains { $0.name == "refs/tags/nested" })
    }

    @Test("fails with a reason when there is no such remote, branch or name")
    func failures() async throws {
        let scratch = try Scratch()
        let repository = try await scratch.open(scratch.sample())
        let unreachable = await #expect(throws: GitError.self) { try await repository.remoteReferences(of: "nowhere") }
        #expect(unreachable?.kind == .unreachable)
        for remote in ["--upload-pack=touch x", "", "a\0b"] {
            let error = await #expect(throws: GitError.self) { try await repository.remoteReferences(of: remote) }
            #expect(error?.kind == .invalidName(remote))
        }
        await #expect(throws: GitError.self) { try await repository.checkout(.branch("-f")) }
        for name in ["main", "refs/heads/*/*", "refs/heads/a b", "refs/heads/a:b"] {
            #expect(throws: GitError.self) { try GitRefspec(name) }
        }
    }

    @Test("completes a checkout and a worktree behind which a hook fails, but nothing that Git refuses")
    func failingHooks() async throws {
        let scratch = try Scratch()
        let sample = try await scratch.sample()
        try scratch.write("#!/bin/sh\necho no LFS >&2\nexit 2\n", to: "sample/.git/hooks/post-checkout")
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755],
            ofItemAtPath: sample.appending(".git/hooks/post-checkout").string
        )
        let repository = try await scratch.open(sample)
        let first = try #require(try await repository.objects.resolve("light"))
        #expect(try await repository.checkout(.commit(first)) == "no LFS")
        #expect(try await repository.objects.head() == .detached(first))
        #expect(try await repository.checkout(.branch("side")) == "no LFS")
        let place = scratch.root.appending("place")
        try await repository.addWorktree(at: place, commit: first, lockedFor: "test")
        #expect(try await repository.worktrees().contains { $0.commit == first && $0.lockReason == "test" })
        await #expect(throws: GitError.self) { try await repository.addWorktree(at: place, commit: first) }
        try scratch.write("mine\n", to: "sample/z.mver")
        let refused = await #expect(throws: GitError.self) { try await repository.checkout(.branch("main")) }
        #expect(refused?.kind == .wouldOverwrite("z.mver"))
    }

    @Test("refuses a checkout in the middle of a merge, also of the branch that HEAD is on")
    func unmerged() async throws {
        let scratch = try Scratch()
        let sample = try await scratch.sample()
        for branch in ["one", "other"] {
            try await scratch.git("switch", "--quiet", "--create", GitArgument(branch), "light", in: sample)
            try scratch.write("\(branch)\n", to: "sample/plain.txt")
            try await scratch.git("commit", "--quiet", "--all", "--message=Change", in: sample)
        }
        _ = try await scratch.program(sample).run(["merge", "--quiet", "one"], accepting: [1])
        let repository = try await scratch.open(sample)
        await #expect(throws: GitError.self) { try await repository.checkout(.branch("other")) }
    }
}
