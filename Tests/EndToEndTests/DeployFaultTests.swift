import TestSupport
import Testing

/// Deployments that the world gets in the way of: disks that fill, hosts that go away, clones that are lost.
@Suite struct DeployFaultTests {
    /// Three versions of 500 kB, 400 kB and 8 MB, and a target on `~/small`.
    private static func setUp(_ path: String = "../small/edge") -> String {
        """
        git init -q --bare ~/origin.git && git remote add origin ~/origin.git
        git model init -q --name bert --remote ~/store
        git config -f .mver/config deploy.edge.kind directory && git config -f .mver/config deploy.edge.path '\(path)'
        version() { head -c $1 /dev/urandom > w.bin && git model add -q w.bin && git add -A && git commit -qm $2 && git push -q origin HEAD && git model tag -q $2 --push; }
        version 500000 v1.0.0 && version 400000 v1.1.0 && version 8000000 v1.2.0

        """
    }

    /// Makes a place a file system of 3 MB.
    private static func mounted(_ place: String) -> String {
        "mkdir -p \(place) && mount -t tmpfs -o size=3m none \(place)\n"
    }

    @Test func `A disk that fills while files are restored leaves what runs, and the way back`() async throws {
        let result = try await ScratchRepository(named: "bert").run(
            Self.setUp() + Self.mounted("~/small") + """
                git model trust -q deploy:$HOME/small/edge && git model deploy -q v1.0.0 && git model deploy -q v1.1.0
                git model deploy v1.2.0 || echo full $?
                readlink ~/small/edge/current && ls ~/small/edge/.git-model/tmp | wc -l && ls ~/small/edge/releases | wc -l
                git model deployments status | grep '^files' && { cat /dev/zero > ~/small/fill 2>/dev/null || true; }
                git model deploy v1.2.0 > ~/log 2>&1 || echo still $?
                git model rollback --reason 'No room' && readlink ~/small/edge/current && git model deployments | head -n 1
                git model deploy v1.1.0 || echo refused $?
                rm ~/small/fill && git model deploy v1.1.0 --force | tail -n 1
                """,
            mounts: true
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "No space left on device\n", "full 5\nreleases/bert-v1.1.0-", "\n0\n2\nfiles       as they were sealed\n",
            "still 5\n", "edge runs bert@v1.0.0 now (before: v1.1.0), recorded at origin\n",
            "cannot note what is about to happen: ", "releases/bert-v1.0.0-",
            "rollback  bert@v1.0.0  Succeeded  No room\n",
            "edge was rolled back from it on 2026-01-02: No room\n", "refused 1\n",
            "edge runs bert@v1.1.0 now (before: v1.0.0)",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `What the clone notes for a disk that is full goes along with the stage later, also if it was killed`()
        async throws
    {
        let result = try await ScratchRepository(named: "bert").run(
            Self.setUp() + Self.mounted("~/small") + """
                fill() { cat /dev/zero > ~/small/fill 2>/dev/null || true; }
                emptied() { test -z "$(ls $own)"; }
                own=.git/model/deployments/edge ref=refs/git-model/deployments/edge
                git model trust -q deploy:$HOME/small/edge && git config -f .mver/config deploy.edge.stage production
                git commit -qam Follow && git push -q origin HEAD && git model promote -q v1.0.0 production && git model deploy -q
                git model promote -q v1.1.0 production && git model deploy -q && fill && mv ~/origin.git ~/away.git
                git model rollback && ls $own | wc -l && rm ~/small/fill && mv ~/away.git ~/origin.git
                git model deployments status 2>&1 | grep '^hint: tell' && git model deployments sync && emptied
                git clone -q ~/origin.git ~/job && git -C ~/job model which production
                git model deploy -q v1.1.0 edge --force && fill && git model rollback --no-push | head -n 1 && rm ~/small/fill
                event=$(ls $own | cut -d. -f1) && mv $own/$event.json $own/$event.pending && git update-ref $ref $ref~1
                git model deployments sync && emptied && git model deploy v1.1.0 edge || echo refused $?
                """,
            mounts: true
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "edge runs bert@v1.0.0 now (before: v1.1.0), recorded here\n",
            "The stage went along: bert#production#3, a draft, which only this clone has\n",
            "1\nhint: tell others: `git model deployments sync edge`\n",
            "edge: 3 events, the same as at origin, with bert#production#3\n", "\nbert@v1.0.0\n",
            "warning: a deployment of v1.0.0 to edge ended before it was recorded: Succeeded\n",
            "edge: 5 events, the same as at origin\n", "edge does not take bert@v1.1.0", "refused 1\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `So does the disk of another host`() async throws {
        let server = try await SSHServer(entersMounts: true)
        let place = "'\(server.directory)/small'"
        let result = try await ScratchRepository(named: "bert").run(
            Self.setUp() + Self.mounted(place) + """
                echo $$ > '\(server.directory)/mounts'
                export GIT_SSH_COMMAND="\(server.command)" GIT_MODEL_DEPLOY_EDGE_PATH='\(server.url(of: "small"))/edge'
                git model deploy -q v1.0.0 && git model deploy -q v1.1.0
                git model deploy v1.2.0 || echo full $?
                readlink \(place)/edge/current && ls \(place)/edge/releases | wc -l && ls -A \(place)/edge/.git-model/tmp | wc -l && { cat /dev/zero > \(place)/fill 2>/dev/null || true; }
                git model rollback && readlink \(place)/edge/current && git model rollback --to v1.1.0 | tail -n 1
                rm \(place)/fill && git model deployments status | grep '^files' && git model deploy v1.0.0 --force | tail -n 1
                """,
            mounts: true
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "error: cannot write release bert-v1.2.0-", "full 5\nreleases/bert-v1.1.0-", "\n2\n0\n",
            "edge runs bert@v1.0.0 now (before: v1.1.0), recorded at origin\nreleases/bert-v1.0.0-",
            "edge runs bert@v1.1.0 now (before: v1.0.0), recorded at origin\nfiles       as they were sealed\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
        #expect(
            result.output.hasSuffix("edge runs bert@v1.0.0 now (before: v1.1.0), recorded at origin\n"),
            "\(result.output)"
        )
    }

    /// Runs an SSH client until the words go by that replace the link, and breaks all connections of the server then:
    /// before the server has the words, or once it did what they say and before its answer is here.
    private static let gate = #"""
        import os, re, subprocess, sys, threading, time
        moment, link, breaking, command = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        silent = threading.Event()
        def feed():
            while chunk := os.read(0, 1 << 16):
                switches = re.search(rb"mv -fT '?current\.", chunk)
                if switches and moment == "before": return subprocess.run(["sh", breaking])
                before = os.readlink(link)
                if switches: silent.set()
                child.stdin.write(chunk)
                child.stdin.flush()
                if switches:
                    while os.readlink(link) == before: time.sleep(0.01)
                    return subprocess.run(["sh", breaking])
            child.stdin.close()
        threading.Thread(target=feed, daemon=True).start()
        while chunk := child.stdout.read1(1 << 16):
            if not silent.is_set():
                sys.stdout.buffer.write(chunk)
                sys.stdout.buffer.flush()
        os._exit(child.wait() if child.wait() >= 0 else 255)
        """#

    @Test func `A host that goes away around the switch is found as it is, by anybody, also where the clone is lost`()
        async throws
    {
        let server = try await SSHServer()
        let scratch = try await ScratchRepository(named: "bert")
        try scratch.write(Self.gate, to: "../gate.py")
        try scratch.write(server.breakingCommand, to: "../breaking")
        let result = try await scratch.run(
            DeploymentSample.setUp + """
                edge='\(server.directory)/edge' && export GIT_MODEL_DEPLOY_EDGE_PATH='\(server.url(of: "edge"))'
                direct="\(server.command)" && export GIT_SSH_COMMAND="$direct"
                gate() { export GIT_SSH_COMMAND="python3 $HOME/gate.py $1 $edge/current $HOME/breaking $direct"; }
                git model deploy -q v1.0.0 && gate before && git model deploy v1.1.0 || echo away $?
                readlink $edge/current && git model deployments | wc -l
                gate after && git model deploy v1.1.0 -m 'Weighs more' || echo lost $?
                readlink $edge/current && git model deployments | wc -l && export GIT_SSH_COMMAND="$direct"
                git clone -q ~/origin.git ~/second && cd ~/second && git model deployments sync && git model deployments | head -n 1
                git model rollback --no-push --reason 'Wrong on short texts' | tail -n 1 && rm -r ~/second/.git
                git clone -q ~/origin.git ~/third && cd ~/third && git model deployments sync
                git model deployments | head -n 1 && git model deploy v1.1.0 || echo refused $?
                cd ~/bert && git model deployments sync && git model deployments | wc -l && ls .git/model/deployments/edge | wc -l
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "away 13\nreleases/bert-v1.0.0-",
            "lost 13\nreleases/bert-v1.1.0-", "\n1\n",
            "warning: what put v1.1.0 into edge on 2026-01-02T03:04:05Z was not recorded here yet\n",
            "edge: 2 events, the same as at origin\n",
            "edge  2  2026-01-02T03:04  deploy  bert@v1.1.0  Succeeded  Weighs more\n",
            "warning: what put v1.0.0 into edge on 2026-01-02T03:04:05Z was not recorded here yet\n",
            "edge: 3 events, the same as at origin\n",
            "edge  3  2026-01-02T03:04  rollback  bert@v1.0.0  Succeeded  Wrong on short texts\n",
            "edge was rolled back from it on 2026-01-02: Wrong on short texts\n", "refused 1\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
        #expect(result.output.hasSuffix("edge: 3 events, the same as at origin\n3\n0\n"), "\(result.output)")
    }

    @Test func `What a process that was killed left at a target is settled from another clone`() async throws {
        let result = try await ScratchRepository(named: "bert").run(
            DeploymentSample.setUp + """
                git model deploy -q v1.0.0 && git model deploy -q v1.1.0 --no-push && event=$(ls ~/edge/.git-model/events | cut -d. -f1)
                mv ~/edge/.git-model/events/$event.json ~/edge/.git-model/events/$event.pending
                git clone -q ~/origin.git ~/other && rm -r .git && cd ~/other
                flock ~/edge/.git-model/lock git model deployments sync && git model deployments sync
                git model deployments && ls ~/edge/.git-model/events | wc -l
                mkdir ~/empty && GIT_MODEL_DEPLOY_EDGE_PATH=$HOME/empty git model deployments sync && ls -A ~/empty
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "warning: what edge itself knows was left alone: somebody else is deploying to ",
            "warning: a deployment of v1.1.0 to edge ended before it was recorded: Succeeded\n",
            "edge  2  2026-01-02T03:04  deploy  bert@v1.1.0  Succeeded\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
        #expect(
            result.output.hasSuffix("deploy  bert@v1.0.0  Succeeded\n0\nedge: 2 events, the same as at origin\n"),
            "\(result.output)"
        )
    }

    @Test func `What only a clone knows was under way is let go where others went on since, and what runs stays`()
        async throws
    {
        let result = try await ScratchRepository(named: "bert").run(
            DeploymentSample.setUp + """
                seals=$HOME/edge/.git-model/seals events=$HOME/edge/.git-model/events own=.git/model/deployments/edge ref=refs/git-model/deployments/edge
                git model deploy -q v1.0.0 && git model deploy -q v1.1.0 && bad=$(readlink ~/edge/current) && cp -r $seals ~/before
                git model rollback -q --no-push && mkdir -p $own && event=$(ls $events | cut -d. -f1) && mv $events/$event.json $own/$event.pending
                git update-ref $ref $ref~1 && ln -sfn $bad ~/edge/current && rm -r $seals && mv ~/before $seals
                git clone -q ~/origin.git ~/other && git -C ~/other model deployments sync && git -C ~/other model rollback --reason Bad
                git model trust -q command:$(printf 'grep\\0-q\\0.3\\0weights.json' | sha256sum | cut -c1-64)
                git config git-model.deploy.edge.health 'grep -q .3 weights.json'
                git model deployments sync && readlink ~/edge/current && ls $own | wc -l && git model deployments
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "edge runs bert@v1.0.0 now (before: v1.1.0), recorded at origin\n",
            "edge: 3 events, the same as at origin\nwarning: a deployment of v1.0.0 to edge ended before it was recorded, ",
            ", and others deployed since: what runs is left as it is\nreleases/bert-v1.0.0-", "\n0\nedge  3  ",
            "  Succeeded  Bad\nedge  2  ",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
        #expect(!result.output.contains("RolledBack"), "\(result.output)")
    }

    @Test func `A merge with conflicts in the configuration keeps nobody from going back`() async throws {
        let result = try await ScratchRepository(named: "bert").run(
            DeploymentSample.setUp + """
                git model deploy -q v1.0.0 && git model deploy -q v1.1.0 && git checkout -q -b other
                git config -f .mver/config monitor.x.metric a && git commit -qam Other && git checkout -q main
                git config -f .mver/config monitor.x.metric b && git commit -qam Ours && git merge other > ~/log || echo conflict
                git model deployments status edge && git model deployments edge && git model rollback edge
                git model deployments sync edge && git status --short .mver
                git add -A && git model deployments status edge || echo added $?
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(
            result.output.ranges(of: "warning: .mver/config has conflicts of a merge: what ").count == 4,
            "\(result.output)"
        )
        for text in [
            "conflict\n", "as they were sealed\n", "edge runs bert@v1.0.0 now (before: v1.1.0)",
            "\nUU .mver/config\n", "added 5\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `A tag that somebody moved to other files is deployed with a warning`() async throws {
        let result = try await ScratchRepository(named: "bert").run(
            DeploymentSample.setUp + """
                git model deploy -q v1.0.0 && old=$(git rev-parse bert@v1.0.0^0 | cut -c1-12) && git model deploy -q v1.1.0
                git model deploy v1.1.0 --dry-run 2>&1 | grep moved || echo same
                git tag -f -a -m moved bert@v1.0.0 bert@v1.1.0^0 > ~/log && new=$(git rev-parse bert@v1.0.0^0 | cut -c1-12)
                git model deploy v1.0.0 --dry-run 2>&1 | sed "s/$old/OLD/; s/$new/NEW/"
                git model deploy v1.0.0 2>&1 | sed "s/$old/OLD/; s/$new/NEW/"
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let warning =
            "warning: bert@v1.0.0 is not what it was: on 2026-01-02 it was deployed to edge from commit OLD, "
            + "now it is NEW, with other files: somebody moved the tag\n"
        #expect(result.output.contains("same\n"), "\(result.output)")
        #expect(result.output.ranges(of: warning).count == 2, "\(result.output)")
    }

    @Test func `What was sealed, and never switched to, is nothing to go back to`() async throws {
        let result = try await ScratchRepository(named: "bert").run(
            DeploymentSample.setUp + """
                git model deploy -q v1.0.0 && git model deploy -q v1.1.0 --no-push && rm ~/edge/.git-model/events/*.json
                git update-ref refs/git-model/deployments/edge refs/git-model/deployments/edge~1
                ln -sfn releases/$(ls ~/edge/releases | grep v1.0.0) ~/edge/current
                version 5 6 v1.2.0 && git model deploy v1.2.0 && git model rollback | tail -n 1 && readlink ~/edge/current
                git model deployments
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "warning: a deployment of v1.1.0 to edge ended before it changed anything\n",
            "edge runs bert@v1.2.0 now (before: v1.0.0), recorded at origin\n",
            "edge runs bert@v1.0.0 now (before: v1.2.0), recorded at origin\nreleases/bert-v1.0.0-",
            "\nedge  3  2026-01-02T03:04  rollback  bert@v1.0.0  Succeeded\nedge  2  2026-01-02T03:04  deploy    bert@v1.2.0  ",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `A switch that cannot be announced is not made, and the seal says nothing of it`() async throws {
        let result = try await ScratchRepository(named: "bert").run(
            DeploymentSample.setUp + """
                git model deploy -q v1.0.0 && cp serve.py kept.py
                sed -i '1s|^|import os; e = os.path.expanduser("~/edge/.git-model/events"); os.rmdir(e); os.symlink("/proc", e)\\n|' serve.py
                version 5 6 v1.2.0 && git model deploy v1.2.0 || echo unannounced $?
                readlink ~/edge/current && grep -c '"sequence"' ~/edge/.git-model/seals/bert-v1.2.0-*.json || echo says nothing
                rm ~/edge/.git-model/events && mv kept.py serve.py && version 7 8 v1.3.0 && git model deploy -q v1.3.0
                git model rollback | tail -n 1
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "unannounced 5\nreleases/bert-v1.0.0-", "\n0\nsays nothing\n",
            "edge runs bert@v1.0.0 now (before: v1.3.0), recorded at origin\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }
}
