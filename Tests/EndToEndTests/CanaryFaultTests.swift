import TestSupport
import Testing

/// Canaries that something gets in the way of: processes that are killed, gateways that do not answer, deployments that
/// come to nothing.
@Suite struct CanaryFaultTests {
    /// A version v1.1.0 that has 30 % of the traffic beside v1.0.0; `parts` says who gets how much.
    private static let divided = """
        git model deploy -q v1.0.0 2>/dev/null && git model deploy -q v1.1.0 --canary 30 2>/dev/null
        parts() { state | grep -o '"percent":[1-9][0-9]*' | sort; }

        """

    /// A rollback `$back` that has announced itself and waits for a gateway `$serves` that does not answer.
    private static let halfway = """
        serves=$(gateway); kill -STOP $serves; git-model rollback --reason Slow > ~/log 2>&1 & back=$!
        until ls ~/edge/.git-model/events | grep -q pending; do sleep 0.1; done

        """

    /// A version v1.2.0 whose process ends a moment after it answered, and does not start again while `~/asked` is
    /// there.
    private static let fleeting = """
        sed -i "1i import os, sys, threading; os.path.exists('$HOME/asked') and sys.exit(1)" serve.py
        sed -i "s|self.wfile.write(body)|open('$HOME/asked', 'w').close(); self.wfile.write(body); threading.Timer(1.5, os._exit, (1,)).start()|" serve.py
        version 5 6 v1.2.0

        """

    private func run(_ script: String) async throws -> ShellResult {
        try await ScratchRepository(named: "bert").run(ProcessTargetTests.setUp + script)
    }

    @Test func `A rollback that is killed halfway never lets the canary have all, whatever became of the gateway`()
        async throws
    {
        let result = try await run(
            Self.divided + Self.halfway + """
                kill -9 $back $serves; wait $back || echo killed
                git model deployments sync && readlink ~/edge/current | cut -d - -f 1-2
                test -e ~/edge/.git-model/canary.json || echo ended; git model deployments
                git model deploy v1.1.0 --canary 10 || echo refused $?
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "killed\n", "warning: a deployment of v1.0.0 to edge ended before it was recorded: Succeeded\n",
            "releases/bert-v1.0.0\n", "ended\n", "rollback  bert@v1.0.0  Succeeded  Slow\n",
            "edge was rolled back from it on 2026-01-02: Slow\n", "refused 1\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `Where the gateway does not answer then, its end is left for later, and keeps nobody from the rest`()
        async throws
    {
        let result = try await run(
            Self.divided + Self.halfway + """
                kill -9 $back; wait $back || echo killed; kill -CONT $serves; mv $socket ~/away
                git model deployments sync; ls ~/edge/.git-model/events | grep -c pending
                mv ~/away $socket && parts && git model deployments sync && ls ~/edge/.git-model/events | wc -l && parts
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            " still has its part on edge: ", "\n1\n\"percent\":30\n\"percent\":70\n",
            "warning: a deployment of v1.0.0 to edge ended before it was recorded: Succeeded\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
        #expect(result.output.hasSuffix("\n0\n\"percent\":100\n"), "\(result.output)")
    }

    @Test func `A rollback that cannot take the part back leaves everything as it was, and works later`() async throws {
        let result = try await run(
            Self.divided + """
                mv $socket ~/away; git model rollback || echo failed $?
                ls ~/edge/.git-model/events | wc -l; mv ~/away $socket; parts; git model rollback && parts
                git model deployments | grep -c rollback
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "failed 5\n0\n\"percent\":30\n\"percent\":70\n", "edge runs bert@v1.0.0 alone now (v1.1.0 had a part)",
            "\n\"percent\":100\n1\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `A deployment that fails before the switch leaves the canary its part, or says that it has none`()
        async throws
    {
        let result = try await run(
            Self.divided + Self.fleeting + """
                mkdir ~/bin && printf '#!/bin/sh\\ncase " $* " in *" var "*) sleep 4;; esac\\nexec '"$(command -v git)"' "$@"\\n' > ~/bin/git
                chmod +x ~/bin/git; late() { PATH=$HOME/bin:$PATH git-model deploy v1.2.0; }
                late || echo ended $?; parts; ls ~/edge/.git-model/canary.json ~/edge/.git-model/events
                chmod -R u+w ~/edge/releases && rm ~/asked ~/edge/releases/bert-v1.1.0-*/weights.json
                late || echo again $?; parts; test -e ~/edge/.git-model/canary.json || echo none
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let parts = result.output.split(separator: "ended 4\n").last ?? ""
        #expect(parts.hasPrefix("\"percent\":30\n\"percent\":70\n"), "\(result.output)")
        #expect(!result.output.contains(".pending"), "\(result.output)")
        #expect(
            result.output.contains("hint: give it its part again: `git model deploy bert@v1.1.0 edge --canary 30`\n"),
            "\(result.output)"
        )
        #expect(result.output.hasSuffix("again 4\n\"percent\":100\nnone\n"), "\(result.output)")
    }

    @Test(arguments: [true, false])
    func `So does one that is taken back after the switch`(isWhole: Bool) async throws {
        let damage = "chmod -R u+w ~/edge/releases && rm ~/edge/releases/bert-v1.1.0-*/weights.json"
        let result = try await run(
            Self.divided + Self.fleeting + """
                kill -9 $(gateway); sleep 0.5; \(isWhole ? "true" : damage)
                git model deploy v1.2.0 || echo returned $?
                parts; test -e ~/edge/.git-model/canary.json || echo none
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.contains("RolledBack  bert@v1.2.0 on edge: "), "\(result.output)")
        let end = isWhole ? "\"percent\":30\n\"percent\":70\n" : "\"percent\":100\nnone\n"
        #expect(result.output.hasSuffix("returned 4\n" + end), "\(result.output)")
        let warning = "v1.1.0 does not get its part of the traffic any more\n"
        #expect(result.output.contains(warning) != isWhole, "\(result.output)")
    }

    @Test(arguments: [true, false])
    func `One that is killed as it switches takes nobody's part away`(changedLink: Bool) async throws {
        let result = try await run(
            """
            version 5 6 v1.2.0 && git model deploy -q v1.0.0 2>/dev/null && git model deploy -q v1.2.0 2>/dev/null
            new=$(readlink ~/edge/current) record=refs/git-model/deployments/edge id=$(printf '%032d' 7)
            git show $record:$(git ls-tree --name-only $record | tail -n 1) | sed 's/"id": "[0-9a-f]*"/"id": "'$id'"/' > ~/pending
            git model deploy -q v1.0.0 2>/dev/null && git model deploy -q v1.1.0 --canary 30 2>/dev/null
            parts() { state | grep -o '"percent":[1-9][0-9]*' | sort; }
            mv ~/pending ~/edge/.git-model/events/$id.pending && rm ~/edge/.git-model/canary.json
            \(changedLink ? "ln -sfn $new ~/edge/current" : "true") && git model deployments sync
            parts; grep -o '"percent": [0-9]*' ~/edge/.git-model/canary.json; readlink ~/edge/current | cut -d - -f 1-2
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let end = changedLink ? "ended before it was recorded: RolledBack" : "ended before it changed anything"
        #expect(result.output.contains("warning: a deployment of v1.2.0 to edge \(end)\n"), "\(result.output)")
        #expect(
            result.output.hasSuffix("\n\"percent\":30\n\"percent\":70\n\"percent\": 30\nreleases/bert-v1.0.0\n"),
            "\(result.output)"
        )
    }

    @Test func `What only a clone knows was to end one takes no part from what others began since`() async throws {
        let result = try await run(
            """
            git model deploy -q v1.0.0 2>/dev/null && git model deploy -q v1.1.0 --canary 30 2>/dev/null && git model rollback -q 2>/dev/null
            own=.git/model/deployments/edge record=refs/git-model/deployments/edge id=$(printf '%032d' 7) && mkdir -p $own
            git show $record:$(git ls-tree --name-only $record | tail -n 1) | sed -e 's/"id": "[0-9a-f]*"/"id": "'$id'"/' -e 's/"sequence": 3,/"sequence": 4,/' > ~/pending
            git model deploy -q v1.1.0 --canary 40 --force 2>/dev/null && mv ~/pending $own/$id.pending && git model deployments sync
            state | grep -o '"percent":[1-9][0-9]*' | sort; grep -o '"percent": [0-9]*' ~/edge/.git-model/canary.json; ls $own | wc -l
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.contains("and others deployed since: what runs is left as it is\n"), "\(result.output)")
        #expect(result.output.contains("edge: 4 events, the same as at origin\n"), "\(result.output)")
        let end = "\n\"percent\":40\n\"percent\":60\n\"percent\": 40\n0\n"
        #expect(result.output.hasSuffix(end), "\(result.output)")
    }

    @Test func `A part that cannot be made larger stays as it was`() async throws {
        let result = try await run(
            Self.divided + """
                mv ~/edge/.git-model/gateway.json ~/ && mkdir ~/edge/.git-model/gateway.json
                git model deploy v1.1.0 --canary 60 || echo failed $?
                parts; grep -o '"percent": [0-9]*' ~/edge/.git-model/canary.json; ls ~/edge/.git-model/events | wc -l
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(
            result.output.hasSuffix("failed 5\n\"percent\":30\n\"percent\":70\n\"percent\": 30\n0\n"),
            "\(result.output)"
        )
    }

    @Test func `A gateway that is started again gives no part to whom it was taken from meanwhile`() async throws {
        let result = try await run(
            """
            git model deploy -q v1.0.0 2>/dev/null && sed -i '1s/^/import time; time.sleep(2)\\n/' serve.py && version 5 6 v1.2.0
            git model deploy -q v1.2.0 --canary 50 2>/dev/null; kill -9 $(gateway); sleep 0.5
            git-model serve --target edge 2> ~/said & serve=$!
            until state 2>/dev/null | grep -q '"release":"bert-v1.2.0[^}]*starting'; do sleep 0.1; done; rm ~/edge/.git-model/canary.json
            for n in $(seq 200); do grep -q -e ' its share: ' -e ' too, by ' ~/said && break; sleep 0.1; done; cat ~/said
            for n in $(seq 100); do state | grep -q v1.2.0 || break; sleep 0.1; done; state | grep -o '"version":"[^"]*"'
            kill -TERM $serve; wait $serve; echo ended $?
            """
        )
        #expect(result.output.contains(" does not get its share: "), "\(result.output)")
        #expect(result.output.hasSuffix("\n\"version\":\"v1.0.0\"\nended 0\n"), "\(result.output)")
    }

    @Test func `The version that has all again is judged by all it did since it was deployed`() async throws {
        let result = try await run(
            """
            git config git-model.monitor.edge.source gateway && git config git-model.monitor.edge.rule 'error_rate <= 0.1 min 20'
            git model deploy -q v1.0.0 2>/dev/null; for n in $(seq 30); do who; done | sort -u
            git model deploy -q v1.1.0 --canary 1 2>/dev/null; GIT_COMMITTER_DATE="$(date -u +%s) +0000" git model rollback -q
            git model monitor; git model deployments status --quick
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in ["edge: ok (bert v1.0.0)", "since       2026-01-02T03:04:05Z\n"] {
            #expect(result.output.contains(text), "\(text): \(result.output)")
        }
    }

    @Test func `What the seal of a version notes gets into no event, and a canary's notes nothing`() async throws {
        let result = try await run(
            """
            for version in v1.0.0 v1.1.0 v1.0.0; do git model deploy -q $version 2>/dev/null; done
            record=refs/git-model/deployments/edge; show() { git show $record:$(git ls-tree --name-only $record | tail -n 1); }
            show | grep -o '"record"\\|"state".*'; git model deploy -q v1.1.0 --canary 10 2>/dev/null
            show | grep -o '"record"\\|"state".*'; grep -l '"record"' ~/edge/.git-model/seals/*.json | grep -o 'bert-v[0-9.]*[0-9]'
            """
        )
        #expect(
            result.output == "\"state\": \"Succeeded\",\n\"state\": \"Paused\",\nbert-v1.0.0\n",
            "\(result.output)"
        )
    }
}
