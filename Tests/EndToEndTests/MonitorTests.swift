import SystemPackage
import TestSupport
import Testing

/// Watching a target: what is said of it, by which exit code, and what is done about it.
@Suite struct MonitorTests {
    private func run(_ script: String) async throws -> ShellResult {
        try await ScratchRepository(named: "churn").run(MonitorSample.setUp + script)
    }

    @Test func `A log decides: fine, breached, or not known`() async throws {
        let result = try await run(
            """
            git model monitor && exit 1 || echo silent $?
            requests 199 0 40 v1.1.0 && requests 500 500 0 v1.0.0 && git model monitor edge || echo few $?
            requests 801 8 40 v1.1.0 && git model monitor && printf '{"ts": "2026' >> ~/requests.log && git model monitor -q && echo fine
            git model monitor --json | python3 -c 'import json, sys; r = json.load(sys.stdin); print(r["outcome"], r["verdict"], r["version"], [f["count"] for f in r["rules"]])'
            echo >> ~/requests.log && requests 1000 500 40 v1.1.0 && git model monitor || echo errors $?
            rm ~/requests.log && requests 1000 0 20 v1.1.0 && git model monitor || echo drift $?
            git config --add git-model.monitor.edge.rule 'latency < 1' && git model monitor || echo wrong $?
            git model deployments | wc -l
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "/requests.log does not say what went on", "silent 3\n",
            "only 199 of 200 requests to judge by", "few 3\n", "edge: ok (churn v1.1.0)", "  0.008 (1000 in 300 s)\n",
            "fine\n", "ok ok v1.1.0 [1000, 1000, 1000, 1000]\n", "errors 1\n", "of age (1000 in 300 s)\n", "drift 1\n",
            "error: monitor.edge.rule is \"latency < 1\", and its metric is unknown", "wrong 5\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
        #expect(result.output.hasSuffix("\n2\n"), "\(result.output)")
    }

    @Test func `What is set for one time counts, also where no file has the key`() async throws {
        let result = try await run(
            """
            requests 1000 0 40 v1.1.0 && GIT_MODEL_MONITOR_EDGE_LIMIT=nonsense git model monitor || echo limit $?
            GIT_MODEL_MONITOR_EDGE_SOURCE="log $HOME/other.log" git model monitor || echo other $?
            git model monitor -q && echo fine
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "error: monitor.edge.limit is no number from 0 to 1000", "limit 5\n",
            "/other.log does not say what went on", "other 3\n", "fine\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `An image in a registry is compared with the profile of its version, too`() async throws {
        let result = try await run(
            """
            git config git-model.deploy.images.kind oci && git config git-model.deploy.images.to oci:$HOME/images
            git config -f .mver/config monitor.images.source 'log ../requests.log'
            for rule in 'psi(*) < 0.2' 'js(prediction) < 0.1'; do git config -f .mver/config --add monitor.images.rule "$rule"; done
            git config -f .mver/config monitor.images.action rollback
            git model deploy -q v1.0.0 images && git model deploy -q v1.1.0 images && requests 1000 0 40 v1.1.0 && git model monitor images
            rm ~/requests.log && requests 1000 0 20 v1.1.0 && git model monitor images --act || echo drift $?
            requests 1000 0 20 v1.0.0 && git model monitor images
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "images: ok (churn v1.1.0)", "of age (1000 in 300 s)\n", "rolled back: v1.0.0 runs again\n", "drift 1\n",
            "images: ok (churn v1.0.0)",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `Drift takes back a version, once, and the profile goes along`() async throws {
        let result = try await run(
            """
            git config -f .mver/config monitor.edge.action rollback
            requests 1000 0 20 v1.1.0 && git model monitor || echo looked $? && readlink ~/edge/current
            git model monitor --act || echo acted $? && readlink ~/edge/current
            git model deployments | head -n 1 && git model monitor || echo unknown $?
            requests 1000 0 20 v1.0.0 && git model monitor && git model deploy v1.1.0 || echo refused $?
            git model deploy -q v1.1.0 --force && git model monitor --act || echo braked $?
            git config git-model.monitor.edge.cooldown 1s && git config git-model.monitor.edge.limit 1
            GIT_COMMITTER_DATE=2026-01-02T04:04:05Z git model monitor --act || echo limited $?
            GIT_COMMITTER_DATE=2026-01-04T04:04:05Z git model monitor --act || echo again $?
            git model deployments | head -n 1
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "not done: rollback: --act is not given\n", "hint: let it act: `git model monitor edge --act`\n",
            "looked 1\nreleases/churn-v1.1.0-", "rolled back: v1.0.0 runs again\n", "acted 1\nreleases/churn-v1.0.0-",
            "rollback  churn@v1.0.0  Succeeded  monitor: psi(*) < 0.2", "unknown 3\n", "edge: ok (churn v1.0.0)",
            "refused 1\n", "not done: rollback: the last automatic rollback was less than 600 seconds ago\n",
            "braked 1\n",
            "not done: rollback: there were 1 automatic rollbacks within a day, and more need somebody to decide\n",
            "limited 1\n", "again 1\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `What another clone took back by itself holds back this one, which was not told of it`() async throws {
        let result = try await run(
            """
            set_up() { git config git-model.deploy.images.kind oci && git config git-model.deploy.images.to oci:$HOME/images; }
            watch() { git config git-model.monitor.images.source 'log ../requests.log' && git config git-model.monitor.images.action rollback; }
            rule() { git config git-model.monitor.images.rule 'error_rate <= 0.1'; }
            set_up && watch && rule && git model deploy -q v1.0.0 images && git model deploy -q v1.1.0 images
            git clone -q ~/origin.git ~/other && cd ~/other && set_up && watch && rule && git model deployments sync images
            cd ~/churn && requests 1000 500 0 v1.1.0 && git model monitor images --act || echo acted $?
            git model deploy -q v1.1.0 images --force && cd ~/other && echo known $(git model deployments images | wc -l)
            git model monitor images --act || echo braked $?
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "acted 1\n", "known 2\n", "v1.1.0 stays: the last automatic rollback was less than 600 seconds ago\n",
            "braked ",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
        #expect(result.output.ranges(of: "rolled back: v1.0.0 runs again\n").count == 1, "\(result.output)")
    }

    /// Answers 204, and writes down what it is sent and whether the signature is right.
    private static let receiver = #"""
        import hashlib, hmac, http.server, sys
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                code = "sha256=" + hmac.new(b"secret", body, hashlib.sha256).hexdigest()
                with open(sys.argv[2], "ab") as log:
                    log.write(body + b"\nsigned: %r\n" % (self.headers["X-Git-Model-Signature"] == code))
                self.send_response(204)
                self.end_headers()
        http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
        """#

    @Test func `A webhook is told what is breached, after the user agreed to it, and by nobody else`() async throws {
        let scratch = try await ScratchRepository(named: "churn")
        try scratch.write(Self.receiver, to: "../receiver.py")
        let (program, log) = (scratch.home.appending("receiver.py").string, scratch.home.appending("told").string)
        let server = try await LoopbackServer(log: scratch.home.appending("receiver.log")) {
            ["python3", program, "\($0)", log]
        }
        let result = try await scratch.run(
            MonitorSample.setUp + """
                git config -f .mver/config monitor.edge.action 'webhook \(server.origin)/hook'
                requests 1000 500 40 v1.1.0 && git model monitor || echo looked $? && test ! -e ~/told
                git model monitor --act || echo refused $? && test ! -e ~/told
                git model trust -q \(server.origin)/hook && GIT_MODEL_WEBHOOK_SECRET=secret git model monitor --act || echo told $?
                cat ~/told && git model monitor --act >/dev/null 2>&1 || tail -n 1 ~/told
                rm ~/told && git config git-model.monitor.edge.interval 1s
                timeout -s INT 8 git model monitor --watch --act > ~/watched || test $(grep -c ' edge breached' ~/watched) -gt 1
                echo watched, told $(grep -c '"verdict":"breached"' ~/told)
                git config git-model.monitor.edge.action 'webhook http://127.0.0.1:1/' && git model monitor --act --trust http://127.0.0.1:1/ || echo away $?
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "looked 1\n", "nobody on this machine agreed to", "refused 1\n", "told \(server.origin)/hook\n", "told 1\n",
            "\"rule\":\"error_rate <= 0.01\"", "\"verdict\":\"breached\"", "\"target\":\"edge\"", "signed: True\n",
            "signed: False\n", "\nwatched, told 1\n", "away 1\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
        withExtendedLifetime(server) {}
    }

    @Test func `Watching goes on while nobody answers, and says so line by line`() async throws {
        let result = try await run(
            """
            git config git-model.monitor.edge.interval 1s
            timeout -s INT 4 git model monitor --watch > ~/watched || echo ended $?
            cat ~/watched && requests 1000 0 40 v1.1.0
            timeout -s INT 3 git model monitor --watch --json > ~/watched || echo ended $?
            wc -l < ~/watched && head -n 1 ~/watched
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.contains(" edge inconclusive\n"), "\(result.output)")
        #expect(result.output.contains("\"verdict\":\"ok\""), "\(result.output)")
        #expect(result.output.contains("ended 130\n") || result.output.contains("ended 124\n"), "\(result.output)")
    }

    @Test func `A clock that was set back since the deployment hides no request`() async throws {
        let result = try await run(
            """
            GIT_COMMITTER_DATE=2031-01-02T03:04:05Z git model deploy -q v1.0.0 && git model monitor || echo silent $?
            requests 1000 0 20 v1.0.0 && git model monitor && requests 1000 500 20 v1.0.0 && git model monitor || echo errors $?
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in ["silent 3\n", "edge: ok (churn v1.0.0)", "errors 1\n"] {
            #expect(result.output.contains(text), "\(text): \(result.output)")
        }
    }

    @Test func `The rules become alert rules that promtool takes`() async throws {
        let result = try await run(
            """
            git model monitor --alerts > ~/rules.yml && promtool check rules ~/rules.yml && cat ~/rules.yml
            git config --add git-model.monitor.edge.rule 'p99 < 600' && git model monitor --alerts || echo refused $?
            """
        )
        #expect(
            result.output.contains("error: monitor.edge.rule is \"p99 < 600\", and of requests that take longer than")
        )
        #expect(result.output.contains("\nrefused 5\n"), "\(result.output)")
        #expect(result.output.contains("SUCCESS: 4 rules found"), "\(result.output)")
        #expect(result.output.contains("GitModelDrift"), "\(result.output)")
    }
}
