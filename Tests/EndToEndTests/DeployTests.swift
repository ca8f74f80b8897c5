import TestSupport
import Testing

/// Deployments to a directory: what is put there, what is refused, and what stays where something fails.
@Suite struct DeployTests {
    private func run(_ script: String, trusted: Bool = true) async throws -> ShellResult {
        let setUp = trusted ? DeploymentSample.setUp : DeploymentSample.untrusted
        return try await ScratchRepository(named: "bert").run(setUp + script)
    }

    @Test func `A version is restored, tried, switched to and recorded, and the work tree is left alone`() async throws
    {
        let result = try await run(
            """
            git model deploy v1.0.0 edge && cat ~/edge/current/weights.json && readlink ~/edge/current
            echo dirty >> sample.json && git model deploy v1.1.0 -m 'Weighs more' && cat ~/edge/current/weights.json
            ls -A ~/edge/current && git status --porcelain && git model deploy v1.1.0
            git log --format='%an: %s' refs/git-model/deployments/edge && git ls-tree --name-only refs/git-model/deployments/edge
            git ls-remote origin 'refs/git-model/*' | cut -f2 && find ~/edge/.git-model/events -type f
            git model deployments edge && git model deployments status && git model log -n 3
            git model deployments --json | grep -o '"result":"[a-z]*"' && git model completion-words targets
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "Verifying  tag bert@v1.0.0 by Ada, ", "\nRunning    the smoke test passed in ",
            "\nSucceeded  edge runs bert@v1.0.0 now, recorded at origin\n[1, 2]\nreleases/bert-v1.0.0-",
            "\nSucceeded  edge runs bert@v1.1.0 now (before: v1.0.0), recorded at origin\n[1, 3]\n",
            ".mver\nexpected.json\nsample.json\nserve.py\nweights.json\n M sample.json\nedge runs bert@v1.1.0 already\n",
            "Ada: Deploy bert v1.1.0 on edge: Succeeded\nAda: Deploy bert v1.0.0 on edge: Succeeded\n000001-",
            "refs/git-model/deployments/edge\nedge  2  2026-01-02T03:04  deploy  bert@v1.1.0  Succeeded  Weighs more\n",
            "before      v1.0.0\n", "files       as they were sealed\n", "bert@v1.1.0 => edge",
            "\"result\":\"passed\"\n\"result\":\"passed\"\nedge\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
        #expect(!result.output.contains(".git-model/events/"), "\(result.output)")
    }

    @Test func `One altered weight fails the smoke test, and the old version goes on running`() async throws {
        let result = try await run(
            """
            git model deploy -q v1.1.0 && version 2.5 4 v1.2.0 && git model deploy v1.2.0 || echo failed $?
            readlink ~/edge/current && ls ~/edge/releases | wc -l && git model deployments && git model deployments status
            git model deploy v1.2.0 --skip-smoke && git model deployments status | grep smoke
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "Running    the smoke test failed\nFailed     bert@v1.2.0 on edge: differs from expected.json: ",
            "edge runs bert@v1.1.0\nfailed 4\nreleases/bert-v1.1.0-",
            "\n1\nedge  2  2026-01-02T03:04  deploy  bert@v1.2.0  Failed",
            "edge        bert@v1.1.0\n", "Running    the smoke test was skipped\n", "smoke test  skipped\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `What a version brings does not run, and nothing is written, before the user agreed`() async throws {
        let result = try await run(
            """
            git model deploy v9.0.0 || echo version $?
            git model deploy v1.0.0 || echo both $? && test ! -e ~/edge
            git model deploy v1.0.0 --dry-run || echo place $?
            git model trust -q deploy:$HOME/edge && git model deploy v1.0.0 || echo command $? && test ! -e ~/edge/current
            echo 'touch ~/ran && exec python3 serve.py' > evil.sh && git model describe -q --serve 'sh evil.sh'
            git add -A && git commit -qm Evil && git model tag -q v1.3.0 --push && git model trust --list
            git model deploy v1.3.0 || echo evil $?
            git model deploy v1.0.0 --trust command:$(printf 'python3\\0serve.py' | sha256sum | cut -c1-64) | tail -n 1
            test ! -e ~/ran && git model deploy v1.3.0 2>&1 | grep -o 'git model trust command:[0-9a-f]*' > ~/line
            sh ~/line && git model deploy v1.3.0 | tail -n 1 && ls ~/ran
            """,
            trusted: false
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let first = result.output.prefix { $0 != "\n" }
        #expect(first.contains("v9.0.0") && !first.contains("agreed"), "\(result.output)")
        for text in [
            "version 5\n",
            "/edge, nor to the command of bert@v1.0.0 (python3 serve.py)\nhint: agree to them: `git model trust deploy:/",
            "/edge && git model trust command:", "hint: or this once: `--trust deploy:/", "/edge --trust command:",
            "both 5\n",
            "error: cannot deploy to edge: nobody on this machine agreed to /",
            "hint: agree to it: `git model trust deploy:/",
            "place 5\n",
            "error: bert@v1.0.0 brings a command that nobody on this machine agreed to: python3 serve.py\n",
            "command 5\n",
            "the command sh evil.sh", "target edge",
            "error: bert@v1.3.0 brings a command that nobody on this machine agreed to: sh evil.sh\n", "evil 5\n",
            "Succeeded  edge runs bert@v1.0.0 now", "Succeeded  edge runs bert@v1.3.0 now (before: v1.0.0)", "/ran\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test
    func `A target that only this clone names needs no agreement, and one that cannot be written to gets nothing`()
        async throws
    {
        let result = try await run(
            """
            git config git-model.deploy.edge.path /proc/edge && git model deploy v1.0.0 --skip-smoke || echo unwritable $?
            git config git-model.deploy.edge.path ~/mine && git model deploy v1.0.0 --skip-smoke | tail -n 1
            GIT_MODEL_DEPLOY_EDGE_PATH=$HOME/other git model deploy v1.1.0 --skip-smoke | tail -n 1
            cat ~/mine/current/weights.json ~/other/current/weights.json && git model deployments | wc -l
            """,
            trusted: false
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in ["unwritable ", "edge runs bert@v1.0.0 now, recorded", "[1, 2]\n[1, 3]\n2\n"] {
            #expect(result.output.contains(text), "\(text): \(result.output)")
        }
    }

    @Test func `Of two deployments to one target at once, one is refused`() async throws {
        let result = try await run(
            """
            git model deploy -q v1.0.0 && flock ~/edge/.git-model/lock git model deploy v1.1.0 || echo locked $?
            readlink ~/edge/current && git model deploy v1.1.0 | tail -n 1
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in ["locked 11\nreleases/bert-v1.0.0-", "edge runs bert@v1.1.0 now"] {
            #expect(result.output.contains(text), "\(text): \(result.output)")
        }
    }

    @Test func `A dry run says what would be restored, and does nothing`() async throws {
        let result = try await run(
            """
            git model deploy v1.0.0 -n && test ! -e ~/edge && git config -f .mver/config deploy.edge.paths 'weights.* se*.py'
            git model deploy v1.1.0 --dry-run && git for-each-ref refs/git-model
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "Would deploy bert@v1.0.0 to edge: tag bert@v1.0.0 by Ada, ", "  weights.json", "  .mver/config",
            "Would deploy bert@v1.1.0 to edge: tag bert@v1.1.0 by Ada, 4 files, ",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
        #expect(!result.output.contains("weights.json.mver") && !result.output.contains(".gitignore"))
    }

    @Test func `A version whose sample is a directory is only loaded, and has that whatever the patterns say`()
        async throws
    {
        let result = try await run(
            """
            mkdir samples && cp sample.json samples/a.json && git model describe -q --sample samples --expect ''
            git config -f .mver/config deploy.edge.paths 'weights.* se*.py' && git add -A && git commit -qm Directory
            git model tag -q v1.2.0 --push && git model deploy v1.2.0 && ls ~/edge/current/samples
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in ["unchecked: it answers, and nobody said what", "edge runs bert@v1.2.0 now", "\na.json\n"] {
            #expect(result.output.contains(text), "\(text): \(result.output)")
        }
    }

    @Test func `A stage that asks for a smoke test takes what passed one on any target`() async throws {
        let result = try await run(
            """
            git config -f .mver/config gate.production.require smoke && git config -f .mver/config deploy.live.kind directory
            git config -f .mver/config deploy.live.path ../live && git config -f .mver/config deploy.live.stage production
            git commit -qam 'Ask for a smoke test' && git push -q && git remote set-head origin -a > ~/log
            git model trust -q deploy:$HOME/live && git model deploy live || echo empty $?
            git model promote v1.1.0 production || echo none $?
            git model deploy -q v1.1.0 edge && git model promote v1.1.0 production && git model deploy live | tail -n 1
            git model deploy live && git model deploy v1.0.0 live --skip-smoke || echo unproven $?
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "error: no version of bert is in production, which live follows\n", "empty 5\n",
            "FAIL  smoke test  none is recorded: deploy it to some target first\nnone 1\n",
            "production has bert@v1.1.0 now", "live runs bert@v1.1.0 now", "live runs bert@v1.1.0 already\n",
            "live does not take bert@v1.0.0: production takes only what a smoke test passed\nlive runs bert@v1.1.0\n",
            "unproven 1\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `A stage that asks for a smoke test says of what cannot be tried why`() async throws {
        let result = try await run(
            """
            git config -f .mver/config gate.production.require smoke && git config -f .mver/config deploy.edge.stage production
            git model describe -q --serve '' && git add -A && git commit -qm Bare && git push -q
            git remote set-head origin -a > ~/log && git model tag -q v1.2.0 --push && git model deploy v1.2.0 edge || echo bare $?
            """
        )
        let reason = "production takes only what a smoke test passed, and v1.2.0 has no command that could load it\n"
        #expect(result.exitCode == 0, "\(result.output)")
        for text in ["edge does not take bert@v1.2.0: \(reason)", "bare 1\n"] {
            #expect(result.output.contains(text), "\(text): \(result.output)")
        }
    }

    @Test func `A draft is pushed where its smoke test was passed again since`() async throws {
        let result = try await run(
            """
            git config -f .mver/config gate.production.require smoke && git commit -qam 'Ask for a smoke test' && git push -q
            git remote set-head origin -a > ~/log && git model deploy -q v1.1.0 edge
            git model promote -q v1.1.0 production --local -m Approved && git model deploy -q v1.0.0 edge
            export GIT_COMMITTER_DATE=2026-02-03T00:00:00Z && git model deploy -q v1.1.0 edge
            git model promote -n v1.1.0 production --json | grep -o 'passed on edge on [-0-9]*' || echo unchanged
            git model promote v1.1.0 production -m Approved && git cat-file tag 'bert#production#1' | grep '^Gate'
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(
            result.output.hasSuffix(
                "production has bert@v1.1.0 now: bert#production#1, pushed to origin\n"
                    + "Gate: smoke test: passed on edge on 2026-01-02\n"
            ),
            "\(result.output)"
        )
    }

    @Test func `A smoke test of another model of the same commit proves nothing`() async throws {
        let result = try await run(
            """
            git config -f .mver/config gate.production.require smoke && git model init -q --name gpt
            seq 9 > g.bin && git model add -q g.bin --model gpt && git add -A && git commit -qm Both && git push -q
            git model tag -q bert@v2.0.0 --force --push && git model tag -q gpt@v1.0.0 --push
            git model deploy -q bert@v2.0.0 edge && git model promote gpt@v1.0.0 production || echo unproven $?
            git model promote bert@v2.0.0 production
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "production does not take gpt@v1.0.0:\nFAIL  smoke test  none is recorded: deploy it to some target first\n",
            "unproven 1\n", "production has bert@v2.0.0 now",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    private static let troubles = [
        ScriptCase("git model deploy v9.0.0", says: "has no version v9.0.0", exits: 5),
        ScriptCase("git model deploy", says: "it is not clear which version is meant", exits: 2),
        ScriptCase(
            "git model deploy v1.0.0 nowhere",
            says: "there is no target 'nowhere'",
            "there are: edge",
            exits: 5
        ),
        // What cannot be a place is nothing to agree to.
        ScriptCase(
            "git config -f .mver/config deploy.b.kind directory && git config -f .mver/config deploy.b.path '-oProxyCommand=touch x:/x'; git model deploy v1.0.0 b > ~/log 2>&1 || cat ~/log; ! grep -q 'agree' ~/log",
            says: "deploy.b.path cannot be used: "
        ),
        ScriptCase("git model deploy v1.0.0 ../x", says: "is no name of a target", exits: 2),
        ScriptCase(
            "git config -f .mver/config deploy.edge.kind rocket && git model deploy v1.0.0",
            says: "deploy.edge.kind is rocket, which is none of directory",
            exits: 5
        ),
        ScriptCase(
            "git config -f .mver/config deploy.edge.pth x && git model deploy v1.0.0",
            says: "deploy.edge.pth is not known",
            exits: 5
        ),
        ScriptCase(
            "git config -f .mver/config deploy.b.kind directory && git model deploy v1.0.0",
            says: "it is not clear which target is meant: edge, b",
            exits: 2
        ),
        ScriptCase(
            "git mv sample.json other.json && git commit -qm x && git model tag -q v1.2.0 --push && git model deploy v1.2.0",
            says: "the release has no file sample.json, its sample",
            "edge runs nothing",
            exits: 4
        ),
        ScriptCase(
            "git mv sample.json other.json && git model describe -q --expect '' && git add -A && git commit -qm x && git model tag -q v1.2.0 --push && git model deploy v1.2.0",
            says: "the release has no file sample.json, its sample",
            exits: 4
        ),
        ScriptCase(
            "echo '[NaN]' > expected.json && git commit -qam x && git model tag -q v1.2.0 --push && git model deploy v1.2.0",
            says: "differs from expected.json: what is expected is NaN at $[0], which no number is close to",
            "edge runs nothing",
            exits: 4
        ),
        ScriptCase(
            "git model deploy -q v1.0.0 && git rm -q expected.json && git commit -qm x && git model tag -q v1.2.0 --push && git model deploy v1.2.0",
            says: "the release has no file expected.json",
            "edge runs bert@v1.0.0",
            exits: 4
        ),
        ScriptCase(
            "ln -s /etc/passwd out && git add out && git commit -qm x && git model tag -q v1.2.0 --push && git model deploy v1.2.0 && test ! -e ~/edge/current/out",
            says: "the link out is left out: its target is an absolute path",
            "edge runs bert@v1.2.0 now"
        ),
        ScriptCase(
            "git model deploy -q v1.0.0 && chmod -R u+w ~/edge/releases && echo '[1, 9]' > ~/edge/current/weights.json && git model deployments status --quick && git model deployments status",
            says: "weights.json",
            "hint: put it right: `git model deploy bert@v1.0.0 edge`",
            exits: 4
        ),
        ScriptCase(
            "echo 'nobody ssh-ed25519 AAAA' > .mver/allowed_signers && git add -A && git commit -qm x && git push -q && git model deploy v1.0.0",
            says: "cannot deploy bert@v1.0.0: the tag is not signed",
            exits: 4
        ),
    ]

    @Test(arguments: troubles)
    func `What cannot be deployed is said in words`(trouble: ScriptCase) async throws {
        trouble.check(try await run(trouble.script))
    }
}
