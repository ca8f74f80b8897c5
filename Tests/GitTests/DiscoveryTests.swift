import FoundationEssentials
import Git
import SystemPackage
import Testing

@Suite("Discovery finds what git finds")
struct DiscoveryTests {
    @Test("from a subdirectory of a work tree", arguments: [GitRepository.Backend.automatic, .programOnly])
    func subdirectory(_ backend: GitRepository.Backend) async throws {
        let scratch = try Scratch()
        let sample = try await scratch.sample()
        let layout = try await scratch.open(sample.appending("weights/deep"), backend).layout
        #expect(layout.workTree == sample)
        #expect(layout.gitDirectory == sample.appending(".git"))
        #expect(layout.commonDirectory == sample.appending(".git"))
        #expect(!layout.isBare && !layout.isLinkedWorktree && layout.objectFormat == .sha1)
    }

    @Test("inside .git, where there is no work tree", arguments: [GitRepository.Backend.automatic, .programOnly])
    func insideGitDirectory(_ backend: GitRepository.Backend) async throws {
        let scratch = try Scratch()
        let sample = try await scratch.sample()
        let repository = try await scratch.open(sample.appending(".git/objects"), backend)
        #expect(repository.layout.workTree == nil)
        #expect(repository.program.directory == sample.appending(".git"))
    }

    @Test("in a linked worktree", arguments: [GitRepository.Backend.automatic, .programOnly])
    func linkedWorktree(_ backend: GitRepository.Backend) async throws {
        let scratch = try Scratch()
        let sample = try await scratch.sample()
        try await scratch.git("worktree", "add", "--quiet", "../linked", "side", in: sample)
        let layout = try await scratch.open(scratch.root.appending("linked"), backend).layout
        #expect(layout.workTree == scratch.root.appending("linked"))
        #expect(layout.gitDirectory == sample.appending(".git/worktrees/linked"))
        #expect(layout.commonDirectory == sample.appending(".git"))
        #expect(layout.isLinkedWorktree)
    }

    @Test(
        "whose work tree is elsewhere, in another repository",
        arguments: [GitRepository.Backend.automatic, .programOnly]
    )
    func separateWorkTree(_ backend: GitRepository.Backend) async throws {
        let scratch = try Scratch()
        let sample = try await scratch.sample()
        try await scratch.git("init", "--quiet", "other", in: scratch.root)
        let workTree = scratch.root.appending("other")
        try await scratch.git("config", "core.worktree", "../../other", in: sample)
        let repository = try await scratch.open(sample, backend)
        #expect(repository.layout.workTree == workTree)
        #expect(repository.layout.gitDirectory == sample.appending(".git"))
        try scratch.write("x\n", to: "other/x.mver")
        try await repository.index.stage(["x.mver"])
        #expect(try await repository.index.isTracked("x.mver"))
        #expect(try await repository.index.isTracked("plain.txt"))
        #expect(try await scratch.open(workTree, backend).index.entries().isEmpty)
    }

    @Test("in a bare repository", arguments: [GitRepository.Backend.automatic, .programOnly])
    func bare(_ backend: GitRepository.Backend) async throws {
        let scratch = try Scratch()
        try await scratch.git("init", "--quiet", "--bare", "bare", in: scratch.root)
        let layout = try await scratch.open(scratch.root.appending("bare"), backend).layout
        #expect(layout.isBare && layout.workTree == nil)
        #expect(layout.gitDirectory == scratch.root.appending("bare"))
    }

    @Test("in a repository whose worktrees have configurations of their own")
    func worktreeConfiguration() async throws {
        let scratch = try Scratch()
        try await scratch.git("init", "--quiet", "--bare", "bare", in: scratch.root)
        let bare = scratch.root.appending("bare")
        try await scratch.git("config", "extensions.worktreeConfig", "true", in: bare)
        try await scratch.git("config", "--unset", "core.bare", in: bare)
        try await scratch.git("config", "--worktree", "core.bare", "true", in: bare)
        let repository = try await scratch.open(bare)
        #expect(repository.layout.isBare && repository.objects.usesLibrary)
    }

    @Test("that the environment names, relative to where the caller is")
    func environment() async throws {
        let scratch = try Scratch()
        let sample = try await scratch.sample()
        let variables = ["GIT_DIR": "sample/.git", "GIT_WORK_TREE": "sample", "GIT_INDEX_FILE": "sample/.git/index"]
        let repository = try await GitRepository.discover(
            from: scratch.root,
            environment: scratch.environment.merging(variables) { $1 }
        )
        #expect(repository.layout.workTree == sample && repository.objects.usesLibrary)
        #expect(try await repository.index.isTracked("plain.txt"))
        #expect(try await repository.index.changes(since: repository.objects.head().commit).isEmpty)
    }

    @Test("and says so when there is none", arguments: [GitRepository.Backend.automatic, .programOnly])
    func nowhere(_ backend: GitRepository.Backend) async throws {
        let scratch = try Scratch()
        for directory in [scratch.root, scratch.root.appending("missing")] {
            let error = await #expect(throws: GitError.self) { try await scratch.open(directory, backend) }
            #expect(error?.kind == .notARepository(directory))
        }
    }

    @Test("but not above a ceiling")
    func ceiling() async throws {
        let scratch = try Scratch()
        let sample = try await scratch.sample()
        let variables = scratch.environment.merging(["GIT_CEILING_DIRECTORIES": sample.appending("weights").string]) {
            $1
        }
        await #expect(throws: GitError.self) {
            try await GitRepository.discover(from: sample.appending("weights/deep"), environment: variables)
        }
    }

    @Test("and refuses another user's repository, with the command that mends it")
    func foreignOwner() async throws {
        let scratch = try Scratch()
        let sample = try await scratch.sample()
        // As root we can give it away; as anybody else, Git has a switch to pretend.
        try? FileManager.default.setAttributes([.ownerAccountID: 12345], ofItemAtPath: sample.string)
        let variables = scratch.environment.merging(["GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"]) { $1 }
        let error = await #expect(throws: GitError.self) {
            try await GitRepository.discover(from: sample, environment: variables, backend: .programOnly)
        }
        #expect(error?.kind == .unsafeOwnership(sample))
        let remedy = try #require(error?.remedy)
        #expect(remedy == "git config --global --add safe.directory \(sample)")
        try await scratch.git("config", "--global", "--add", "safe.directory", GitArgument(sample), in: scratch.root)
        _ = try await GitRepository.discover(from: sample, environment: variables)
    }

    @Test("and says so when there is no git")
    func noProgram() async throws {
        let scratch = try Scratch()
        let error = await #expect(throws: GitError.self) {
            try await GitRepository.discover(
                from: scratch.root,
                environment: scratch.environment,
                executable: "no-such-git"
            )
        }
        #expect(error?.kind == .notInstalled("no-such-git"))
    }

    @Test("and takes none from a relative directory of PATH, which a repository could fill")
    func relativePath() async throws {
        let scratch = try Scratch()
        try scratch.write("#!/bin/sh\nexit 7\n", to: "planted-git")
        let path = scratch.root.appending("planted-git").string
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        var variables = scratch.environment
        variables["PATH"] = ".:"
        let here = GitProgram(directory: scratch.root, environment: variables, executable: "planted-git")
        let error = await #expect(throws: GitError.self) { try await here.run(["--version"]) }
        #expect(error?.kind == .notInstalled("planted-git"))
        variables["PATH"] = scratch.root.string
        let found = GitProgram(directory: scratch.root, environment: variables, executable: "planted-git")
        _ = try await found.run(["--version"], accepting: [7])
    }
}

@Suite("The git program")
struct ProgramTests {
    @Test("is new enough, and its version is read with vendors' additions")
    func version() async throws {
        let scratch = try Scratch()
        try await scratch.program(scratch.root).requireMinimumVersion()
        #expect(GitVersion(parsing: "git version 2.39.5 (Apple Git-154)") == GitVersion(major: 2, minor: 39, patch: 5))
        #expect(GitVersion(parsing: "git version 2.45.0.windows.1") == GitVersion(major: 2, minor: 45, patch: 0))
        #expect(GitVersion(parsing: "git version 2.50.rc1") == GitVersion(major: 2, minor: 50, patch: 0))
        #expect(GitVersion(parsing: "hub version 2") == nil)
        #expect(GitVersion(major: 2, minor: 38, patch: 9) < .minimum)
    }

    @Test("that is too old is named as such when it does not know an option")
    func tooOld() async throws {
        let scratch = try Scratch()
        let script = "#!/bin/sh\n[ \"$3\" = --version ] && echo git version 2.30.2 && exit 0\nexit 129\n"
        try scratch.write(script, to: "old-git")
        let path = scratch.root.appending("old-git").string
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        let old = GitProgram(directory: scratch.root, environment: scratch.environment, executable: path)
        let tooOld = GitError.Kind.tooOld(GitVersion(major: 2, minor: 30, patch: 2))
        #expect(await #expect(throws: GitError.self) { try await old.run(["frob"]) }?.kind == tooOld)
        #expect(await #expect(throws: GitError.self) { try await old.requireMinimumVersion() }?.kind == tooOld)
    }

    @Test("fails with the command, its exit code and its last words")
    func failure() async throws {
        let scratch = try Scratch()
        let error = await #expect(throws: GitError.self) {
            try await scratch.git("rev-parse", "--git-dir", "it's", in: scratch.root)
        }
        #expect(error?.command == #"git rev-parse --git-dir 'it'\''s'"#)
        #expect(error?.exitCode == 128)
        #expect(error?.message.contains("not a git repository") == true)
        let push = await #expect(throws: GitError.self) {
            try await scratch.git("frob", "https://ada:s@cret@127.0.0.1/x@y", in: scratch.root)
        }
        #expect(push?.command == "git frob https://127.0.0.1/x@y")
    }

    @Test("takes more input than a pipe holds, even if it does not read it")
    func unreadInput() async throws {
        let scratch = try Scratch()
        let sample = try await scratch.sample()
        let much = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 22)
        // `git --version` ends without reading; the write that then fails is not ours to report.
        _ = try? await scratch.program(sample).run(["--version"], input: much)
        let echoed = try await scratch.program(sample).run(["hash-object", "--stdin"], input: much)
        #expect(GitObjectID(echoed.line) != nil)
    }

    @Test("refuses an argument with a zero byte, and more output than is wanted")
    func limits() async throws {
        let scratch = try Scratch()
        let program = try await scratch.program(scratch.sample())
        await #expect(throws: GitError.self) { try await program.run(["rev-parse", "HEAD\0x"]) }
        let error = await #expect(throws: GitError.self) { try await program.run(["log"], outputLimit: 10) }
        #expect(error?.kind == .tooMuchOutput)
    }

    @Test("ends when the task is cancelled")
    func cancellation() async throws {
        let scratch = try Scratch()
        let sample = try await scratch.sample()
        let task = Task { try await scratch.git("-c", "alias.wait=!sleep 60", "wait", in: sample) }
        try await Task.sleep(for: .milliseconds(300))
        task.cancel()
        let clock = ContinuousClock()
        let start = clock.now
        let error = await #expect(throws: GitError.self) { try await task.value }
        #expect(error?.kind == .cancelled)
        #expect(clock.now - start < .seconds(30))
    }
}
