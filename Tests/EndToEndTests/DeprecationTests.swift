import TestSupport
import Testing

/// What is taken back: by whom others know it, and what brings it back.
@Suite struct DeprecationTests {
    private func run(_ script: String) async throws -> String {
        let result = try await ScratchRepository(named: "bert").run(StageTests.setUp + script)
        #expect(result.exitCode == 0, "\(result.output)")
        return result.output
    }

    @Test func `What is taken back already is not again, and a draft of it is pushed`() async throws {
        let output = try await run(
            """
            git model deprecate -q v1.0.0 && git model deprecate v1.0.0
            git model deprecate -q v1.1.0 --local 2> ~/log && git model deprecate v1.1.0 -m Why 2>&1 || echo other $?
            git model deprecate v1.1.0 && git model deprecate bert -q && git model deprecate bert
            git tag -l '*!*' && git ls-remote --refs origin '*!*' | cut -f2
            """
        )
        #expect(
            output.hasPrefix(
                "bert@v1.0.0 is taken back already: bert@v1.0.0!\n"
                    + "error: bert@v1.1.0! says it already, as a draft, which only this clone has\n"
            ),
            "\(output)"
        )
        let tags = ["bert@v1.0.0!", "bert@v1.1.0!"]
        let list = tags.map { $0 + "\n" }.joined() + tags.map { "refs/tags/\($0)\n" }.joined()
        #expect(
            output.hasSuffix(
                "other 5\nbert@v1.1.0 is taken back: bert@v1.1.0!, pushed to origin\n"
                    + "bert is taken back already: bert@deprecated\n" + list
            ),
            "\(output)"
        )
    }

    @Test func `Nothing is promoted in a stage whose version only this clone holds for taken back`() async throws {
        let output = try await run(
            """
            git model promote -q v1.0.0 production && git model promote -q v1.1.0 production
            git model deprecate -q v1.1.0 --local && git model promote v1.0.0 production || echo local $?
            git model promote -q v1.0.0 staging && git tag -d 'bert@v1.1.0!' > ~/log && git model promote v1.0.0 production
            git model deprecate -q v1.0.0 && git model promote v1.1.0 production
            """
        )
        for text in [
            "error: cannot promote bert@v1.0.0: v1.1.0 of production is taken back in this clone only, by bert@v1.1.0!, "
                + "which origin does not have\n",
            "hint: push it: `git push origin 'bert@v1.1.0!'`\nhint: or drop it: `git tag -d 'bert@v1.1.0!'`\nlocal 5\n",
            "production has bert@v1.0.0 now (before: v1.1.0): bert#production#4, pushed to origin\n",
            "production has bert@v1.1.0 ",
        ] { #expect(output.contains(text), "\(text): \(output)") }
    }

    @Test func `What this clone alone holds for taken back is no matter where it left the stage, or others came after`()
        async throws
    {
        let output = try await run(
            """
            seq 3 50000 > w.bin && git model add -q w.bin && git commit -qm Three && git model tag -q v1.2.0 --push
            git model promote -q v1.0.0 production && git model demote -q v1.0.0 production
            git model promote -q v1.0.0 staging && git model promote -q v1.1.0 staging
            git model deprecate -q v1.0.0 --local && git model promote v1.1.0 production && git model promote v1.2.0 staging
            """
        )
        for text in [
            "production has bert@v1.1.0 now: bert#production#",
            "staging has bert@v1.2.0 now (before: v1.1.0): bert#staging#",
        ] { #expect(output.contains(text), "\(text): \(output)") }
    }

    @Test func `A version has the time that it is given, whatever happened to the model at other times`() async throws {
        let output = try await run(
            """
            GIT_COMMITTER_DATE=2027-01-01T00:00:00Z git model promote -q v1.1.0 production
            seq 3 50000 > w.bin && git model add -q w.bin && git commit -qm Three
            GIT_COMMITTER_DATE=2024-05-01T00:00:00Z git model tag -q v1.2.0
            git for-each-ref --format='%(taggerdate:short)' refs/tags/bert@v1.2.0
            """
        )
        #expect(output.hasSuffix("2024-05-01\n"), "\(output)")
    }

    @Test func `A version that is tagged anew counts, also where GTO numbered it at another time`() async throws {
        let output = try await run(
            """
            git tag -am Six 'bert@v1.1.0#6' && GIT_COMMITTER_DATE=2024-05-01T00:00:00Z git model tag -q v1.1.0 --force
            git model show latest --json | grep -o '"name":"[^"]*"'
            """
        )
        #expect(output.hasSuffix("\"name\":\"bert@v1.1.0\"\n"), "\(output)")
    }

    @Test func `What is tagged after it was taken back is there again, whatever the clock says`() async throws {
        let output = try await run(
            """
            git model deprecate -q v1.1.0 --local && git model show latest --json | grep -o '"name":"[^"]*"'
            git model tag -q v1.1.0 --force && git model show latest --json | grep -o '"name":"[^"]*"'
            git model deprecate -q bert --local && git model list | grep -o '(deprecated)'
            seq 3 50000 > w.bin && git model add -q w.bin && git commit -qm Three && git model tag -q v1.2.0
            git model list | grep -o '(deprecated)' || echo alive
            """
        )
        #expect(
            output.hasSuffix("\"name\":\"bert@v1.0.0\"\n\"name\":\"bert@v1.1.0\"\n(deprecated)\nalive\n"),
            "\(output)"
        )
    }
}
