import FoundationEssentials
import Git
import SystemPackage
import Testing

@Suite("Tags and references")
struct TagTests {
    @Test("are made with exactly the message given")
    func creating() async throws {
        let scratch = try Scratch()
        let repository = try await scratch.open(scratch.sample())
        let head = try #require(try await repository.objects.resolve("HEAD"))
        let message = "model v2\n\n# no comment\n\n\ntrailing space \nModel: m\n"
        let id = try await repository.createTag("m@v2.0.0", on: head, message: message)
        let tag = try #require(try await repository.objects.tag("m@v2.0.0"))
        #expect(tag.annotation?.id == id && tag.annotation?.message == message && tag.target == head)
        #expect(tag.annotation?.isSigned == false)
        let error = await #expect(throws: GitError.self) {
            try await repository.createTag("m@v2.0.0", on: head, message: "x")
        }
        #expect(error?.kind == .alreadyExists)
        try await repository.createTag("m@v2.0.0", on: head, message: "moved", existing: .replace)
        #expect(try await repository.objects.tag("m@v2.0.0")?.annotation?.message == "moved\n")
        try await repository.deleteTag("m@v2.0.0")
        #expect(try await repository.objects.tag("m@v2.0.0") == nil)
        await #expect(throws: GitError.self) { try await repository.deleteTag("m@v2.0.0") }
    }

    @Test("refuse names that Git refuses", arguments: ["-f", "", "a..b", "a b", "x.lock", "a\nb", "@{", "/a", "a/"])
    func badNames(_ name: String) async throws {
        let scratch = try Scratch()
        let repository = try await scratch.open(scratch.sample())
        let head = try #require(try await repository.objects.resolve("HEAD"))
        let error = await #expect(throws: GitError.self) {
            try await repository.createTag(name, on: head, message: "x")
        }
        #expect(error?.kind == .invalidName(name))
    }

    @Test("are signed as the user's configuration says, and on demand")
    func signing() async throws {
        let scratch = try Scratch()
        let sample = try await scratch.sample()
        let key = scratch.root.appending("key")
        let alias = "alias.keygen=!ssh-keygen -q -t ed25519 -N '' -f '\(key)'"
        try await scratch.git("-c", GitArgument(alias), "keygen", in: sample)
        try await scratch.git("config", "gpg.format", "ssh", in: sample)
        try await scratch.git("config", "user.signingKey", GitArgument(key), in: sample)
        for backend in [GitRepository.Backend.automatic, .programOnly] {
            let repository = try await scratch.open(sample, backend)
            let head = try #require(try await repository.objects.resolve("HEAD"))
            func sign(_ name: String, _ signing: GitSigning) async throws -> GitAnnotation? {
                try await repository.createTag(
                    name,
                    on: head,
                    message: "Signed\n",
                    signing: signing,
                    existing: .replace
                )
                return try await repository.objects.tag(name)?.annotation
            }
            let signed = try #require(try await sign("signed", .always))
            #expect(signed.isSigned && signed.message == "Signed\n")
            #expect(signed.signature?.hasPrefix("-----BEGIN SSH SIGNATURE-----\n") == true)
            #expect(try await sign("plain", .asConfigured)?.isSigned == false)
            try await scratch.git("config", "tag.gpgSign", "true", in: sample)
            #expect(try await sign("configured", .asConfigured)?.isSigned == true)
            #expect(try await sign("refused", .never)?.isSigned == false)
            #expect(try await sign("named", .key(key.string))?.isSigned == true)
            try await scratch.git("config", "--unset", "tag.gpgSign", in: sample)
        }
    }

    @Test("that are to be signed and cannot be are not made, and take no other's place")
    func failedSigning() async throws {
        let scratch = try Scratch()
        let sample = try await scratch.sample()
        try await scratch.git("config", "gpg.format", "ssh", in: sample)
        try await scratch.git("config", "user.signingKey", GitArgument(scratch.root.appending("gone.pub")), in: sample)
        for backend in [GitRepository.Backend.automatic, .programOnly] {
            let repository = try await scratch.open(sample, backend)
            let head = try #require(try await repository.objects.resolve("HEAD"))
            let before = try await repository.createTag("kept", on: head, message: "x", existing: .replace)
            for (name, signing) in [("kept", GitSigning.always), ("new", .always), ("new", .asConfigured)] {
                try await scratch.git("config", "tag.gpgSign", signing == .always ? "false" : "true", in: sample)
                let error = await #expect(throws: GitError.self) {
                    try await repository.createTag(
                        name,
                        on: head,
                        message: "y",
                        signing: signing,
                        existing: .replace
                    )
                }
                #expect(error?.kind == .failed && error?.message.isEmpty == false)
            }
            try await scratch.git("config", "--unset", "tag.gpgSign", in: sample)
            #expect(try await repository.objects.reference("refs/tags/kept")?.objectID == before)
            #expect(try await repository.objects.reference("refs/tags/new") == nil)
        }
    }

    @Test("move only from where the caller saw them")
    func moving() async throws {
        let scratch = try Scratch()
        let repository = try await scratch.open(scratch.sample())
        let head = try #require(try await repository.objects.resolve("HEAD"))
        let first = try #require(try await repository.objects.resolve("light"))
        let name = "refs/git-model/stages/m/production"
        try await repository.updateReference(name, to: first, expecting: nil, reason: "promote")
        let error = await #expect(throws: GitError.self) {
            try await repository.updateReference(name, to: head, expecting: nil, reason: "promote")
        }
        #expect(error?.kind == .alreadyExists)
        try await repository.updateReference(name, to: head, expecting: first, reason: "promote")
        #expect(try await repository.objects.reference(name)?.objectID == head)
        await #expect(throws: GitError.self) { try await repository.deleteReference(name, expecting: first) }
        try await repository.deleteReference(name, expecting: head)
        #expect(try await repository.objects.reference(name) == nil)
    }

    @Test("have a reflog where there is a reason, and to tags none, which `git gc` would complain about")
    func logging() async throws {
        let scratch = try Scratch()
        let sample = try await scratch.sample()
        let repository = try await scratch.open(sample)
        let head = try #require(try await repository.objects.resolve("HEAD"))
        let tag = try await repository.createTag("m#production#1", on: head, message: "Promote")
        try await repository.updateReference("refs/git-model/a", to: head, expecting: nil, reason: "why")
        try await repository.updateReference("refs/git-model/b", to: tag, expecting: nil, reason: nil)
        try await scratch.git("reflog", "exists", "refs/git-model/a", in: sample)
        await #expect(throws: GitError.self) {
            try await scratch.git("reflog", "exists", "refs/git-model/b", in: sample)
        }
    }

    @Test(
        "obey the rules of git check-ref-format",
        arguments: [
            "refs/heads/main", "a", "a/b", "a/.b", ".a/b", "a/b.lock", "a.lock/b", "a..b/c", "a/b.", "a/b..", "a//b",
            "/a/b",
            "a/b/", "a/@", "@", "a/@{b", "a/{b", "a/b c", "a/b\tc", "a/~b", "a/b^", "a:b/c", "a/b?", "a/*", "a/[b",
            "a\\b/c",
            "a/ü", "a/-b", "a/b\u{7f}", "", "refs/tags/m@v1.0.0", "refs/tags/m@v1.0.0-rc.1+build", "HEAD",
            "a/lock",
        ]
    )
    func names(_ name: String) async throws {
        let scratch = try Scratch()
        let program = scratch.program(scratch.root)
        let full =
            try await program.run(["check-ref-format", GitArgument(name)], accepting: [0, 1, 129]).exitCode == 0
        #expect(GitReferenceName.isValid(name) == full)
        let short = try await program.run(
            ["check-ref-format", "--allow-onelevel", GitArgument(name)],
            accepting: [0, 1, 129]
        )
        #expect(GitReferenceName.isValid(name, isAbbreviated: true) == (short.exitCode == 0))
        let branch = try await program.run(["check-ref-format", "--branch", GitArgument(name)], accepting: [0, 128])
        // `--branch @` expands to the current branch, which is another question.
        if !name.hasPrefix("@") { #expect(GitReferenceName.isValidBranch(name) == (branch.exitCode == 0)) }
    }
}
