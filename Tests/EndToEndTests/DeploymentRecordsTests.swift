import TestSupport
import Testing

/// What Git knows of deployments: from two clones, from processes that were killed, and from people who write nonsense.
@Suite struct DeploymentRecordsTests {
    /// A `git` that does something when asked to keep an object, which is what recording begins with.
    private static func interposed(_ action: String) -> String {
        """
        mkdir ~/bin && printf '#!/bin/sh\\ncase " $* " in *" hash-object "*) \(action);; esac\\nexec '"$(command -v git)"' "$@"\\n' > ~/bin/git
        chmod +x ~/bin/git

        """
    }

    private func run(_ script: String) async throws -> ShellResult {
        try await ScratchRepository(named: "bert").run(DeploymentSample.setUp + script)
    }

    @Test func `What two clones did without knowing of each other is put together`() async throws {
        let result = try await run(
            """
            git clone -q ~/origin.git ~/other && git config git-model.deploy.edge.path ~/here
            git -C ~/other config git-model.deploy.edge.path ~/there && git model deploy v1.0.0 --no-push
            (cd ~/other && git model deploy -q v1.1.0) && git model deployments | wc -l && git model deployments sync
            git model deployments && git rev-list --merges --count refs/git-model/deployments/edge
            cd ~/other && git model deployments sync && git model deployments | wc -l
            git rev-parse refs/git-model/deployments/edge > ~/one && git -C ~/bert rev-parse refs/git-model/deployments/edge | diff - ~/one
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "hint: tell others: `git model deployments sync edge`\n", "\n1\nedge: 2 events, the same as at origin\n",
            "bert@v1.0.0  Succeeded\n", "bert@v1.1.0  Succeeded\n", "\n1\nedge: 2 events, the same as at origin\n2\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `Files of others that are no events are named, and keep nobody from the others`() async throws {
        let result = try await run(
            """
            git model deploy -q v1.0.0 && git clone -q ~/origin.git ~/odd && cd ~/odd
            git fetch -q origin refs/git-model/deployments/edge && git checkout -q FETCH_HEAD
            echo nonsense > 000002-0123456789ab.json && cp 000001-*.json 000003-ba9876543210.json && echo x > README
            head -c 2000000 /dev/zero > 000004-aaaaaaaaaaaa.json && git add -A && git commit -qm Odd
            git push -q origin HEAD:refs/git-model/deployments/edge && cd ~/bert && git model deploy v1.1.0
            git model deployments 2> ~/log | cut -c1-60 && grep -c 'is no event, and is left out' ~/log
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "warning: 000002-0123456789ab.json in the records of edge is no event, and is left out\n",
            "edge runs bert@v1.1.0 now (before: v1.0.0), recorded at origin\n",
            "edge  2  2026-01-02T03:04  deploy  bert@v1.1.0  Succeeded\nedge  1  2026-01-02T03:04  deploy  bert@v1.0.0  Succeeded\n3\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `An event that nothing could come after is left out, and keeps nobody from recording`() async throws {
        let result = try await run(
            """
            git model deploy -q v1.0.0 && git clone -q ~/origin.git ~/odd && cd ~/odd
            git fetch -q origin refs/git-model/deployments/edge && git checkout -q FETCH_HEAD
            sed -e 's/"sequence": 1,/"sequence": 1000000000,/' -e 's/"id": "............/"id": "000000000000/' 000001-*.json > 1000000000-000000000000.json
            git add -A && git commit -qm Odd && git push -q origin HEAD:refs/git-model/deployments/edge
            cd ~/bert && git model deploy v1.1.0 && git model deployments && git model rollback | tail -n 1
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "warning: 1000000000-000000000000.json in the records of edge is no event, and is left out\n",
            "\nedge  2  2026-01-02T03:04  deploy  bert@v1.1.0  Succeeded\nedge  1  2026-01-02T03:04  deploy  bert@v1.0.0  Succeeded\n",
            "edge runs bert@v1.0.0 now (before: v1.1.0), recorded at origin\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `What a fork says of a target is no part of its history, and goes nowhere`() async throws {
        let result = try await run(
            """
            git model deploy -q v1.0.0 && git model deploy -q v1.1.0 && git clone -q ~/origin.git ~/forger && cd ~/forger
            git fetch -q origin refs/git-model/deployments/edge && git checkout -q FETCH_HEAD
            sed -e 's/"sequence": 2,/"sequence": 3,/' -e 's/"id": "............/"id": "000000000000/' -e 's/v1\\.1\\.0/v6.6.6/g' 000002-*.json > 000003-000000000000.json
            grep -c v6.6.6 000003-000000000000.json && git add -A && git commit -qm Forge && git init -q --bare ~/fork.git
            git push -q ~/fork.git HEAD:refs/git-model/deployments/edge HEAD:refs/git-model/deployments/ghost
            cd ~/bert && git remote add fork ~/fork.git
            git config --add remote.fork.fetch '+refs/git-model/*:refs/git-model-remotes/fork/*'
            git fetch -q fork && git for-each-ref refs/git-model-remotes/fork | wc -l && git model deployments
            git model log | grep -c v6.6.6 || echo unheard && git model deployments ghost || echo ghost $?
            git model rollback | tail -n 1 && git ls-tree --name-only refs/git-model/deployments/edge | wc -l
            git -C ~/origin.git ls-tree --name-only refs/git-model/deployments/edge | grep 000000000000 || echo clean
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "\n2\nedge  2  2026-01-02T03:04  deploy  bert@v1.1.0  Succeeded\nedge  1  2026-01-02T03:04  deploy  bert@v1.0.0  Succeeded\n0\nunheard\n",
            "there is no target 'ghost'", "ghost 5\n",
            "edge runs bert@v1.0.0 now (before: v1.1.0), recorded at origin\n3\nclean\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `A process that is killed before it records leaves what the next one records`() async throws {
        let result = try await run(
            Self.interposed("kill -9 $PPID") + """
                git model deploy -q v1.0.0 && PATH=$HOME/bin:$PATH git-model deploy v1.1.0 > ~/log 2>&1 || echo killed
                readlink ~/edge/current && git model deployments | head -n 1 && git model deployments sync && git model deployments | wc -l
                event=$(git model deployments --json | grep -o '"id":"[0-9a-f]*"' | head -n 1 | cut -d'"' -f4)
                git show refs/git-model/deployments/edge:000002-$(echo $event | cut -c1-12).json > ~/edge/.git-model/events/$event.pending
                git update-ref refs/git-model/deployments/edge refs/git-model/deployments/edge~1
                git update-ref -d refs/git-model-remotes/origin/deployments/edge && git push -q -f origin refs/git-model/deployments/edge
                git model deployments status --quick 2>&1 | grep -c 'under way' && git model deploy v1.1.0
                git model deployments | head -n 1 && ls ~/edge/.git-model/events | wc -l
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "killed\nreleases/bert-v1.1.0-", "edge  2  2026-01-02T03:04  deploy  bert@v1.1.0  Succeeded\n",
            "edge: 2 events, the same as at origin\n2\n",
            "warning: a deployment of v1.1.0 to edge ended before it was recorded: Succeeded\n",
            "edge runs bert@v1.1.0 already\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `A clone whose Git cannot be written to deploys all the same`() async throws {
        let result = try await run(
            Self.interposed("exit 128") + """
                PATH=$HOME/bin:$PATH git-model deploy v1.0.0 && git for-each-ref refs/git-model && ls ~/edge/.git-model/events | wc -l
                git model deployments && git model deployments sync && ls ~/edge/.git-model/events | wc -l
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "edge runs bert@v1.0.0 now, recorded here\n", "warning: what happened is not known to others yet: ",
            "\n1\nedge  1  2026-01-02T03:04  deploy  bert@v1.0.0  Succeeded\nedge: 1 event, the same as at origin\n0\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `What a target could go back to stays in the store, whichever remote says so`() async throws {
        let result = try await run(
            """
            git model deploy -q v1.1.0 && git tag -d bert@v1.1.0 > ~/log && git reset -q --hard HEAD~1
            git update-ref -d refs/remotes/origin/main && git reflog expire --expire=now --all && rm -f weights.json .git/ORIG_HEAD .git/FETCH_HEAD
            git model checkout -q && git model gc --prune-now --dry-run --json | grep -o '"packs":[0-9]*'
            git update-ref refs/git-model-remotes/hub/deployments/edge refs/git-model/deployments/edge
            git update-ref -d refs/git-model/deployments/edge && git update-ref -d refs/git-model-remotes/origin/deployments/edge
            git remote add fork ~/fork.git && git remote rename origin hub 2> ~/log
            git model gc --prune-now --dry-run --json | grep -o '"packs":[0-9]*'
            git update-ref -d refs/git-model-remotes/hub/deployments/edge
            git model gc --prune-now --dry-run --json | grep -o '"packs":[0-9]*'
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let counts = result.output.split(separator: "\n").suffix(3)
        #expect(counts.dropLast().allSatisfy { $0 == "\"packs\":0" }, "\(result.output)")
        #expect(counts.last != "\"packs\":0", "\(result.output)")
    }
}
