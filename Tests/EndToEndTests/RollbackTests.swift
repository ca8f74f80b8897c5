import TestSupport
import Testing

/// The way back: to what ran before, whatever the clone and the network are like, and for everybody.
@Suite struct RollbackTests {
    private func run(_ script: String) async throws -> ShellResult {
        try await ScratchRepository(named: "bert").run(DeploymentSample.setUp + script)
    }

    @Test func `After a rollback the job that deploys what a stage has leaves the old version running`() async throws {
        let result = try await run(
            """
            git config -f .mver/config deploy.edge.stage production && git commit -qam Follow && git push -q
            git model promote -q v1.0.0 production && git model deploy -q && git model promote -q v1.1.0 production
            git model deploy -q && git clone -q ~/origin.git ~/job
            git model rollback --reason 'Wrong on short texts' && git model which production && cat ~/edge/current/weights.json
            cd ~/job && git fetch -q --tags && git model deploy edge && git model deploy production edge && git model deploy v1.1.0 edge || echo refused $?
            cat ~/edge/current/weights.json && git cat-file tag 'bert#production#3' | tail -n +6
            git model deploy v1.1.0 edge --force -m 'It was the texts' | tail -n 1 && git model deploy v1.1.0 edge
            git model deployments && git model log -n 2 && git model rollback edge && git model rollback edge || echo none $?
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "Running    the smoke test passed when it was deployed\nSucceeded  edge runs bert@v1.0.0 now (before: v1.1.0), recorded at origin\n"
                + "The stage went along: bert#production#3, pushed to origin\nbert@v1.0.0\n[1, 2]\n",
            "edge runs bert@v1.0.0 already\nedge runs bert@v1.0.0 already\n",
            "edge does not take bert@v1.1.0: edge was rolled back from it on 2026-01-02: Wrong on short texts\nedge runs bert@v1.0.0\n",
            "hint: deploy it all the same: `git model deploy bert@v1.1.0 edge --force`\n", "refused 1\n[1, 2]\n",
            "Roll back edge from bert@v1.1.0\n\nWrong on short texts\n",
            "edge runs bert@v1.1.0 now (before: v1.0.0)", "edge runs bert@v1.1.0 already\n",
            "rollback  bert@v1.0.0  Succeeded  Wrong on short texts\n",
            "error: there is nothing to go back to on edge", "none 5\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `It takes neither network nor store nor a clean work tree, and others hear of it later`() async throws {
        let result = try await run(
            """
            git config -f .mver/config deploy.edge.stage production && git commit -qam Follow && git push -q
            git model promote -q v1.0.0 production && git model deploy -q && git model promote -q v1.1.0 production
            git model deploy -q && git clone -q ~/origin.git ~/job && mv ~/origin.git ~/away.git && rm -r ~/store .git/model/store
            echo broken > serve.py && echo '{' > .mver/models/bert.json && rm -f weights.json sample.json && git add -A
            git model rollback && cat ~/edge/current/weights.json && git tag -l 'bert#production#3' && ls ~/edge/.git-model/events | wc -l
            mv ~/away.git ~/origin.git && cd ~/job && git fetch -q --tags && git model which production
            git model deploy v1.1.0 edge || echo refused $?
            cd ~/bert && git checkout -q HEAD -- . && git model deployments sync && ls ~/edge/.git-model/events | wc -l
            cd ~/job && git model stages --check-remote && git model deployments sync && git model deployments | head -n 1
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "Succeeded  edge runs bert@v1.0.0 now (before: v1.1.0), recorded here\n",
            "a draft, which only this clone has\n",
            "warning: what happened is not known to others yet: ",
            "hint: tell them later: `git model deployments sync edge`\n", "[1, 2]\nbert#production#3\n1\nbert@v1.1.0\n",
            "edge does not take bert@v1.1.0",
            "refused 1\nedge: 3 events, the same as at origin, with bert#production#3\n0\n",
            "bert  production  v1.0.0", "edge  3  2026-01-02T03:04  rollback  bert@v1.0.0  Succeeded\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `A deployment that fails later tells others of the stage, too`() async throws {
        let result = try await run(
            """
            git config -f .mver/config deploy.edge.stage production && git commit -qam Follow && git push -q
            git model promote -q v1.0.0 production && git model deploy -q && git model promote -q v1.1.0 production && git model deploy -q
            git model rollback --no-push | tail -n 1 && version 5 4 v1.2.0 && git ls-remote origin 'refs/tags/bert#production#3'
            git model deploy v1.2.0 edge || echo failed $?
            git clone -q ~/origin.git ~/job && cd ~/job && git model which production
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "The stage went along: bert#production#3, a draft, which only this clone has\n",
            "The stage went along: bert#production#3, pushed to origin\n", "failed 4\nbert@v1.0.0\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `Tag, stage and record get to the Git remote together, or none of them does`() async throws {
        let result = try await run(
            """
            git config -f .mver/config deploy.edge.stage production && git commit -qam Follow && git push -q
            git model promote -q v1.0.0 production && git model deploy -q && git model promote -q v1.1.0 production && git model deploy -q
            refs() { git ls-remote --refs origin 'refs/tags/bert#production#*' 'refs/git-model/*' | sort -k 2; }
            refs > ~/before && printf '#!/bin/sh\\ncase $1 in refs/git-model/deployments/*) exit 1;; esac\\n' > ~/origin.git/hooks/update
            chmod +x ~/origin.git/hooks/update && git model rollback && refs | diff ~/before - && cat ~/edge/current/weights.json
            rm ~/origin.git/hooks/update && git model deployments sync && { refs | diff ~/before - | grep -c '^>'; }
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "edge runs bert@v1.0.0 now (before: v1.1.0), recorded here\n", "a draft, which only this clone has\n",
            "[1, 2]\n", "edge: 3 events, the same as at origin, with bert#production#3\n3\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `A stage that cannot be moved keeps nobody from hearing of the rollback, and is moved later`()
        async throws
    {
        let result = try await run(
            """
            git config -f .mver/config deploy.edge.stage production && git commit -qam Follow && git push -q
            git model promote -q v1.0.0 production && git model deploy -q && git model promote -q v1.1.0 production && git model deploy -q
            git push -q --no-verify origin 'bert@v1.0.0^{}:refs/tags/bert#production#9' && git tag 'bert#production#9' bert@v1.1.0
            git model rollback --reason Wrong
            git -C ~/origin.git ls-tree --name-only refs/git-model/deployments/edge | wc -l
            git fetch -q --force origin 'refs/tags/bert#production#9:refs/tags/bert#production#9'
            git model deployments sync && git clone -q ~/origin.git ~/job && cd ~/job && git model which production
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "The stage went along: bert#production#10, a draft, which only this clone has\n",
            "warning: production of bert was not moved: tag bert#production#9 is another one here than at origin\n",
            "hint: take theirs: `git fetch --force origin 'refs/tags/bert#production#9:refs/tags/bert#production#9'`\n",
            "hint: then move it: `git model deployments sync edge`\n", "\n3\n",
            "edge: 3 events, the same as at origin, with bert#production#10\nbert@v1.0.0\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `A clone that was told of nothing goes back to no version that another went back from`() async throws {
        let result = try await run(
            """
            version 5 6 v1.2.0; for tag in v1.0.0 v1.1.0 v1.2.0; do git model deploy -q $tag; done
            git clone -q ~/origin.git ~/other && cd ~/other && git model deployments sync && git model deployments | wc -l
            cd ~/bert && git model rollback -q 2>/dev/null && git model rollback -q 2>/dev/null && ls ~/edge/.git-model/events | wc -l
            cd ~/other && git model deployments | wc -l && git model deployments status 2>/dev/null | grep '^before' || echo nothing before
            git model rollback || echo refused $?; readlink ~/edge/current | cut -d- -f1,2
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in ["3\n0\n3\nbefore      nothing to go back to\n", "error: there is nothing to go back to on edge"] {
            #expect(result.output.contains(text), "\(text): \(result.output)")
        }
        #expect(result.output.hasSuffix("refused 5\nreleases/bert-v1.0.0\n"), "\(result.output)")
    }

    @Test func `A bare clone goes back as well, and to any version that is kept`() async throws {
        let result = try await run(
            """
            git model deploy -q v1.0.0 && git model deploy -q v1.1.0 && version 5 6 v1.2.0 && git model deploy -q v1.2.0
            git clone -q --bare ~/origin.git ~/bare.git && cd ~/bare.git
            git model rollback --to v1.0.0 --skip-smoke | head -n 1 && cat ~/edge/current/weights.json
            git model rollback --to v9.0.0 || echo unknown $? && git model deployments status | grep '^before'
            git model deployments --json | python3 -c 'import json, sys; e = json.load(sys.stdin)["events"][0]; print(e["action"], e["smoke"]["result"], e["abandoned"][:11])'
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "Running    the smoke test was skipped\n",
            "v1.2.0 into edge on 2026-01-02T03:04:05Z was not recorded here yet\n",
            "[1, 2]\nerror: edge does not keep v9.0.0\n",
            "it keeps v1.0.0, v1.1.0, v1.2.0: ", "unknown 5\nbefore      v1.1.0\nrollback skipped bert-v1.2.0\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `What is kept is looked at before the switch, and read after it`() async throws {
        let result = try await run(
            """
            git model deploy -q v1.0.0 && git model deploy -q v1.1.0 && chmod -R u+w ~/edge/releases
            echo '[7, 7]' | tee ~/edge/releases/bert-v1.0.0-*/weights.json && git model rollback || echo altered $?
            readlink ~/edge/current && git model rollback --to v1.1.0 | tail -n 1
            rm ~/edge/releases/bert-v1.0.0-*/weights.json && git model rollback --to v1.0.0 || echo missing
            readlink ~/edge/current
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "altered 4\nreleases/bert-v1.0.0-", "edge runs bert@v1.1.0 now (before: v1.0.0)",
            "missing\nreleases/bert-v1.1.0-",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `A place that only links lead into the clone needs an agreement, for going back too`() async throws {
        let result = try await run(
            """
            git model deploy -q v1.0.0 && git model deploy -q v1.1.0 && mv ~/edge inside && ln -s bert/inside ~/edge
            git model trust -q --remove deploy:$HOME/edge && git model rollback || echo link $?
            readlink ~/edge/current && git model rollback --trust deploy:$HOME/edge | tail -n 1
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in ["hint: agree to it: ", "link 5\nreleases/bert-v1.1.0-", "edge runs bert@v1.0.0 now"] {
            #expect(result.output.contains(text), "\(text): \(result.output)")
        }
    }

    /// Runs a command, and says after how many milliseconds a link led elsewhere: the least of several times, as others
    /// need the processors, too.
    private static let stopwatch = #"""
        import os, subprocess, sys, time
        link, times = sys.argv[1], []
        for version in ["v1.0.0", "v1.1.0"] * 3:
            before, start = os.readlink(link), time.monotonic()
            process = subprocess.Popen(["git", "model", "rollback", "--to", version, "--no-push"], stdout=subprocess.DEVNULL)
            while os.readlink(link) == before and process.poll() is None: time.sleep(0.002)
            if version == "v1.0.0": times.append(round(1000 * (time.monotonic() - start)))
            assert process.wait() == 0 and os.readlink(link) != before
        print(times, "within a second" if min(times) < 1000 else "too slow")
        """#

    @Test func `The old version runs again within a second, however large it is, from a bare clone without network`()
        async throws
    {
        let scratch = try await ScratchRepository(named: "bert")
        try scratch.write(Self.stopwatch, to: "../stopwatch.py")
        let result = try await scratch.run(
            """
            git init -q --bare ~/origin.git && git remote add origin ~/origin.git
            git model init -q --name bert --remote ~/store
            git config -f .mver/config deploy.edge.kind directory && git config -f .mver/config deploy.edge.path ../edge
            truncate -s 1G w.bin && git model add -q w.bin && git add -A && git commit -qm One
            git push -q -u origin main && git model tag -q v1.0.0 --push && git model trust -q deploy:$HOME/edge
            git model deploy -q v1.0.0 && echo small > w.bin && git model add -q w.bin && git commit -qam Two
            git model tag -q v1.1.0 --push && git model deploy -q v1.1.0 && test $(stat -L -c %s ~/edge/releases/bert-v1.0.0-*/w.bin) = 1073741824
            git clone -q --bare . ~/bare.git && cd ~/bare.git && git remote set-url origin ~/nowhere.git
            rm -rf ~/bert ~/store ~/origin.git && python3 ~/stopwatch.py ~/edge/current && git model deployments | wc -l
            chmod u+w ~/edge/releases/bert-v1.0.0-*/w.bin && printf x | dd of=$(ls ~/edge/releases/bert-v1.0.0-*/w.bin) bs=1 seek=900000000 conv=notrunc 2> ~/log
            git model rollback --to v1.0.0 --no-push > ~/log 2>&1 || echo damaged $?
            grep -c 'w.bin has other bytes' ~/log && readlink ~/edge/current
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in ["within a second\n", "damaged 4\n1\nreleases/bert-v1.0.0-"] {
            #expect(result.output.contains(text), "\(text): \(result.output)")
        }
    }
}
