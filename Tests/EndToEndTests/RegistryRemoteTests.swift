import TestSupport
import Testing

/// Which Git remote has stages, rules and deployments: what is checked out decides nothing about that.
@Suite struct RegistryRemoteTests {
    /// Somebody's fork, whose `main` a branch is begun from later.
    private static let setUp =
        DeploymentSample.setUp + """
            git init -q --bare ~/fork.git && git remote add fork ~/fork.git && git push -q fork main

            """

    private func run(_ script: String) async throws -> ShellResult {
        let result = try await ScratchRepository(named: "bert").run(Self.setUp + script)
        #expect(result.exitCode == 0, "\(result.output)")
        return result
    }

    private func check(_ result: ShellResult, says texts: [String]) {
        for text in texts { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `On a branch of a fork, stages and deployments go to origin all the same`() async throws {
        let result = try await run(
            """
            git config -f .mver/config deploy.edge.stage production && git commit -qam Follow && git push -q && git push -q fork main
            git checkout -q -b fix --track fork/main && git model promote -q v1.0.0 production && git model deploy -q
            git model promote -q v1.1.0 production && git model deploy | tail -n 1 && git model rollback --reason Slow
            git model deployments sync && git model which production
            git -C ~/origin.git for-each-ref --format='%(refname)' refs/git-model refs/tags && echo fork:
            git -C ~/fork.git for-each-ref --format='%(refname)'
            """
        )
        check(
            result,
            says: [
                "edge runs bert@v1.1.0 now (before: v1.0.0), recorded at origin\n",
                "edge runs bert@v1.0.0 now (before: v1.1.0), recorded at origin\n",
                "edge: 3 events, the same as at origin\nbert@v1.0.0\n",
                "refs/git-model/deployments/edge\nrefs/git-model/stages/bert/production\nrefs/tags/bert#production#1\n"
                    + "refs/tags/bert#production#2\nrefs/tags/bert#production#3\n",
            ]
        )
        #expect(result.output.hasSuffix("\nfork:\nrefs/heads/main\n"), "\(result.output)")
    }

    @Test func `Signers are those of origin, or of the remote that this user names, and no tracked file`() async throws
    {
        let result = try await run(
            """
            echo 'nobody ssh-ed25519 AAAA' > .mver/allowed_signers && git add -A && git commit -qm Signers && git push -q
            git checkout -q -b fix --track fork/main && git model deploy v1.0.0 -n || echo origin $?
            git config -f .mver/config registry.remote fork && git model deploy v1.0.0 -n || echo tracked $?
            git model status 2>&1 | grep registry.remote && git checkout -q .mver/config
            git config git-model.registry.remote fork && git model deploy v1.0.0 -n | grep Would
            git config git-model.registry.remote gone && git model deploy v1.0.0 -n || echo gone $?
            """
        )
        check(
            result,
            says: [
                "cannot deploy bert@v1.0.0: the tag is not signed\n", "origin 4\n", "tracked 4\n",
                "Would deploy bert@v1.0.0 to edge",
                "error: registry.remote is gone, and Git has no remote of that name\n",
                "hint: name one of them: `git config git-model.registry.remote NAME`\n", "gone 5\n",
            ]
        )
    }

    @Test func `Of several remotes none of which is origin nobody chooses; the only one needs no name`() async throws {
        let result = try await run(
            """
            git model deploy -q v1.0.0 && git remote rename origin hub 2> ~/log
            git model deploy v1.1.0 || echo unclear $?
            git model promote v1.0.0 production || echo unknown $?
            git model deployments sync || echo alone $?
            git model verify v1.0.0 || echo unsure $?
            git model deployments && git model deployments status --quick | head -n 1
            git remote remove fork && git model deploy v1.1.0 | tail -n 1
            """
        )
        check(
            result,
            says: [
                "error: it is not clear which Git remote has everybody's stages and deployments: fork, hub\n",
                "hint: say which: `git config git-model.registry.remote NAME`\n",
                "unclear 5\n", "unknown 5\n", "alone 5\n",
                "-     signature  it is not known whose signatures count\n", "unsure 3\n",
                "warning: what others recorded of edge is left out: it is not clear which Git remote has everybody's",
                "edge  1  2026-01-02T03:04  deploy  bert@v1.0.0  Succeeded\n", "edge        bert@v1.0.0\n",
            ]
        )
        #expect(
            result.output.hasSuffix("edge runs bert@v1.1.0 now (before: v1.0.0), recorded at hub\n"),
            "\(result.output)"
        )
    }

    @Test func `That nobody chose among several remotes keeps no monitor from taking back a version`() async throws {
        let result = try await ScratchRepository(named: "churn").run(
            MonitorSample.setUp + """
                git config -f .mver/config monitor.edge.action rollback
                git remote rename origin hub 2> ~/log && git remote add fork ~/fork.git
                requests 1000 500 40 v1.1.0 && git model monitor edge --act || echo acted $? && readlink ~/edge/current
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        check(
            result,
            says: [
                "what others recorded of edge is left out: it is not clear which Git remote has everybody's",
                "rolled back: v1.0.0 runs again\n", "acted 1\nreleases/churn-v1.0.0-",
            ]
        )
    }

    @Test func `Who agrees to a branch that a cluster follows agrees to where its remote is`() async throws {
        let result = try await run(
            """
            for key in 'kind kubernetes' 'to 127.0.0.1:1/bert' 'apply gitops' 'branch main' 'manifests bert.yaml'; do
                git config -f .mver/config deploy.prod.${key% *} ${key#* }
            done
            git config -f .mver/config deploy.prod.image ghcr.io/acme/server@sha256:$(printf '%064d' 0)
            git checkout -q -b fix --track fork/main && git model deploy v1.0.0 prod || echo unknown $?
            git remote set-url origin https://ada:secret@host.invalid/bert.git && git model trust --list | grep kubernetes:
            """
        )
        check(
            result,
            says: [
                "&manifests=bert.yaml&remote=/", "/origin.git", "unknown 5\n", "&remote=https://host.invalid/bert.git",
            ]
        )
        #expect(!result.output.contains("secret") && !result.output.contains("fork.git"), "\(result.output)")
    }
}
