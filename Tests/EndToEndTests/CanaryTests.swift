import TestSupport
import Testing

/// A version that gets a part of a target's traffic, until somebody decides.
@Suite struct CanaryTests {
    private func run(_ script: String, goesOn: Bool = false) async throws -> ShellResult {
        try await ScratchRepository(named: "bert").run(ProcessTargetTests.setUp + script, goesOn: goesOn)
    }

    @Test func `It gets its part and what was said, and then all`() async throws {
        let result = try await run(
            """
            git model deploy -q v1.0.0 2>/dev/null
            git model deploy v1.1.0 --canary 30 --sticky-header X-Tenant -m 'See first' 2>&1
            for n in $(seq 60); do who; done | sort -u
            for key in $(seq 20); do for n in 1 2 3; do who -H "X-Tenant: $key"; done | sort -u | wc -l; done | sort -u
            readlink ~/edge/current && git model deployments status && git model deployments && git model deploy v1.0.0 2>&1
            git model deployments status --json | python3 -c 'import json, sys; print([(s["version"], s["percent"], s["state"]) for s in json.load(sys.stdin)["traffic"]])'
            git model deploy v1.1.0 --canary 60 | tail -n 1 && state | grep -o '"percent":[0-9]*' | sort
            git model deploy v1.1.0 --canary 100 && for n in $(seq 20); do who; done | sort -u
            test -e ~/edge/.git-model/canary.json || echo alone; git model deployments status | grep -e traffic -e before
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "edge gives bert@v1.1.0 30 % of its traffic (the rest: v1.0.0), recorded at origin\n",
            "hint: let it have all: `git model deploy bert@v1.1.0 edge`\n",
            "hint: take it back: `git model rollback edge`\n", "\nv1.0.0\nv1.1.0\n1\nreleases/bert-v1.0.0-",
            "70 % v1.0.0\n", "30 % v1.1.0\n", "deploy  bert@v1.1.0  Paused     30 % of the traffic: See first\n",
            "edge runs bert@v1.0.0 already\n",
            "v1.1.0 gets 30 % of its traffic; `git model rollback edge` takes it back",
            "[('v1.0.0', 70, 'ready'), ('v1.1.0', 30, 'ready')]\n",
            "edge gives bert@v1.1.0 60 % of its traffic (the rest: v1.0.0), recorded at origin\n"
                + "\"percent\":40\n\"percent\":60\n",
            "edge runs bert@v1.1.0 now (before: v1.0.0), recorded at origin\nv1.1.0\nalone\nbefore      v1.0.0\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `A rollback ends it, and leaves the old version with all the traffic`() async throws {
        let result = try await run(
            """
            git model deploy -q v1.0.0 2>/dev/null && git model deploy -q v1.1.0 --canary 50 2>/dev/null
            git model rollback --reason 'Slow' && for n in $(seq 20); do who; done | sort -u
            test -e ~/edge/.git-model/canary.json || echo ended; git model deploy v1.1.0 --canary 10 || echo refused $?
            git model deploy v1.1.0 --canary 10 --force | tail -n 1 && version 5 6 v1.2.0 && git model deploy v1.2.0 2>&1
            for n in $(seq 20); do who; done | sort -u; git model rollback | tail -n 1; git model rollback || echo none $?
            git model deployments | cut -c 1-60
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "edge runs bert@v1.0.0 alone now (v1.1.0 had a part), recorded at origin\nv1.0.0\nended\n",
            "edge does not take bert@v1.1.0: edge was rolled back from it on 2026-01-02: Slow\n", "refused 1\n",
            "edge gives bert@v1.1.0 10 % of its traffic", "edge runs bert@v1.2.0 now (before: v1.0.0)",
            "v1.1.0 does not get its part of the traffic any more\n", "\nv1.2.0\n",
            "edge runs bert@v1.0.0 now (before: v1.2.0)", "error: there is nothing to go back to on edge", "none 5\n",
            "rollback  bert@v1.0.0  Succeeded", "deploy    bert@v1.1.0  Paused",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `A gateway that is killed divides the traffic again, and nobody has to decide anew`() async throws {
        let result = try await run(
            """
            git model deploy -q v1.0.0 2>/dev/null && git model deploy -q v1.1.0 --canary 50 2>/dev/null
            kill -9 $(gateway); sleep 0.5; git-model serve --target edge 2> ~/said & serve=$!
            for n in $(seq 200); do grep -qs ' too, by ' ~/said && break; sleep 0.1; done; sed 's/-[0-9a-f]* / /; s/ at http.*//' ~/said
            for n in $(seq 60); do who; done | sort -u; git model deployments status 2>/dev/null | grep traffic
            kill -9 $(gateway); wait $serve; git model deployments status 2>&1 | grep 'no gateway'
            git model rollback 2>&1 | grep alone; git-model serve --target edge 2> ~/said & serve=$!
            until grep -qs Serving ~/said; do sleep 0.1; done; for n in $(seq 20); do who; done | sort -u
            grep -c ' too, by ' ~/said; kill -TERM $serve; wait $serve; echo ended $?
            """,
            // The killed gateway's exit code is that of the command that waits for it.
            goesOn: true
        )
        #expect(
            result.output.contains(
                "Serving bert-v1.0.0\nServing bert-v1.1.0 too, by 50 % of the traffic\nv1.0.0\nv1.1.0\n"
                    + "traffic     50 % v1.0.0\ntraffic     50 % v1.1.0\n"
            ),
            "\(result.output)"
        )
        #expect(result.output.contains("warning: no gateway serves edge\n"), "\(result.output)")
        #expect(result.output.contains("(v1.1.0 had a part)"), "\(result.output)")
        #expect(result.output.hasSuffix("\nv1.0.0\n0\nended 0\n"), "\(result.output)")
    }

    @Test func `Its completion starts a gateway that does not run, and so does a larger part`() async throws {
        let result = try await run(
            """
            git model deploy -q v1.0.0 2>/dev/null && git model deploy -q v1.1.0 --canary 50 2>/dev/null
            kill -9 $(gateway); sleep 0.5; git model deploy v1.1.0 --canary 90 2>/dev/null | tail -n 1
            state | grep -o '"percent":[0-9]*' | sort; kill -9 $(gateway); sleep 0.5
            git model deploy v1.1.0 2>/dev/null | tail -n 1; for n in $(seq 20); do who; done | sort -u
            """
        )
        #expect(
            result.output == """
                Paused     edge gives bert@v1.1.0 90 % of its traffic (the rest: v1.0.0), recorded at origin
                "percent":10
                "percent":90
                Succeeded  edge runs bert@v1.1.0 now (before: v1.0.0), recorded at origin
                v1.1.0

                """,
            "\(result.output)"
        )
    }

    @Test func `It is judged by its own numbers, and taken back by them`() async throws {
        let result = try await run(
            """
            git config git-model.monitor.edge.rule 'error_rate <= 0.1 min 20' && git config git-model.monitor.edge.action rollback
            git model monitor edge --canary || echo nobody $?
            git model deploy -q v1.0.0 2>/dev/null && git model monitor edge --canary || echo alone $?
            sed -i 's/body = /assert rows[0][0] != 7; body = /' serve.py && version 3 4 v1.2.0
            git model deploy -q v1.2.0 --canary 50 2>/dev/null
            for n in $(seq 120); do curl -sS -o /dev/null -d '[[7, 1]]' $url/invocations; done
            git model monitor edge && git model monitor edge --canary || echo judged $?
            git model monitor edge --canary --json | grep -o '"isCanary": *true' || echo told
            git model monitor edge --canary --act || echo acted $?
            for n in $(seq 20); do who; done | sort -u; git model deployments | head -n 1
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "nobody 3\n", "no version has a part of the traffic of edge", "alone 3\n", "edge: ok (bert v1.0.0)",
            "warning: this judges v1.0.0, which has 50 % of the traffic; the other one is judged by `git model monitor edge --canary`\n",
            "edge: breached (bert v1.2.0, with a part of the traffic)", "judged 1\n", "isCanary",
            "rolled back: v1.0.0 runs again\n", "acted 1\nv1.0.0\n",
            "rollback  bert@v1.0.0  Succeeded  monitor: error_rate <= 0.1",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    typealias Case = ScriptCase

    static let cases = [
        Case(
            "git config -f .mver/config deploy.edge.kind directory; git config -f .mver/config --unset deploy.edge.listen; git model deploy v1.0.0 --canary 10",
            says: "edge is a target of the kind directory: only a process has a gateway that divides traffic",
            exits: 2
        ),
        Case(
            "git config -f .mver/config deploy.edge.kind batch; git config -f .mver/config --unset deploy.edge.listen; git model deploy v1.0.0 --canary 10",
            says: "edge is a target of the kind batch",
            exits: 2
        ),
        Case(
            "git config -f .mver/config deploy.edge.kind oci; git model deploy v1.0.0 --canary 10",
            says: "edge is a target of the kind oci",
            exits: 2
        ),
        Case(
            "git config -f .mver/config deploy.edge.kind kubernetes; git model deploy v1.0.0 --canary 10",
            says: "edge is a target of the kind kubernetes",
            exits: 2
        ),
        Case("git model deploy v1.0.0 --canary 0", says: "0 is no percentage from 1 to 100", exits: 2),
        Case("git model deploy v1.0.0 --canary 9 --sticky-header 'a b'", says: "no name of a header field", exits: 2),
        Case("git model deploy v1.0.0 --sticky-header X-User", says: "--sticky-header is for --canary", exits: 2),
        Case(
            "git model deploy v1.0.0 --canary 10",
            says: "nothing runs on edge that could have the rest of the traffic",
            exits: 5
        ),
        Case(
            "git model deploy -q v1.0.0 2>/dev/null; git model deploy v1.0.0 --canary 10",
            says: "edge runs bert@v1.0.0 already"
        ),
        Case(
            "git model deploy -q v1.0.0 2>/dev/null; git model deploy v1.1.0 --canary 10 -n; state; ls ~/edge/.git-model",
            says: "Would deploy bert@v1.1.0 to edge for 10 % of the traffic, beside v1.0.0: ",
            "\"percent\":100"
        ),
        Case(
            """
            git model deploy -q v1.0.0 2>/dev/null; version 5 4 v1.2.0; git model deploy v1.2.0 --canary 10 || echo failed $?
            state | grep -o v1.2.0; test -e ~/edge/.git-model/canary.json || echo nothing
            """,
            says: "differs from expected.json",
            "failed 4\nnothing\n"
        ),
    ]

    @Test(arguments: cases)
    func `What cannot have a part is said`(test: Case) async throws { test.check(try await run(test.script)) }
}
