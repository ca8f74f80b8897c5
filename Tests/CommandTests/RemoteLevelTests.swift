import Testing

/// What `remote add`, `default` and `remove` say where Git's own configuration has such a remote, too.
@Suite struct RemoteLevelTests {
    private static let reason = "for what this user configured counts before .mver/config\n"

    @Test func `A remote that only this user has is added for everybody, and says so where it stays another here`()
        async throws
    {
        let session = try await Session("git config git-model.remote.two.url /s2")
        let same = try await session.succeed("remote", "add", "two", "/s2")
        #expect(try await session.shell("git config --file .mver/config remote.two.url") == "/s2\n")
        #expect(!same.error.contains("warning: "), "\(same)")
        let other = try await session.succeed("remote", "add", "--force", "two", "/s3")
        #expect(other.error.contains("warning: here remote two is /s2, " + Self.reason), "\(other)")
        let way = "git config --unset git-model.remote.two.url"
        #expect(other.error.contains("hint: go by that file: `\(way)`\n"), "\(other)")
        #expect(try await session.succeed("remote", "list").output.contains(" /s2 "))
        try await session.shell(way)
        #expect(try await session.succeed("remote", "list").output.contains(" /s3 "))
    }

    @Test func `A default that does not count here is told`() async throws {
        let session = try await Session()
        for name in ["one", "two"] { try await session.succeed("remote", "add", name, "/\(name)") }
        try await session.shell("git config git-model.remote.default one")
        let way = "git config --unset git-model.remote.default"
        for word in ["now", "already"] {
            let chosen = try await session.succeed("remote", "default", "two")
            #expect(chosen.output == "The default remote is \(word) two\n")
            #expect(chosen.error.contains("warning: here the default stays one, " + Self.reason), "\(chosen)")
            #expect(chosen.error.contains("hint: go by that file: `\(way)`\n"), "\(chosen)")
        }
        #expect(try await session.succeed("remote", "default").output == "one\n")
        try await session.shell(way)
        #expect(try await session.succeed("remote", "default").output == "two\n")
        #expect(try await session.succeed("remote", "default", "two").error.isEmpty)
    }

    @Test func `A remote that stays here although it was removed is told`() async throws {
        let session = try await Session()
        try await session.succeed("remote", "add", "two", "/s2")
        try await session.shell("git config git-model.remote.two.url /s9")
        let removed = try await session.succeed("remote", "remove", "two")
        #expect(removed.output == "Removed remote two; what is in /s2 stays\n")
        #expect(removed.error.contains("warning: here remote two is /s9, " + Self.reason), "\(removed)")
        let way = "git config --unset git-model.remote.two.url"
        #expect(removed.error.contains("hint: go by that file: `\(way)`\n"), "\(removed)")
        try await session.shell(way)
        #expect(try await session.succeed("remote", "list").output.isEmpty)
    }

    @Test func `What init is to set up for everybody is not only this user's`() async throws {
        let session = try await Session("git config git-model.remote.store.url /s1")
        try await session.succeed("init", "--no-hooks", "--remote", "/s1")
        #expect(try await session.shell("git config --file .mver/config remote.store.url") == "/s1\n")
        try await session.shell("git config git-model.remote.store.url /s2")
        let refused = await session.run("init", "--no-hooks", "--remote", "/s2")
        #expect(refused.exitCode == 5 && refused.error.contains("remote store is /s1 already\n"), "\(refused)")
    }
}
