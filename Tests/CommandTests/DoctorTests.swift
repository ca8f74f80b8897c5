import TestSupport
import Testing

/// `doctor` and `fsck` on what is wrong in tracked files.
@Suite struct DoctorTests {
    private static func withArtifact() async throws -> Session {
        let session = try await Session("echo 1 > a.bin")
        try await session.succeed("remote", "add", "-q", "store", "../store")
        try await session.succeed("add", "-q", "a.bin")
        try await session.shell("git add .mver && git commit -qm one")
        return session
    }

    @Test func `Everything that is wrong is named with what mends it`() async throws {
        let session = try await Self.withArtifact()
        try await session.shell(
            "rm ~/.config/git-model/trust && echo > .gitignore && echo '{' > .mver/models/small.json && echo x > b.mver"
        )
        let answer = await session.run("doctor")
        #expect(answer.exitCode == 1)
        let home = session.scratch.home
        for line in [
            "wrong    .mver/models/small.json: ", "mend it: git checkout -- .mver/models/small.json",
            "wrong    b.mver: it does not begin", "missing  line for a.bin in .gitignore  mend it: git model add a.bin",
            "missing  your agreement to write to remote store  mend it: git model trust \(home)/store",
        ] { #expect(answer.output.contains(line), "\(line)\n\(answer.output)") }
    }

    @Test func `It goes on behind a broken configuration`() async throws {
        let session = try await Self.withArtifact()
        try await session.shell("echo '[' > .mver/config")
        let answer = await session.run("doctor")
        #expect(answer.exitCode == 1)
        #expect(answer.output.contains("mend it: git checkout -- .mver/config"))
        #expect(answer.output.contains("store: .git/model can be written to"), "\(answer)")
    }

    @Test func `The manual page is where Git finds it, or it is said how`() async throws {
        let session = try await Self.withArtifact()
        try await session.succeed("install", "-q")
        let output = try await session.succeed("doctor").output
        let found = try await session.shell("command -v man >/dev/null || echo none; man -w git-model 2>&1 || true")
        let isSound = found.hasPrefix("/") || found.hasPrefix("none")
        #expect(output.contains(isSound ? "manual page: /" : "mend it: export MANPATH="), "\(output)")
    }

    @Test func `A description that is none is named with the command that restores it`() async throws {
        let session = try await Self.withArtifact()
        try await session.shell("echo '{' > .mver/models/small.json")
        let answer = await session.run("list")
        #expect(answer.error.hasPrefix("error: .mver/models/small.json describes no model: "))
        #expect(answer.error.contains("`git checkout -- .mver/models/small.json`"))
    }

    @Test func `A name from the repository is one word of a command, and what is no model's goes`() async throws {
        let session = try await Self.withArtifact()
        try await session.shell("echo 1 > 'my model.bin'")
        try await session.succeed("add", "-q", "my model.bin")
        try await session.shell(
            "echo '{}' > '.mver/models/x;touch pwned;.json' && echo x > 'my model.bin.mver' && git add -A"
        )
        let answer = await session.run("doctor")
        for remedy in ["git rm -- '.mver/models/x;touch pwned;.json'", "git checkout -- 'my model.bin.mver'"] {
            #expect(answer.output.contains("mend it: \(remedy)\n"), "\(answer)")
        }
        let hint = "hint: take it away: `git rm -- '.mver/models/x;touch pwned;.json'`\n"
        let error = await session.run("list").error
        #expect(error.contains(hint), "\(error)")
    }

    @Test func `A line that takes back what is ignored is named, for another one helps nobody`() async throws {
        let session = try await Self.withArtifact()
        try await session.shell("echo '!*.bin' >> .gitignore")
        let output = await session.run("doctor").output
        let found = "wrong    Git does not ignore a.bin: line 2 of .gitignore is !*.bin  mend it: move that line before"
        #expect(output.contains(found) && !output.contains("git model add a.bin"), "\(output)")
    }

    @Test func `A pointer of a newer version is not called damaged`() async throws {
        let session = try await Self.withArtifact()
        try await session.shell("sed 's/pointer 1/pointer 9/' a.bin.mver > n.bin.mver")
        let answer = await session.run("fsck")
        #expect(answer.exitCode == 0)
        #expect(answer.output.contains("newer") && !answer.output.contains("damaged"), "\(answer)")
    }

    @Test func `A pointer with another size or kind than its object is what is wrong`() async throws {
        let session = try await Self.withArtifact()
        try await session.shell("mkdir t && echo 1 > t/x")
        try await session.succeed("add", "-q", "t")
        try await session.shell("sed 's/^size .*/size 5/' a.bin.mver > size.bin.mver")
        try await session.shell(
            "sed 's/file/tree/' a.bin.mver > tree.bin.mver && sed 's/tree/file/' t.mver > file.bin.mver"
        )
        for (path, problem) in [
            ("size.bin", "it says 5 bytes, but its object has 2"),
            ("tree.bin", "it says that its object is a tree, but that is a file"),
            ("file.bin", "it says that its object is a file, but that is a tree"),
        ] {
            let answer = await session.run("checkout", "--", path)
            #expect(
                answer.exitCode != 0 && answer.error.contains("\(path).mver: the pointer is wrong: \(problem)"),
                "\(answer)"
            )
        }
        let pull = try await Session.clone(of: session)
        #expect(pull.exitCode == 3)
        #expect(pull.error.contains("error: size.bin.mver: the pointer is wrong: it says 5 bytes"), "\(pull)")
        let fsck = await session.run("fsck")
        #expect(fsck.output.contains("size.bin.mver") && fsck.output.contains("it says 5 bytes"), "\(fsck)")
    }

    @Test func `Times are ISO 8601 in UTC`() async throws {
        let session = try await Self.withArtifact()
        try await session.succeed("tag", "-q", "v1.0.0")
        for words in [["tag"], ["list"], ["log"], ["show"]] {
            let answer = await session.run(words + ["--json"])
            #expect(answer.output.contains("\"date\":\"2026-01-02\""), "\(words)")
            #expect(answer.output.contains("\"time\":\"2026-01-02T03:04:05Z\""), "\(words)")
        }
    }
}

extension Session {
    /// Commits and pushes everything, clones the repository and pulls in the clone.
    fileprivate static func clone(of session: Session) async throws -> Answer {
        try await session.shell(
            "mkdir ../keep && mv size.bin.mver tree.bin.mver file.bin.mver ../keep && git commit -qam x"
        )
        try await session.succeed("push", "-q")
        try await session.shell(
            "mv ../keep/* . && git add -f *.mver && git commit -qm wrong && git clone -q . ../clone"
        )
        return await session.run("pull", in: "../clone")
    }
}
