import TestSupport
import Testing

/// Targets of the kind `process`, and versions that are served: deployment and gateway together.
@Suite struct ProcessTargetTests {
    /// Two versions and a target `edge` behind a gateway, which ends with the script; `ask`, `who` and `state` ask it,
    /// `halt` ends it.
    static let setUp =
        DeploymentSample.setUp + """
            port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
            url=http://127.0.0.1:$port socket=$HOME/edge/.git-model/gateway.sock
            git config -f .mver/config deploy.edge.kind process && git config -f .mver/config deploy.edge.listen 127.0.0.1:$port
            git commit -qam 'Serve it' && git push -q && git model trust -q "deploy:$HOME/edge?listen=127.0.0.1:$port"
            ask() { curl -sS -D ~/head -d '[[1, 1]]' $url/invocations && grep -i x-model-version ~/head | tr -d '\\r'; }
            who() { curl -sS -o /dev/null -D - -d '[[1, 1]]' "$@" $url/invocations | grep -i x-model-version | tr -d '\\r' | cut -d ' ' -f 2; }
            state() { curl -sS --unix-socket $socket http://localhost/status; }
            gateway() { state | sed 's/.*"process":\\([0-9]*\\)}$/\\1/'; }
            halt() { curl -sS -o /dev/null --unix-socket $socket http://localhost/stop -d '{}' 2>/dev/null || true; }
            trap halt EXIT

            """

    private func run(_ script: String) async throws -> ShellResult {
        try await ScratchRepository(named: "bert").run(Self.setUp + script)
    }

    @Test func `A deployment moves the traffic, and a rollback brings it back`() async throws {
        let result = try await run(
            """
            git model deploy v1.0.0 2>&1 && ask && one=$(state | grep -o '"process":[0-9]*}')
            git model deploy v1.1.0 2>&1 && ask && test "$one" = "$(state | grep -o '"process":[0-9]*}')" && echo same gateway
            git model rollback --reason 'Worse' && ask && git model deployments status
            grep -c release ~/edge/.git-model/gateway.json || echo current
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "let systemd run it: docs/serving.md", "[3]x-model-version: v1.0.0\n",
            "[4]x-model-version: v1.1.0\nsame gateway\n",
            "edge runs bert@v1.0.0 now (before: v1.1.0)", "\n0\ncurrent\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
        #expect(result.output.count(of: "let systemd run it") == 1, "\(result.output)")
    }

    @Test func `A version that fails its sample never gets a request`() async throws {
        let result = try await run(
            """
            git model deploy -q v1.0.0 2>/dev/null && version 5 4 v1.2.0
            git model deploy v1.2.0 || echo failed $?; ask && readlink ~/edge/current && state | grep -o '"release":"[^"]*"'
            ls ~/edge/releases
            """
        )
        for text in [
            "failed 4\n", "[3]x-model-version: v1.0.0\nreleases/bert-v1.0.0-", "differs from expected.json",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
        #expect(!result.output.split(separator: "failed 4").last!.contains("v1.2.0"), "\(result.output)")
    }

    @Test func `A first deployment whose port is taken runs nothing, and says why`() async throws {
        let result = try await run(
            """
            python3 -m http.server --bind 127.0.0.1 $port >/dev/null 2>&1 & other=$!
            until curl -fsS -o /dev/null $url 2>/dev/null; do sleep 0.1; done
            git model deploy v1.0.0 || echo failed $?; kill $other
            test -e ~/edge/current || echo nothing; git model deploy v1.0.0 | tail -n 1 && ask
            """
        )
        for text in [": Address already in use", "failed ", "[3]x-model-version: v1.0.0\n"] {
            #expect(result.output.contains(text), "\(text): \(result.output)")
        }
        let said = result.output.firstRange(of: "cannot listen at 127.0.0.1:").map { result.output[$0.upperBound...] }
        #expect(said?.drop(while: \.isNumber).hasPrefix(": Address already in use") == true, "\(result.output)")
        #expect(!result.output.contains("errno"), "\(result.output)")
    }

    @Test func `A first deployment that stops working before it is recorded is served no more`() async throws {
        let result = try await run(
            """
            git model deploy -q v1.0.0 --no-push 2>/dev/null && event=$(ls ~/edge/.git-model/events | cut -d. -f1) && one=$(gateway)
            mv ~/edge/.git-model/events/$event.json ~/edge/.git-model/events/$event.pending && git update-ref -d refs/git-model/deployments/edge
            chmod -R u+w ~/edge/releases && echo broken > ~/edge/current/serve.py
            kill -9 $(state | grep -o '"process":[0-9]*,' | grep -o '[0-9]*')
            while state | grep -q '"state":"ready"'; do sleep 0.1; done; git model deployments sync
            test -e ~/edge/current || echo nothing; grep -qs '^State:[^Z]*$' /proc/$one/status || echo ended
            git model deploy v1.1.0 2>/dev/null | tail -n 1 && ask
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "warning: a deployment of v1.0.0 to edge ended before it was recorded: Failed\n", "nothing\nended\n",
            "edge runs bert@v1.1.0 now, recorded at origin\n[4]x-model-version: v1.1.0\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `A gateway that was killed is started again by the next deployment, or by serve`() async throws {
        let result = try await run(
            """
            git model deploy -q v1.0.0 2>/dev/null && kill -9 $(state | sed 's/.*"process":\\([0-9]*\\)}$/\\1/')
            git-model serve --target edge 2> ~/said & serve=$!
            until grep -q Serving ~/said; do sleep 0.1; done; ask && git model deploy v1.1.0 | tail -n 1 && ask
            kill -TERM $serve; wait $serve; echo ended $?; git model deploy -q v1.0.0 2>/dev/null && ask
            """
        )
        for text in [
            "[3]x-model-version: v1.0.0\n", "edge runs bert@v1.1.0 now (before: v1.0.0)",
            "[4]x-model-version: v1.1.0\nended 0\n[3]",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `What tracked files say of its gateway anew waits until somebody agrees`() async throws {
        let result = try await run(
            """
            git model deploy -q v1.0.0 2>/dev/null && git model deploy -q v1.1.0 && cp ~/edge/.git-model/gateway.json ~/before
            git config -f .mver/config deploy.edge.log r.jsonl && git config -f .mver/config deploy.edge.payloads true && git commit -qam Log
            git model rollback 2>&1 && cmp ~/before ~/edge/.git-model/gateway.json && echo same
            git model deployments status 2>&1 && kill -9 $(gateway)
            git-model serve --target edge 2> ~/said & serve=$!
            until grep -q Serving ~/said; do sleep 0.1; done; ask; cmp ~/before ~/edge/.git-model/gateway.json && echo served
            kill -TERM $serve; wait $serve; grep 'does as before' ~/said && test ! -e ~/edge/r.jsonl && rm ~/edge/.git-model/gateway.json
            git-model serve --target edge || echo unknown $?
            git model trust -q "deploy:$HOME/edge?listen=127.0.0.1:$port&log=r.jsonl&payloads=true" && git model deploy -q v1.1.0 --force 2>/dev/null
            ask; for n in $(seq 300); do test -s ~/edge/r.jsonl || sleep 0.1; done; test -s ~/edge/r.jsonl
            git model deployments status 2>&1 | grep before, || echo agreed
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "edge runs bert@v1.0.0 now (before: v1.1.0)", "same\n", "[3]x-model-version: v1.0.0\nserved\n",
            "&log=r.jsonl&payloads=true", "unknown 5\n", "[4]x-model-version: v1.1.0\nagreed\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
        #expect(
            result.output.count(of: "warning: the gateway of edge does as before, for nobody") == 3,
            "\(result.output)"
        )
    }

    @Test func `A target that nobody serves is told by the exit code`() async throws {
        let result = try await run(
            """
            git model deployments status && git model deploy -q v1.0.0 2>/dev/null && git model deployments status --json | grep isServed
            kill -9 $(gateway); git model deployments status || echo unserved $?
            git model deployments status --quick --json | grep isServed
            chmod -R u+w ~/edge/releases && echo '[1, 9]' > ~/edge/current/weights.json; git model deployments status || echo changed $?
            """
        )
        for text in [
            "\"isServed\":true", "files       as they were sealed\n", "unserved 1\n", "\"isServed\":false",
            "changed 4\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `Who asks at the same moment whether a gateway runs is not taken for one`() async throws {
        let result = try await run(
            """
            git model deploy -q v1.0.0 2>/dev/null && kill -9 $(gateway)
            flock -s ~/edge/.git-model/gateway.lock git-model deployments status 2>&1 || echo unserved $?
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in ["warning: no gateway serves edge\n", "unserved 1\n"] {
            #expect(result.output.contains(text), "\(text): \(result.output)")
        }
    }

    @Test func `Files that were changed below a gateway are put right, and it serves from them`() async throws {
        let result = try await run(
            """
            git model deploy -q v1.0.0 2>/dev/null; children() { state | grep -o '"process":[0-9]*,'; }; one=$(children)
            chmod -R u+w ~/edge/releases && echo '[1, 9]' > ~/edge/current/weights.json
            git model deploy v1.0.0 2>&1 && git model deployments status | grep '^files' && ask
            for n in $(seq 300); do state | grep -q draining || break; sleep 0.1; done
            test "$(children)" != "$one" && echo anew; state | grep -o '"percent":[0-9]*'; git model deploy v1.0.0
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "warning: what ran on edge was not as it was sealed: weights.json has other bytes\n",
            "files       as they were sealed\n[3]x-model-version: v1.0.0\n",
            "\nanew\n\"percent\":100\nedge runs bert@v1.0.0 already\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `A gateway that is killed in the middle of a switch serves what it served, and takes the version then`()
        async throws
    {
        let result = try await run(
            """
            git model deploy -q v1.0.0 2>/dev/null && sed -i '1s/^/import time; time.sleep(2)\\n/' serve.py && version 5 6 v1.2.0
            git model deploy v1.2.0 > ~/deployed 2>&1 & deploy=$!
            until state | grep -q starting; do sleep 0.1; done; kill -9 $(gateway); wait $deploy && echo deployed || echo failed $?
            grep -o 'edge ended$' ~/deployed && grep -c 'bug in git-model' ~/deployed || readlink ~/edge/current; git-model serve --target edge 2> ~/said & serve=$!
            until grep -q Serving ~/said; do sleep 0.1; done; ask; git model deploy v1.2.0 | tail -n 1 && ask
            kill -TERM $serve; wait $serve; echo ended $?
            """
        )
        #expect(result.output.hasPrefix("failed 5\nedge ended\n0\nreleases/bert-v1.0.0-"), "\(result.output)")
        for text in [
            "[3]x-model-version: v1.0.0\n", "edge runs bert@v1.2.0 now (before: v1.0.0)",
            "[6]x-model-version: v1.2.0\nended 0\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `Who interrupts a deployment while its gateway starts has the old version served, by another gateway`()
        async throws
    {
        let result = try await run(
            """
            git model deploy -q v1.0.0 2>/dev/null && kill -9 $(gateway)
            cat > ~/load.py <<END
            import os, signal, time
            count = len(open("$HOME/loads").read()) if os.path.exists("$HOME/loads") else 0
            open("$HOME/loads", "a").write("x")
            if count == 1:
                signal.signal(signal.SIGTERM, lambda *_: (time.sleep(2), os._exit(0)))
                os.kill(int(open("$HOME/pid").read()), signal.SIGINT)
                time.sleep(30)
            END
            sed -i "1i exec(open('$HOME/load.py').read())" serve.py && version 5 6 v1.2.0
            sh -c 'echo $$ > ~/pid; exec git-model deploy v1.2.0' || echo stopped $?
            readlink ~/edge/current; ask; git model deployments status --quick && ls ~/edge/.git-model/events | grep -c pending || echo settled
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in ["stopped ", "\nreleases/bert-v1.0.0-", "[3]x-model-version: v1.0.0\n", "\n0\nsettled\n"] {
            #expect(result.output.contains(text), "\(text): \(result.output)")
        }
    }

    @Test func `A version is served from a clone until it is stopped, and nothing of it stays`() async throws {
        let result = try await run(
            """
            env --default-signal=INT git-model serve v1.1.0 --port $port 2> ~/said & serve=$!
            until grep -q Serving ~/said; do sleep 0.1; done; sed 's/-[0-9a-f]* at.*//' ~/said; ask
            git model serve v1.1.0 --port 0 || echo busy $?
            kill -INT $serve; wait $serve; echo ended $?; ls .git/model/serve; git status --porcelain
            """
        )
        for text in ["Serving bert-v1.1.0\n", "[4]x-model-version: v1.1.0\n", "busy 11\nended 0\n"] {
            #expect(result.output.contains(text), "\(text): \(result.output)")
        }
        #expect(result.output.hasSuffix("ended 0\n"), "\(result.output)")
    }

    typealias Case = ScriptCase

    static let cases = [
        Case("git model serve v9.0.0", says: "v9.0.0", exits: 5),
        Case("git model serve --target nowhere", says: "there is no target 'nowhere'", exits: 5),
        Case(
            "git model serve --target edge",
            says: "nothing was deployed to edge",
            "git model deploy VERSION edge",
            exits: 5
        ),
        Case("git model serve v1.0.0 --target edge", says: "leave out the version", exits: 2),
        Case("git model serve --port 70000", says: "70000 is no port", exits: 2),
        Case(
            "git model serve v1.0.0 --host 0.0.0.0 --port 0",
            says: "set GIT_MODEL_GATEWAY_TOKEN to a token",
            exits: 2
        ),
        Case("rm ~/.config/git-model/trust; git model serve v1.0.0", says: "git model trust command:", exits: 5),
        Case(
            "version 5 4 v1.2.0; git model serve v1.2.0 --port 0",
            says: "did not pass its trial",
            "differs",
            exits: 4
        ),
        Case(
            "git config deploy.edge.listen x; git config git-model.deploy.edge.listen nope:x; git model deploy v1.0.0",
            says: "listen",
            exits: 5
        ),
        // Nobody is asked to agree to it first.
        Case(
            "git config -f .mver/config deploy.edge.log ../x.jsonl; git model deploy v1.0.0",
            says: "which is no path in the target's directory",
            exits: 5
        ),
    ]

    @Test(arguments: cases)
    func `What cannot be served is said`(test: Case) async throws { test.check(try await run(test.script)) }
}

extension String {
    fileprivate func count(of text: String) -> Int { ranges(of: text).count }
}
