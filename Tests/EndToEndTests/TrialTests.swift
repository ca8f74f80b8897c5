import TestSupport
import Testing

/// What servers do to a deployment while they are tried, and what users do to it.
@Suite struct TrialTests {
    /// A target that runs v1.0.0, and v1.2.0, whose server first does what `~/first.py` says, if that is there.
    private static let setUp =
        DeploymentSample.setUp + """
            sed -i '1s|^|import os\\nfirst = os.path.expanduser("~/first.py")\\nif os.path.exists(first): exec(open(first).read())\\n|' serve.py
            version 5 6 v1.2.0 && git model deploy -q v1.0.0

            """

    private func run(_ script: String) async throws -> ShellResult {
        try await ScratchRepository(named: "bert").run(Self.setUp + script)
    }

    @Test func `Who interrupts a trial need not wait for it, and leaves nothing`() async throws {
        let result = try await run(
            """
            echo 'import signal, time; os.kill(os.getppid(), signal.SIGTERM); time.sleep(1000)' > ~/first.py
            git config git-model.deploy.edge.timeout 3600
            timeout -s KILL 200 git-model deploy v1.2.0 || echo ended $?
            ls ~/edge/releases ~/edge/.git-model/seals | grep -c v1.2.0 || git model deployments edge | wc -l
            rm ~/first.py && git model deploy v1.2.0 | tail -n 1
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let end = "edge runs bert@v1.2.0 now (before: v1.0.0), recorded at origin\n"
        #expect(result.output.contains("ended 130\n0\n1\n") && result.output.hasSuffix(end), "\(result.output)")
    }

    @Test func `A gate says of what was deployed without a trial that it was`() async throws {
        let result = try await run(
            """
            git config -f .mver/config gate.production.require smoke && git commit -qam Gate && git push -q
            git remote set-head origin -a > ~/log && git model deploy -q v1.1.0 --skip-smoke
            git model promote v1.1.0 production || echo refused $?
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.contains("FAIL  smoke test  it was skipped on edge on 20"), "\(result.output)")
        #expect(result.output.hasSuffix("refused 1\n"), "\(result.output)")
    }

    @Test func `What a deployment would ask for is listed, and told by a dry run`() async throws {
        let result = try await ScratchRepository(named: "bert").run(
            DeploymentSample.untrusted + """
                git config -f .mver/config deploy.edge.health 'sh ok.sh' && git model trust -q deploy:$HOME/edge
                git model trust --list && git model deploy v1.0.0 --dry-run > ~/out 2> ~/err && cat ~/err
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "the health command of edge (sh ok.sh)",
            "nobody on this machine agreed to the command of bert@v1.0.0 (python3 serve.py)",
            "nobody on this machine agreed to its health command (sh ok.sh)", "`git model trust command:",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `A server that writes into its release is said to`() async throws {
        let result = try await run(
            """
            echo 'os.chmod(".", 0o755); open("extra.txt", "w").close()' > ~/first.py
            git model deploy v1.2.0 || echo changed $?
            git model deployments status | head -n 1
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            " was changed on edge while it was tried: ", "extra.txt should not be there\n",
            "hint: let its commands write elsewhere than into their directory, and tag a new version\n",
            "changed 4\n", "bert@v1.0.0\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
        #expect(!result.output.contains("deploy it again"), "\(result.output)")
    }
}
