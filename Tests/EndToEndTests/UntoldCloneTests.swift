import TestSupport
import Testing

/// Clones that were told nothing of what others deployed, to a target that keeps no seals.
@Suite struct UntoldCloneTests {
    /// A layout that v1.0.0 was deployed to, then v1.2.0, which was rolled back as bad, and then v1.1.0.
    ///
    /// `~/other` was told of the first two; `~/fresh` was told nothing.
    private static let setUp =
        DeploymentSample.setUp + """
            prod() { git config git-model.deploy.prod.kind oci && git config git-model.deploy.prod.to oci:$HOME/images; }
            prod && version 5 6 v1.2.0 && git model deploy -q v1.0.0 prod && git model deploy -q v1.2.0 prod
            git clone -q ~/origin.git ~/other && (cd ~/other && prod && git model deployments sync -q prod)
            git model rollback -q prod --reason wrong && git model deploy -q v1.1.0 prod
            git clone -q ~/origin.git ~/fresh && cd ~/fresh && prod

            """

    private func run(_ script: String) async throws -> ShellResult {
        try await ScratchRepository(named: "bert").run(Self.setUp + script)
    }

    @Test func `Asks the Git remote what was put there and left, and goes back to what is good`() async throws {
        let result = try await run(
            """
            git model deployments status prod && cd ~/other && git model rollback prod && git model deployments prod | head -n 1
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "prod        bert@v1.1.0\n", "files       as they were sealed\n", "before      v1.0.0\n",
            "prod runs bert@v1.0.0 now (before: v1.1.0), recorded at origin\n", "rollback  bert@v1.0.0  Succeeded",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
        #expect(!result.output.contains("not what was recorded"), "\(result.output)")
    }

    @Test func `Where the remote is gone, nothing is guessed, and nothing is said to be damaged`() async throws {
        let result = try await run(
            """
            mv ~/origin.git ~/away.git && git model deployments status prod && git model rollback prod || echo fresh $?
            cd ~/other && git model deployments status prod | sed -n 's/^before */stale /p' && git model rollback prod || echo stale $?
            git model rollback prod --to v1.0.0 | tail -n 1
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "before  nobody here knows\n", "stale nobody here knows\n", "cannot say what others did to prod",
            "fresh 5\n",
            "error: cannot tell what to go back to on prod: no record that is here says who put bert-v1.1.0-",
            "hint: get what others did: `git model deployments sync prod`\n",
            "hint: it keeps v1.0.0, v1.2.0: `git model rollback prod --to VERSION`\n", "stale 5\n",
            "prod runs bert@v1.0.0 now (before: bert-v1.1.0-",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
        #expect(!result.output.contains("has no seal"), "\(result.output)")
    }

    @Test func `Nobody is asked for a password by a status, and by a synchronization`() async throws {
        let result = try await run(
            """
            cd ~/other && git remote set-url origin ssh://127.0.0.1/origin.git && mkdir ~/bin
            printf '#!/bin/sh\\necho "asks ${SSH_ASKPASS_REQUIRE:-free}" >> ~/asked\\nexit 255\\n' > ~/bin/ssh && chmod +x ~/bin/ssh
            export GIT_SSH_COMMAND=$HOME/bin/ssh
            git model deployments status prod 2>&1 | grep -c 'cannot say what others did to prod' && sort -u ~/asked && rm ~/asked
            git model deployments sync prod > ~/log 2>&1 || true; sort -u ~/asked
            """
        )
        #expect(result.exitCode == 0 && result.output.hasSuffix("1\nasks force\nasks free\n"), "\(result.output)")
    }
}
