import TestSupport
import Testing

/// Deployments to a directory of another host, which OpenSSH reaches.
@Suite struct SSHTargetTests {
    /// A target on a server is the user's own choice here, so that only the command needs an agreement.
    private func run(_ script: String, on server: SSHServer) async throws -> ShellResult {
        let place = """
            export GIT_SSH_COMMAND="\(server.command)" GIT_MODEL_DEPLOY_EDGE_PATH='\(server.url(of: "edge"))'
            edge='\(server.directory)/edge'

            """
        return try await ScratchRepository(named: "bert").run(DeploymentSample.setUp + place + script)
    }

    @Test func `A version is tried on the host, switched to, looked at and left again`() async throws {
        let server = try await SSHServer()
        let result = try await run(
            """
            git model deploy v1.0.0 && cat $edge/current/weights.json && git model deploy v1.1.0 && cat $edge/current/weights.json
            git model deployments status | grep '^files' && git model rollback && cat $edge/current/weights.json
            version 2.5 4 v1.2.0
            git model deploy v1.2.0 || echo failed $?
            readlink $edge/current && ls $edge/releases && ls -A $edge/.git-model/tmp | wc -l
            git model deploy v1.1.0 --force | tail -n 1 && find $edge/releases/* -perm /222 ! -type l | wc -l
            """,
            on: server
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "Running    the smoke test passed in ",
            "Succeeded  edge runs bert@v1.0.0 now, recorded at origin\n[1, 2]\n",
            "edge runs bert@v1.1.0 now (before: v1.0.0), recorded at origin\n[1, 3]\nfiles       as they were sealed\n",
            "edge runs bert@v1.0.0 now (before: v1.1.0), recorded at origin\n[1, 2]\n",
            "Running    the smoke test failed\n", "differs from expected.json", "failed 4\nreleases/bert-v1.0.0-",
            "\n0\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
        #expect(
            result.output.hasSuffix("edge runs bert@v1.1.0 now (before: v1.0.0), recorded at origin\n0\n"),
            "\(result.output)"
        )
    }

    @Test func `What somebody does until the lock is there is taken into account`() async throws {
        let server = try await SSHServer()
        let result = try await run(
            """
            git model deploy -q v1.0.0 && git clone -q ~/origin.git ~/other && git model deploy -q v1.1.0 --no-push
            cat > ~/relay.py <<'END'
            import os, subprocess, sys
            ssh = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE)
            done = os.path.expanduser("~/done")
            while data := os.read(0, 1 << 20):
                if b"flock -n 9" in data and not os.path.exists(done):
                    with open(done, "w") as log:
                        rollback = ["git-model", "-C", os.path.expanduser("~/bert"), "rollback", "--no-push"]
                        plain = {**os.environ, "GIT_SSH_COMMAND": os.environ["PLAIN"]}
                        subprocess.run(rollback, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=True, env=plain)
                ssh.stdin.write(data)
                ssh.stdin.flush()
            ssh.stdin.close()
            sys.exit(ssh.wait())
            END
            cd ~/other && export PLAIN="$GIT_SSH_COMMAND"
            GIT_SSH_COMMAND="python3 $HOME/relay.py $PLAIN" git model deployments sync && grep 'runs bert@v1.0.0' ~/done
            """,
            on: server
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(!result.output.contains("ended before it changed anything"), "\(result.output)")
    }

    @Test func `Hosts that cannot be reached, do not let us in, or are being deployed to say so by exit codes`()
        async throws
    {
        let server = try await SSHServer()
        let result = try await run(
            """
            git model deploy -q v1.0.0 && before=$(readlink $edge/current)
            GIT_MODEL_DEPLOY_EDGE_PATH=ssh://127.0.0.1:1/edge git model deploy v1.1.0 || echo away $?
            GIT_SSH_COMMAND="\(server.strangersCommand)" git model deploy v1.1.0 || echo stranger $?
            flock $edge/.git-model/lock git model deploy v1.1.0 || echo locked $?
            GIT_MODEL_DEPLOY_EDGE_PATH='ssh://-oProxyCommand=x/edge' git model deploy v1.1.0 || echo option $?
            GIT_MODEL_DEPLOY_EDGE_PATH=s3://bucket/edge git model deploy v1.1.0 || echo bucket $?
            test $(readlink $edge/current) = $before && mkdir $edge/other && GIT_MODEL_DEPLOY_EDGE_PATH="$GIT_MODEL_DEPLOY_EDGE_PATH/other"
            mkdir $edge/other/current && git model deploy v1.1.0 || echo foreign $?
            """,
            on: server
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "cannot reach remote ssh://127.0.0.1:1/edge: ", "away 13\n", "Permission denied (publickey)",
            "stranger 12\n",
            "somebody else is deploying to ", "locked 11\n", "deploy.edge.path cannot be used: ", "option 5\n",
            "neither a directory of this machine nor one of a host", "bucket 5\n",
            "/edge/other/current is a directory, which git-model did not make\n", "foreign 5\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `The listing of what runs there is put right by deploying that again`() async throws {
        let server = try await SSHServer()
        let result = try await run(
            """
            git model deploy -q v1.0.0 && truncate -s 0 $edge/.git-model/seals/*.tree
            git model deployments status || echo damaged $?
            git model deploy v1.0.0 && git model deployments status | grep '^files'
            """,
            on: server
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "the listing of its files was changed\nhint: deploy it again: `git model deploy VERSION edge`\ndamaged 4\n",
            "warning: what ran on edge was not as it was sealed: ", "edge runs bert@v1.0.0 now",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
        #expect(result.output.hasSuffix("\nfiles       as they were sealed\n"), "\(result.output)")
    }
}
