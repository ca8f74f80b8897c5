import TestSupport
import Testing

/// Drafts of promotions: what is pushed is what was asked for, and nothing that others cannot follow.
@Suite struct DraftTests {
    private func run(_ script: String) async throws -> String {
        let result = try await ScratchRepository(named: "bert").run(StageTests.setUp + script)
        #expect(result.exitCode == 0, "\(result.output)")
        return result.output
    }

    @Test func `Where the Git remote cannot be asked, drafts are named, and are there to be made`() async throws {
        let output = try await run(
            """
            git remote set-url origin ~/gone && git model promote v1.0.0 production || echo promote $?
            git model deprecate v1.1.0 || echo deprecate $?; git model stages --check-remote || echo stages $?
            git model promote -q v1.0.0 production --local && git model which production; git tag -l '*#*'
            git remote remove origin && git model stages --check-remote || echo nobody $?
            """
        )
        let refusal = "error: origin cannot be asked now, and so nothing was done\n"
        let hint = "hint: make a draft, which only this clone has: `--local`\n"
        #expect(output.ranges(of: refusal).count == 2, "\(output)")
        for code in ["promote 13\n", "deprecate 13\n"] { #expect(output.contains(hint + code), "\(output)") }
        #expect(output.ranges(of: hint).count == 2, "\(output)")
        #expect(
            output.hasSuffix(
                "v1.0.0\nbert#production#1\nerror: no Git remote is set up that could be asked\n"
                    + "hint: add one: `git remote add origin URL`\nnobody 5\n"
            ),
            "\(output)"
        )
    }

    @Test func `A draft that says something else than was asked for is not pushed`() async throws {
        let output = try await run(
            """
            git model promote -q v1.0.0 staging --local && git model promote v1.0.0 staging -m 'Approved in CHG-7' || echo words $?
            git model promote v1.0.0 staging --sign || echo unsigned $?
            git ls-remote origin | grep -c '#' || git tag -d 'bert#staging#1' > ~/log
            git model promote -q v1.0.0 staging --local -m 'Approved in CHG-7'
            git model promote v1.0.0 staging -m 'Approved in CHG-7' && git cat-file tag 'bert#staging#1' | grep -c CHG-7
            """
        )
        for text in [
            "error: cannot push the draft bert#staging#1: it has another message\n",
            "hint: drop the draft, then do it again: `git tag -d 'bert#staging#1'`\n",
            "hint: or push it as it is: `git model promote bert@v1.0.0 staging`\nwords 5\n",
            "error: cannot push the draft bert#staging#1: it is not signed\n", "unsigned 5\n0\n",
            "staging has bert@v1.0.0 now: bert#staging#1, pushed to origin\n1\n",
        ] { #expect(output.contains(text), "\(text): \(output)") }
    }

    @Test func `A draft whose gates said something else is made anew`() async throws {
        let output = try await run(
            """
            echo '{"accuracy": 0.5}' > metrics.json && git config -f .mver/config gate.production.metric 'accuracy >= 0.1'
            git add -A && git commit -qm Gate && git model tag -q v1.2.0 --push && git model promote -q v1.2.0 production --local
            git config -f .mver/config gate.production.metric 'accuracy >= 0.2' && git commit -qam Raise && git push -q
            git model promote v1.2.0 production || echo gates $?
            git tag -d 'bert#production#1' > ~/log && git model promote v1.2.0 production
            git cat-file tag 'bert#production#1' | grep '^Gate'
            """
        )
        for text in [
            "error: cannot push the draft bert#production#1: the gates of production say something else now\n",
            "gates 5\n",
            "production has bert@v1.2.0 now: bert#production#1, pushed to origin\nGate: accuracy >= 0.2: it is 0.5\n",
        ] { #expect(output.contains(text), "\(text): \(output)") }
    }

    @Test func `A draft on top of another is not pushed alone`() async throws {
        let output = try await run(
            """
            git model promote -q v1.0.0 production --local && git model promote -q v1.1.0 production --local
            git model promote v1.1.0 production || echo several $?
            git ls-remote origin | grep -c '#' || git tag -d 'bert#production#1' 'bert#production#2' > ~/log
            git model promote v1.1.0 production && git model demote v1.1.0 production && git model which production || echo none $?
            """
        )
        for text in [
            "error: production of bert has several drafts that origin does not have: bert#production#1, bert#production#2\n",
            "`git tag -d 'bert#production#1' 'bert#production#2'`\nseveral 5\n0\n",
            "production has bert@v1.1.0 now: bert#production#1, pushed to origin\n", "none 1\n",
        ] { #expect(output.contains(text), "\(text): \(output)") }
    }

    @Test func `A version that only a draft of a demotion brings back into its stage is not said to be in it`()
        async throws
    {
        let output = try await run(
            """
            git model promote -q v1.0.0 production && git model promote -q v1.1.0 production
            git model demote -q v1.1.0 production --local && git model which production
            git model promote v1.0.0 production || echo draft $?
            """
        )
        #expect(output.contains("bert@v1.0.0\n") && output.hasSuffix("draft 5\n"), "\(output)")
        #expect(
            output.contains("production of bert has a draft that origin does not have: bert#production!#3"),
            "\(output)"
        )
    }
}
