import TestSupport
import Testing

/// What `diff` says of a work tree whose artifacts are not what their pointers say.
@Suite struct WorkTreeDiffTests {
    /// Two artifacts, of which `m.safetensors` has two versions; the earlier one is in `~/1`.
    private static func session() async throws -> Session {
        let session = try await Session("seq 9 > b.bin")
        var model = SafetensorsBytes([("layer.0", 70_000), ("layer.1", 70_000)], seed: 1)
        for turn in 1...2 {
            try session.scratch.write(model.bytes, to: "../\(turn)")
            try session.scratch.write(model.bytes, to: "m.safetensors")
            try await session.succeed("add", "-q", "b.bin", "m.safetensors")
            try await session.shell("git commit -qm \(turn)")
            model.train(["layer.1"], seed: 2)
        }
        return session
    }

    @Test func `What was changed and not added differs, and what is inside is not said to be known`() async throws {
        let session = try await Self.session()
        let before = try await session.succeed("diff", "--exit-code")
        #expect(before.output.hasSuffix("No artifact differs\n") && before.error == "", "\(before)")
        try await session.shell("printf x >> m.safetensors")
        for words in [["diff"], ["diff", "HEAD"], ["diff", "--", "m.safetensors"], ["diff", "--md"]] {
            let answer = await session.run(words + (words.contains("--") ? [] : ["--exit-code"]))
            #expect(answer.exitCode == (words.contains("--") ? 0 : 1), "\(answer)")
            #expect(answer.output.contains("modified") && answer.output.contains("m.safetensors"), "\(answer)")
            #expect(answer.output.contains("what changed inside is not known: it was not added yet"), "\(answer)")
            for text in [
                "warning: m.safetensors is not as it was added: what lies in the work tree is compared\n",
                "`git model add -u`",
            ] { #expect(answer.error.contains(text), "\(text): \(answer)") }
        }
        let document = try await session.succeed("diff", "--json")
        #expect(document.output.contains(#""unchanged":1"#), "\(document)")
        try await session.succeed("diff", "--exit-code", "--", "b.bin")
        try await session.succeed("add", "-q", "-u")
        let added = await session.run("diff", "--exit-code")
        #expect(added.exitCode == 1 && !added.output.contains("not added yet"), "\(added)")
    }

    @Test func `What was deleted was removed, whether or not Git knows it`() async throws {
        let session = try await Self.session()
        try await session.shell("rm m.safetensors")
        for words in [["diff", "--exit-code"], ["diff", "--exit-code", "--recompute"]] {
            let answer = await session.run(words)
            #expect(answer.exitCode == 1 && answer.output.contains("removed  m.safetensors"), "\(answer)")
            #expect(answer.error.contains("`git model checkout`"), "\(answer)")
        }
        // What its pointer says differs all the same, and can be told in more detail.
        let earlier = try await session.succeed("diff", "HEAD~1")
        #expect(earlier.output.contains("  tensors: 1 changed, 1 unchanged\n"), "\(earlier)")
        #expect(
            earlier.error.contains("warning: m.safetensors is not in the work tree: what its pointer says is compared")
        )
    }

    @Test func `An earlier version in the work tree is compared down to its tensors`() async throws {
        let session = try await Self.session()
        try await session.shell("cp ../1 m.safetensors")
        let answer = try await session.succeed("diff")
        #expect(answer.output.contains("  tensors: 1 changed, 1 unchanged\n"), "\(answer)")
        #expect(answer.error.contains("m.safetensors is not as it was added") && !answer.error.contains("add -u"))
        let same = try await session.succeed("diff", "--exit-code", "HEAD~1")
        #expect(same.output.hasSuffix("No artifact differs\n"), "\(same)")
    }

    @Test func `Of what a clone never got, pointers are compared, and that is said`() async throws {
        let session = try await Self.session()
        try await session.shell("git clone -q . ../clone")
        let answer = await session.run("diff", "--exit-code", in: "../clone")
        #expect(answer.exitCode == 0, "\(answer)")
        let warning = "b.bin and 1 more are not in the work tree: what their pointers say is compared"
        #expect(answer.error.contains(warning), "\(answer)")
        let document = await session.run("diff", "--json", in: "../clone")
        #expect(document.output.contains(#""unchanged":0"#), "\(document)")
    }

    @Test func `Where nothing was checked out yet, nothing counts as removed`() async throws {
        let session = try await Self.session()
        // Its artifacts are in the store that both worktrees share.
        try await session.shell("git worktree add -q --detach ../tree")
        for words in [["diff", "--exit-code"], ["diff", "--exit-code", "--", "b.bin"]] {
            let answer = await session.run(words, in: "../tree")
            #expect(answer.exitCode == 0 && !answer.output.contains("removed"), "\(answer)")
            #expect(
                answer.error.contains("not in the work tree: what ") && answer.error.contains("`git model checkout`")
            )
        }
        try await session.shell("cp b.bin ../tree")
        let answer = await session.run("diff", "--exit-code", "--", "m.safetensors", in: "../tree")
        #expect(answer.exitCode == 1 && answer.output.contains("removed  m.safetensors"), "\(answer)")
    }

    @Test func `A link in the place of an artifact is a problem, and followed by nobody`() async throws {
        let session = try await Self.session()
        try await session.shell("rm m.safetensors && ln -s ../1 m.safetensors")
        let answer = await session.run("diff")
        #expect(answer.exitCode == 3, "\(answer)")
        #expect(answer.error.contains("m.safetensors: what is in its place is neither a file nor a directory"))
    }

    @Test(arguments: [
        ("main..HEAD", "main HEAD"), ("main...", "main HEAD"), ("..it's", "HEAD 'it'\\''s'"),
    ]) func `Whoever writes a range is told that it is two words`(range: String, words: String) async throws {
        let session = try await Session("git commit -q --allow-empty -m Next")
        let answer = await session.run("diff", range)
        #expect(answer.exitCode == 5, "\(answer)")
        #expect(answer.error.contains("hint: two versions are two words: `git model diff \(words)`\n"), "\(answer)")
    }

    @Test(arguments: ["..", "../data", "data/.."])
    func `Whoever names a directory above as a version is told where paths go`(path: String) async throws {
        let session = try await Session("mkdir -p sub/data data && git commit -q --allow-empty -m Next")
        let answer = await session.run("diff", path, in: "sub")
        #expect(answer.exitCode == 5, "\(answer)")
        #expect(answer.error.contains("hint: paths go behind `--`: `git model diff -- \(path)`\n"), "\(answer)")
        #expect(!answer.error.contains("two words"), "\(answer)")
    }
}
