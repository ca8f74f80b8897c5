import TestSupport
import Testing

/// What `init` leaves where it stops, and what the next one makes of that.
@Suite struct InitializeTests {
    @Test func `A URL that cannot be used is refused before anything is written`() async throws {
        let session = try await Session(model: nil)
        let answer = await session.run("init", "--no-hooks", "--remote", "s3:bucket/models")
        #expect(answer.exitCode == 2 && answer.error.contains("s3://bucket/models"), "\(answer)")
        #expect(!session.scratch.exists(".mver"))
        try await session.succeed("init", "-q", "--no-hooks", "--remote", "../store")
        #expect(try await session.shell("git config -f .mver/config remote.store.url") == "../store\n")
    }

    @Test func `What an earlier one wrote and did not stage is staged`() async throws {
        let session = try await Session(model: nil)
        try await session.succeed("init", "-q", "--no-hooks", "--name", "small")
        try await session.shell("git rm -q -r --cached .")
        let again = try await session.succeed("init", "--no-hooks", "--name", "small")
        #expect(again.output.contains("  staged  .gitattributes, .mver/README.md, "), "\(again)")
        let files = ".gitattributes\n.mver/README.md\n.mver/config\n.mver/models/small.json\n"
        #expect(try await session.shell("git diff --cached --name-only") == files)
        try await session.shell("git commit -qm 'Set up' && git clone -q . ../clone && echo 1 > ../clone/a.bin")
        try await session.succeed("add", "-q", "a.bin", in: "../clone")
        let third = try await session.succeed("init", "--no-hooks", "--name", "small")
        #expect(try await session.shell("git status --short") == "", "\(third)")
    }
}
