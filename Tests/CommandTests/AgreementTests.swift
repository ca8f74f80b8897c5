import TestSupport
import Testing

/// What a URL means where it is typed, and what agreeing to it allows.
@Suite struct AgreementTests {
    private static func withArtifact(_ script: String = "true") async throws -> Session {
        let session = try await Session("echo 1 > a.bin")
        try await session.succeed("add", "-q", "a.bin")
        try await session.shell("git commit -qm one\n" + script)
        return session
    }

    @Test func `Agreement to a relative path says nothing about another repository`() async throws {
        let session = try await Self.withArtifact("mkdir ../deep")
        try await session.succeed("remote", "add", "-q", "store", "../store")
        try await session.succeed("push", "-q")
        let home = session.scratch.home
        #expect(try await session.shell("cat ~/.config/git-model/trust") == "\(home)/store\n")
        try await session.shell("git add .mver && git commit -qm remote && git clone -q . ../deep/other")
        let other = "../deep/other"
        try await session.shell("echo 1 > ../deep/other/a.bin")
        try await session.succeed("add", "-q", "a.bin", in: other)
        let answer = await session.run("push", in: other)
        #expect(answer.exitCode == 5)
        #expect(answer.error.contains("nobody on this machine agreed to \(home)/deep/store\n"))
        #expect(answer.error.contains("hint: agree to it: `git model trust \(home)/deep/store`\n"))
        #expect(!session.scratch.exists("../deep/store"))
        #expect(await session.run("trust", "store", in: other).output == "Agreed to \(home)/deep/store\n")
        try await session.succeed("trust", "--list", in: other)
    }

    @Test(
        arguments: [["push"], ["trust"], ["doctor"], ["remote", "list"], ["remote", "check"]]
    )
    func `The line to type for an agreement is safe to paste, whatever the URL has in it`(
        words: [String]
    ) async throws {
        let session = try await Self.withArtifact(
            "git config -f .mver/config remote.store.url '/nowhere/My Drive;touch ../pasted'"
        )
        let answer = await session.run(words)
        let line = "git model trust '/nowhere/My Drive;touch ../pasted'"
        #expect((answer.output + answer.error).contains(line), "\(answer)")
        guard words == ["push"] else { return }
        #expect(answer.error.contains("hint: or this once: `--trust '/nowhere/My Drive;touch ../pasted'`\n"))
        try await session.shell("git init -q plain && cd plain && \(line) >/dev/null && [ ! -e ../pasted ]")
    }

    @Test func `Agreement for one command may be spelled from where the user stands`() async throws {
        let session = try await Self.withArtifact("mkdir sub && git config -f .mver/config remote.store.url ../store")
        #expect(await session.run("push", "--trust", "../other").exitCode == 5)
        #expect(await session.run("push", "--trust", "../store", in: "sub").exitCode == 5)
        #expect(await session.run("push", "--trust", "../../store", in: "sub").exitCode == 0)
        #expect(session.scratch.exists("../store/format"))
    }

    @Test func `A path typed below the top means what it means there`() async throws {
        let session = try await Session(model: nil, "mkdir -p sub/deep && git init -q elsewhere && mkdir elsewhere/sub")
        try await session.succeed("init", "-q", "--no-hooks", "--remote", "../../../store", in: "sub/deep")
        #expect(try await session.shell("git config -f .mver/config remote.store.url") == "../store\n")
        try await session.succeed("init", "-q", "--no-hooks", "--remote", "../../../store", in: "sub/deep")
        let answer = try await session.succeed("remote", "add", "here", "./m", in: "sub")
        #expect(answer.output == "Added remote here → sub/m (this machine only)\n")
        #expect(await session.run("remote", "add", "-q", "here", "sub/m").exitCode == 0, "it is there already")
        #expect(await session.run("remote", "add", "here", "sub/n").exitCode == 5)
        let home = session.scratch.home
        let agreed = try await session.shell("cat ~/.config/git-model/trust")
        #expect(agreed == "\(home)/store\n\(session.scratch.path)/sub/m\n")
    }
}
