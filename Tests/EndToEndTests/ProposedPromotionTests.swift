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
            "bert#production#3 came after it was asked for: ask again\novertaken 3\nbert@v1.0.0\n",
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
}
