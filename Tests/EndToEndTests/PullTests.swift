import TestSupport
import Testing

/// What a pull puts into the work tree, whatever it fetches: what the pointers there name.
@Suite struct PullTests {
    /// Two versions and a commit after them, all in the remote; a clone that has nothing of it yet.
    private static let setUp = """
        git model init -q --name small --remote ~/models && git commit -qm 'Set up'
        echo one > a.bin && echo old > old.bin && git model add -q a.bin old.bin && git commit -qm 1 && git model tag -q v1.0.0
        git model rm -q old.bin && echo two > a.bin && echo same | tee b.bin > c.bin && git model add -q a.bin b.bin c.bin
        git commit -qm 2 && git model tag -q v2.0.0 && echo three > a.bin && git model add -q a.bin && git commit -qm 3
        git model push -q --all && git clone -q . ~/c && cd ~/c

        """

    private func run(_ script: String) async throws -> ShellResult {
        try await ScratchRepository().run(Self.setUp + script)
    }

    @Test func `Artifacts with the same bytes are all restored`() async throws {
        let result = try await run(
            "git model pull | grep restored && git model status --exit-code && for f in *.bin; do cmp $f ~/sentiment/$f; done"
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(
            result.output == """
                  restored  a.bin  6 B
                  restored  b.bin  5 B
                  restored  c.bin  5 B
                small after v2.0.0, nothing changed

                """,
            "\(result.output)"
        )
    }

    @Test(arguments: ["--all", "--tags", "v1.0.0", "v1.0.0 v2.0.0", "--all --force"])
    func `Other versions are fetched, and the work tree keeps its own`(selection: String) async throws {
        let result = try await run(
            """
            git model pull -q && git model pull -q \(selection) && cat a.bin && ls *.bin && git model status --exit-code
            rm a.bin && git model pull -q \(selection) && cmp a.bin ~/sentiment/a.bin
            git model checkout -q --no-fetch v1.0.0 && cat a.bin
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(
            result.output == "three\na.bin\nb.bin\nc.bin\nsmall after v2.0.0, nothing changed\none\n",
            "\(result.output)"
        )
    }

    @Test func `All of history is pulled into a clone that has nothing`() async throws {
        let result = try await run("git model pull -q --all && cat *.bin && git model status --exit-code")
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output == "three\nsame\nsame\nsmall after v2.0.0, nothing changed\n", "\(result.output)")
    }

    @Test func `Only paths that are named are restored, and what the work tree does not have is only fetched`()
        async throws
    {
        let result = try await run(
            """
            git model pull -q -- c.bin && ls *.bin && rm c.bin && git model pull -q --all -- b.bin && ls *.bin
            rm b.bin && git model pull -q v1.0.0 -- old.bin && ! ls *.bin 2> ~/err && git model cat --no-fetch v1.0.0:old.bin
            rm -rf .git/model/store && git model pull -q --all -- old.bin && ! ls *.bin 2> ~/err && git model cat --no-fetch v1.0.0:old.bin
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output == "c.bin\nb.bin\nold\nold\n", "\(result.output)")
    }

    @Test func `What the work tree needs and a version does not have is missed, not replaced`() async throws {
        let result = try await run(
            """
            git model pull v1.0.0 2>&1 > ~/out || echo "exit $?"
            ls *.bin 2> ~/err || git model pull -q && cat a.bin
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(
            result.output == """
                error: a.bin: its bytes are not in the local store
                error: b.bin: its bytes are not in the local store
                error: c.bin: its bytes are not in the local store
                hint: get what the work tree needs: `git model pull`
                exit 3
                three

                """,
            "\(result.output)"
        )
    }
}
