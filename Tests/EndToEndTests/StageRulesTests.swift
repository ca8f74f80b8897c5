import TestSupport
import Testing

/// Whose gates and signers count: those of the Git remote's default branch, whatever is checked out, and also where
/// the clone does not know which branch that is.
@Suite struct StageRulesTests {
    /// A clone that was made without `git clone`; `origin` asks for what no version has, and `lax` is from before.
    private static let setUp =
        StageTests.setUp + """
            git config -f .mver/config gate.production.metric 'accuracy >= 0.9' && git commit -qam Gates && git push -q
            git show-ref --quiet refs/remotes/origin/HEAD && exit 9 || git checkout -q -b lax HEAD~1

            """

    private func run(_ script: String, after setUp: String = Self.setUp) async throws -> ShellResult {
        let result = try await ScratchRepository(named: "bert").run(setUp + script)
        #expect(result.exitCode == 0, "\(result.output)")
        return result
    }

    private func check(_ result: ShellResult, says texts: [String]) {
        for text in texts { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `An older branch that is checked out stands in for no gate`() async throws {
        let result = try await run(
            """
            git model promote v1.1.0 production || echo refused $?
            git symbolic-ref refs/remotes/origin/HEAD refs/remotes/origin/renamed
            git model promote v1.1.0 production || echo dangling $?
            git tag -l 'bert#*' && git ls-remote origin 'refs/git-model/*'
            """
        )
        check(
            result,
            says: ["production does not take bert@v1.1.0:\nFAIL  accuracy >= 0.9", "refused 1\n", "dangling 1\n"]
        )
        #expect(!result.output.contains("bert#production"), "\(result.output)")
    }

    @Test func `Gates that others pushed since count, and are fetched with their history`() async throws {
        let result = try await run(
            """
            git clone -q ~/origin.git ~/other && cd ~/other
            git config -f .mver/config gate.staging.metric 'f1 >= 0.5' && git commit -qam Staging && git push -q
            cd ~/bert && git model promote v1.1.0 staging || echo refused $?
            git rev-parse --is-shallow-repository && git -C ~/other model promote v1.1.0 testing
            git -C ~/other commit -q --allow-empty -m Empty && git -C ~/other push -q && git model promote v1.1.0 other
            git fetch -q && git rev-list --count origin/main
            """
        )
        check(
            result,
            says: [
                "staging does not take bert@v1.1.0:\nFAIL  f1 >= 0.5", "refused 1\nfalse\n",
                "testing has bert@v1.1.0 now", "other has bert@v1.1.0 now",
            ]
        )
        #expect(result.output.hasSuffix("\n6\n"), "\(result.output)")
    }

    @Test func `A checkout of one commit, as CI has it, takes the gates from the remote`() async throws {
        let result = try await run(
            """
            git init -q ~/ci && cd ~/ci && git remote add origin "file://$HOME/origin.git"
            git fetch -q --no-tags --depth=1 origin refs/tags/bert@v1.1.0:refs/tags/bert@v1.1.0
            git checkout -q bert@v1.1.0 && git model promote v1.1.0 production || echo refused $?
            git model promote v1.1.0 staging && git model promote -n v1.1.0 production
            """
        )
        check(
            result,
            says: [
                "FAIL  accuracy >= 0.9", "refused 1\n", "staging has bert@v1.1.0 now", "production has no gates\n",
                "warning: gates and signers are those of HEAD, for it is not known here what the default branch of origin is",
            ]
        )
    }

    @Test func `A draft and a trial ask nobody, and say whose gates they took`() async throws {
        let result = try await run(
            """
            mv ~/origin.git ~/away.git
            git model promote -n v1.1.0 production && git model promote v1.1.0 production --local && echo drafted
            git remote set-head origin main && git model promote v1.0.0 production --local || echo known $?
            git remote remove origin && git model promote v1.0.0 staging --local
            """
        )
        let warning =
            "warning: gates and signers are those of HEAD, for it is not known here what the default branch of"
        check(result, says: ["production has no gates\n", "a draft, which", "drafted\n", "known 1\n"])
        let parts = result.output.split(separator: "known 1\n")
        #expect(parts.count == 2 && parts[0].ranges(of: warning).count == 2, "\(result.output)")
        #expect(parts.last?.contains("warning:") == false, "\(result.output)")
    }

    @Test func `Where the remote does not say which branch is its default, the clone has to`() async throws {
        let result = try await run(
            """
            git --git-dir ~/origin.git symbolic-ref HEAD refs/heads/gone
            git model promote v1.1.0 production || echo unknown $?
            git remote set-head origin main && git model promote v1.1.0 production || echo refused $?
            """
        )
        check(
            result,
            says: [
                "error: origin does not say which branch is its default, whose gates count\n",
                "hint: say which it is: `git remote set-head origin BRANCH`\n", "unknown 5\n",
                "FAIL  accuracy >= 0.9", "refused 1\n",
            ]
        )
    }

    @Test func `Signers of a deployment are those of the remote, and who is offline is told whose they are`()
        async throws
    {
        let result = try await run(
            """
            echo 'nobody ssh-ed25519 AAAA' > .mver/allowed_signers && git add -A && git commit -qm Signers && git push -q
            git checkout -q -b lax HEAD~1 && git model deploy v1.0.0 -n || echo unsigned $?
            mv ~/origin.git ~/away.git && git model deploy v1.0.0 -n
            """,
            after: DeploymentSample.setUp
        )
        check(
            result,
            says: [
                "cannot deploy bert@v1.0.0: the tag is not signed\n", "unsigned 4\n",
                "Would deploy bert@v1.0.0 to edge",
                "warning: gates and signers are those of HEAD, for it is not known here what the default branch of origin is",
            ]
        )
    }
}
