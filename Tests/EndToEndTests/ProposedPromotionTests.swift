import TestSupport
import Testing

/// Promotions that a reviewed file asks for, in clones that do not know what happened since.
@Suite struct ProposedPromotionTests {
    /// A request of the 3rd that was granted, a clone from then, and a rollback of the 4th.
    private static let setUp =
        StageTests.setUp + """
            git model promote -q v1.0.0 production && git model promote -q --propose v1.1.0 production 2> ~/log
            GIT_COMMITTER_DATE=2026-01-03T00:00:00Z git commit -qm Ask && git push -q
            git model promote -q --proposed && git clone -q ~/origin.git ~/behind
            GIT_COMMITTER_DATE=2026-01-04T00:00:00Z git model promote -q v1.0.0 production

            """

    private func run(_ script: String) async throws -> String {
        let result = try await ScratchRepository(named: "bert").run(Self.setUp + script)
        #expect(result.exitCode == 0, "\(result.output)")
        return result.output
    }

    @Test func `A rollback that this clone has not fetched is not undone`() async throws {
        let output = try await run(
            """
            cd ~/behind && git model which production && git model promote --proposed || echo overtaken $?
            git model which production && git ls-remote --tags --refs origin 'bert#*' | cut -f2
            """
        )
        #expect(
            output.hasSuffix(
                """
                bert@v1.1.0
                error: bert@v1.1.0 to production: bert#production#3 came after it was asked for: ask again
                hint: ask again: `git model promote --propose bert@v1.1.0 production`, and commit that
                hint: or promote it all the same: `git model promote bert@v1.1.0 production`
                overtaken 3
                bert@v1.0.0
                refs/tags/bert#production#1
                refs/tags/bert#production#2
                refs/tags/bert#production#3

                """
            ),
            "\(output)"
        )
    }

    @Test func `After a rollback the same can be asked for again, once for each rollback`() async throws {
        let output = try await run(
            """
            ask() { git model promote --propose v1.1.0 production 2> ~/log; }
            day() { GIT_COMMITTER_DATE=2026-01-0${1}T00:00:00Z git commit -qam "Ask on day $1" && git push -q; }
            ask && ask && tr -d ' \\n' < .mver/stages.json && echo && day 5 && git model promote --proposed 2> ~/log
            ask && git model verify v1.1.0 | grep stages && git diff --exit-code HEAD
            GIT_COMMITTER_DATE=2026-01-06T00:00:00Z git model demote -q v1.1.0 production
            (cd ~/behind && git pull -q && ask && tr -d ' \\n' < .mver/stages.json && echo)
            git model promote --propose v1.1.0 production -m x 2> ~/log || echo usage $?
            git model deprecate -q v1.1.0 && { git model promote --propose v1.1.0 staging || echo withdrawn $?; }
            """
        )
        let again = { (count: Int) in #"{"bert":{"production":{"again":\#(count),"version":"v1.1.0"}}}"# + "\n" }
        let asks = ".mver/stages.json asks for bert@v1.1.0 in production"
        let staged = asks + ", and is staged\n"
        #expect(
            output.hasPrefix(
                staged + staged + again(1)
                    + "production has bert@v1.1.0 now (before: v1.0.0): bert#production#4, pushed to origin\n"
                    + asks + " already\npass  stages     production\n" + staged + again(2) + "usage 2\n"
            ),
            "\(output)"
        )
        #expect(output.contains("cannot propose bert@v1.1.0: it was taken back\n"), "\(output)")
        #expect(output.hasSuffix("withdrawn 5\n"), "\(output)")
    }

    @Test func `A shallow clone that does not know when it was asked for promotes nothing`() async throws {
        let output = try await run(
            """
            GIT_COMMITTER_DATE=2026-01-05T00:00:00Z git commit -q --allow-empty -m Later && git push -q
            git clone -q --depth 1 "file://$HOME/origin.git" ~/shallow && cd ~/shallow
            git model promote --proposed || echo unknown $?
            git fetch -q --unshallow --tags && git model promote --proposed || echo overtaken $?
            git model which production
            """
        )
        for text in [
            "error: bert@v1.1.0 to production: this clone is shallow, and does not tell whether bert#production#3 came after",
            "hint: get the rest of its history: `git fetch --unshallow`\nunknown 3\n",
            "bert#production#3 came after it was asked for: ask again\n",
            "`git model promote bert@v1.1.0 production`\novertaken 3\nbert@v1.0.0\n",
        ] { #expect(output.contains(text), "\(text): \(output)") }
    }

    @Test func `A shallow clone that knows when it was asked for promotes`() async throws {
        let output = try await run(
            """
            git model promote -q --propose v1.1.0 staging 2> ~/log
            GIT_COMMITTER_DATE=2026-01-05T00:00:00Z git commit -qm 'Ask for staging' && git push -q
            git model promote -q v1.0.0 staging
            GIT_COMMITTER_DATE=2026-01-06T00:00:00Z git commit -q --allow-empty -m Later && git push -q
            git clone -q --depth 1 "file://$HOME/origin.git" ~/shallow && cd ~/shallow
            git model promote --proposed || echo unknown $?
            git fetch -q --depth 3 && git model promote --proposed || echo partly $?
            """
        )
        for text in ["whether bert#staging#4 came after", "unknown 3\n", "staging has bert@v1.1.0 now", "partly 3\n"] {
            #expect(output.contains(text), "\(text): \(output)")
        }
    }

    @Test func `A merge passes on what a branch asked for, and does not ask again`() async throws {
        let result = try await ScratchRepository(named: "bert").run(
            StageTests.setUp + """
                ask() {
                    printf '{"bert": {"production": "%s", "staging": "%s"}}\\n' $1 $2 > .mver/stages.json
                    git add -A && GIT_COMMITTER_DATE=2026-01-0${3}T00:00:00Z git commit -qm "Ask on day $3"
                }
                git model promote -q v1.0.0 production && git model promote -q v1.0.0 staging && ask v1.0.0 v1.0.0 2
                git checkout -q -b topic && ask v1.1.0 v1.0.0 3 && git checkout -q main && ask v1.0.0 v1.1.0 4
                export GIT_COMMITTER_DATE=2026-01-05T00:00:00Z
                git model promote -q v1.1.0 production && git model promote -q v1.0.0 production
                git merge -q -s ours --no-commit topic > ~/log 2>&1 && ask v1.1.0 v1.1.0 6 && git push -q
                git model promote --proposed || echo overtaken $?
                ask v1.0.0 v1.1.0 7 && ask v1.1.0 v1.1.0 8 && git push -q && git model promote --proposed
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "staging has bert@v1.1.0 now (before: v1.0.0): bert#staging#5, pushed to origin\n",
            "error: bert@v1.1.0 to production: bert#production#4 came after it was asked for: ask again\n",
            "overtaken 3\nproduction has bert@v1.1.0 now (before: v1.0.0): bert#production#6, pushed to origin\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `In a sparse checkout, what others asked for stays`() async throws {
        let output = try await run(
            """
            git sparse-checkout set src && test ! -e .mver && git model promote -q --propose v1.0.0 canary 2> ~/log
            git show :.mver/stages.json | tr -d ' \\n' && git commit -qm More && git sparse-checkout disable && rm .mver/stages.json
            git model promote -q --propose v1.1.0 canary 2> ~/log && tr -d ' \\n' < .mver/stages.json
            """
        )
        let asked = #"{"bert":{"canary":"v1.0.0","production":"v1.1.0"}}{"bert":{"canary":"v1.1.0"}}"#
        #expect(output.hasSuffix(asked), "\(output)")
    }

    @Test func `A file that asks for nothing anybody can read is named, and does not pass review`() async throws {
        let output = try await run(
            """
            git switch -q -c broken && echo '{"bert"' > .mver/stages.json && git commit -qam Broken
            git model check main..HEAD || echo check $?
            git model verify --offline v1.0.0 || echo verify $?
            git model promote --proposed || echo proposed $?
            git model promote --propose v1.1.0 staging || echo propose $?
            """
        )
        for text in [
            "after it, .mver/stages.json of ", "check 1\n", "verify 4\n", "proposed 4\n",
            "error: .mver/stages.json cannot be read: ", "hint: mend it and commit that", "propose 4\n",
        ] { #expect(output.contains(text), "\(text): \(output)") }
        #expect(!output.contains("git model fsck"), "\(output)")
    }
}
