import Testing

/// Which model an artifact or a version belongs to where a repository has several, or where the name is wrong.
@Suite struct ModelChoiceTests {
    private static func two() async throws -> Session {
        let session = try await Session(model: "a")
        try await session.succeed("init", "-q", "--no-hooks", "--name", "b")
        try await session.shell("echo 1 > a.bin && echo 1 > b.bin")
        try await session.succeed("add", "-q", "--model", "a", "a.bin")
        try await session.succeed("add", "-q", "--model", "b", "b.bin")
        try await session.shell("git commit -qm one")
        return session
    }

    @Test(arguments: [["add", "-u"], ["add", "a.bin", "b.bin"]])
    func `An artifact that a model lists belongs to it`(words: [String]) async throws {
        let session = try await Self.two()
        try await session.shell("echo 2 > a.bin && echo 2 > b.bin")
        let answer = await session.run(words)
        #expect(answer.exitCode == 0, "\(answer)")
        #expect(answer.output.contains("modified  a.bin") && answer.output.contains("modified  b.bin"))
        #expect(try await session.shell("git status --short") == "M  a.bin.mver\nM  b.bin.mver\n")
    }

    @Test func `Only a new artifact needs a model, before anything is written`() async throws {
        let session = try await Self.two()
        try await session.shell("echo 2 > a.bin && echo new > new.bin")
        let answer = await session.run("add", "a.bin", "new.bin")
        #expect(answer.exitCode == 2)
        #expect(answer.error.hasPrefix("error: it is not clear which model new.bin belongs to: a, b\n"))
        #expect(answer.error.contains("`git model add --model a new.bin`"))
        #expect(try await session.shell("git status --short") == "?? new.bin\n")
        try await session.succeed("add", "--model", "b", "a.bin", "new.bin")
        #expect(try await session.shell("cat .mver/models/b.json").contains("new.bin"))
        #expect(try await !session.shell("cat .mver/models/b.json").contains("a.bin"))
    }

    @Test func `A version of one model lists that model's artifacts`() async throws {
        let session = try await Self.two()
        try await session.succeed("tag", "-q", "b@v1.0.0")
        let listed = try await session.succeed("ls", "v1.0.0").output
        #expect(listed.contains("b.bin") && !listed.contains("a.bin"))
        #expect(try await session.succeed("ls", "b@v1.0.0:b.bin").output == listed)
        #expect(await session.run("show", "v1.0.0").output.hasPrefix("b@v1.0.0\n"))
    }

    @Test func `A description that two branches added to is named with the way out`() async throws {
        let session = try await Session()
        try await session.shell("git switch -q -c other && echo 1 > a.bin")
        try await session.succeed("add", "-q", "a.bin")
        try await session.shell("git commit -qm a && git switch -q main && echo 2 > b.bin")
        try await session.succeed("add", "-q", "b.bin")
        // As on a machine that lacks the merge driver.
        let driver = "git merge-file -L ours -L base -L theirs %A %O %B"
        let merge = "git -c merge.git-model.driver='\(driver)' merge -q other > ../log"
        try await session.shell("git commit -qm b && ! \(merge)")
        let answer = await session.run("describe")
        #expect(answer.exitCode == 5 && answer.error.contains("keep what is right in it, then: "), "\(answer)")
        #expect(answer.error.contains("`git add .mver/models/small.json`"), "\(answer)")
    }

    @Test func `A revision shows only the artifacts that are asked for`() async throws {
        let session = try await Self.two()
        let both = try await session.succeed("show").output
        #expect(both.contains("a.bin") && both.contains("b.bin"), "\(both)")
        let one = try await session.succeed("show", "--", "b.bin").output
        #expect(one.contains("b.bin") && !one.contains("a.bin"), "\(one)")
        #expect(try await session.succeed("show", "HEAD", "--path", "b.bin.mver").output == one)
        let path = await session.run("show", "b.bin")
        #expect(path.exitCode == 5 && path.error.contains("`git model show -- b.bin`"), "\(path)")
        #expect(await session.run("show", "--", "none.bin").error.contains("none.bin is no artifact"))
    }

    @Test func `A version has the artifacts of its commit, whatever was moved or removed since`() async throws {
        let session = try await Self.two()
        try await session.succeed("mv", "-q", "a.bin", "c.bin")
        try await session.succeed("tag", "-q", "a@v1.0.0")
        let first = try await session.succeed("ls", "a@v1.0.0").output
        #expect(first.contains("a.bin") && !first.contains("b.bin") && !first.contains("c.bin"), "\(first)")
        try await session.shell("echo 2 > d.bin && git commit -qm Move")
        try await session.succeed("add", "-q", "--model", "a", "d.bin")
        try await session.shell("git commit -qm Two")
        try await session.succeed("rm", "-q", "d.bin")
        #expect(try await session.succeed("tag", "a@v1.1.0").output.contains(": 2 artifacts, "))
        let second = try await session.succeed("ls", "a@v1.1.0").output
        #expect(second.contains("c.bin") && second.contains("d.bin") && !second.contains("b.bin"), "\(second)")
    }

    @Test func `Metadata needs a model only where the artifacts tell none`() async throws {
        let session = try await Self.two()
        try await session.succeed("add", "--meta", "task=x", "a.bin")
        #expect(try await session.shell("cat .mver/models/a.json").contains("\"task\": \"x\""))
        let answer = await session.run("add", "--meta", "task=x", "a.bin", "b.bin")
        #expect(answer.exitCode == 2 && answer.error.contains("which model the metadata is about: a, b"))
    }

    @Test func `A model that is made by adding to it is told of`() async throws {
        let session = try await Session("echo 1 > a.bin && echo 2 > b.bin")
        try await session.succeed("add", "-q", "a.bin")
        let answer = try await session.succeed("add", "--model", "large", "b.bin")
        #expect(answer.error.contains("warning: model large is new: .mver/models/large.json describes it"))
    }

    @Test func `A mistyped model changes nothing`() async throws {
        let session = try await Session("echo 1 > a.bin")
        try await session.succeed("add", "-q", "a.bin")
        try await session.shell("git commit -qm one")
        let answer = await session.run("add", "--model", "typo", "a.bin")
        #expect(answer.exitCode == 5)
        #expect(answer.error.hasPrefix("error: there is no model 'typo'\nhint: there are: small\n"))
        #expect(try await session.shell("git status --short; ls .mver/models") == "small.json\n")
    }

    @Test(arguments: [
        ["tag", "nope@v1.0.0"], ["tag", "--bump", "minor", "--model", "nope"], ["tag", "--model", "nope"],
        ["list", "nope"], ["log", "nope"],
    ])
    func `An unknown model is refused with those there are`(words: [String]) async throws {
        let session = try await Session("echo 1 > a.bin")
        try await session.succeed("add", "-q", "a.bin")
        try await session.shell("git commit -qm one")
        let answer = await session.run(words)
        #expect(answer.exitCode == 5)
        #expect(answer.error.hasPrefix("error: there is no model 'nope'\nhint: there are: small\n"))
        #expect(answer.error.contains("`git model init --name nope`"))
        #expect(try await session.shell("git tag") == "")
    }

    @Test(arguments: [
        (["add", "--model", "bad name", "a.bin"], "\"bad name\" is no model name", 2),
        (["tag", "x y@v1.0.0"], "'x y@v1.0.0' names no version", 2),
        (["tag", "@v1.0.0"], "'@v1.0.0' names no version", 2),
        (["tag", "v01.0.0"], "versions look like v1.0.0", 2),
        (["list", "bad name"], "\"bad name\" is no model name", 2),
        (["mv", "a.bin", ".git/x"], "path .git/x leads into Git's own directory", 2),
        (["mv", "a.bin", "../x"], "../x is outside the repository", 5),
        (["cat", "HEAD:../x"], "../x is outside the repository", 5),
        (["add", "../x"], "cannot add ../x: it is outside the repository", 5),
        (["add", "bad\u{FFFD}"], "it is not UTF-8", 5),
    ])
    func `Bad names and paths are named, and are nobody's bug`(
        words: [String],
        message: String,
        exitCode: Int32
    ) async throws {
        let session = try await Session("echo 1 > a.bin")
        try await session.succeed("add", "-q", "a.bin")
        try await session.shell("git commit -qm one")
        let answer = await session.run(words)
        #expect(answer.exitCode == exitCode && answer.error.contains(message), "\(answer)")
    }
}
