import TestSupport
import Testing

/// Watching a target by what its own gateway counted.
@Suite struct MonitorGatewayTests {
    private static let setUp =
        ProcessTargetTests.setUp + """
            git config -f .mver/config monitor.edge.source gateway && git config -f .mver/config monitor.edge.action rollback
            git config -f .mver/config monitor.edge.rule 'error_rate <= 0.1 min 20'
            git config -f .mver/config --add monitor.edge.rule 'p99 < 30 min 20'
            many() { for n in $(seq 30); do curl -sS -o ~/answer -d "$1" $url/invocations; done; }
            git model deploy -q v1.0.0 2> ~/log && many '[[1, 1]]' && git model deploy -q v1.1.0

            """

    private func run(_ script: String) async throws -> ShellResult {
        try await ScratchRepository(named: "bert").run(Self.setUp + script)
    }

    @Test func `The gateway's counts decide, of each release its own, and a breach brings the old version back`()
        async throws
    {
        let result = try await run(
            """
            sleep 2; git model monitor || echo none $?
            many '[[1, 1]]' && git model monitor && many nonsense && git model monitor || echo looked $?
            ask && git model monitor --act || echo acted $?
            ask && git model deployments | head -n 1 && sleep 2 && git model monitor || echo fresh $?
            halt && git model monitor || echo gone $?
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "edge: inconclusive (bert v1.1.0), by gateway\n", "only 0 of 20 requests to judge by", "none 3\n",
            "edge: ok (bert v1.1.0)", "0.5 (60 in 300 s)\n", "not done: rollback: --act is not given\n", "looked 1\n",
            "x-model-version: v1.1.0\n", "rolled back: v1.0.0 runs again\n", "acted 1\n[3]x-model-version: v1.0.0\n",
            "rollback  bert@v1.0.0  Succeeded  monitor: error_rate <= 0.1",
            "only 1 of 20 requests to judge by", "fresh 3\n",
            "warning: gateway does not say what went on: ", "gone 3\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `The part of a version that fails is taken back right after another rollback, too`() async throws {
        let result = try await run(
            """
            sleep 2; many nonsense && git model monitor --act || echo acted $?
            version 5 6 v1.2.0 && git model deploy -q v1.2.0 --canary 90 2>> ~/log && sleep 2 && many nonsense && many nonsense
            git model monitor --canary --act || echo canary $?
            test -e ~/edge/.git-model/canary.json || echo alone; who
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in ["rolled back: v1.0.0 runs again\n", "acted 1\n", "canary 1\nalone\nv1.0.0\n"] {
            #expect(result.output.contains(text), "\(text): \(result.output)")
        }
        #expect(!result.output.contains("v1.2.0 stays: "), "\(result.output)")
    }

    @Test func `A target that is named by a URL has its gateway asked, too`() async throws {
        let result = try await run(
            """
            git config git-model.deploy.edge.path "file://$HOME/edge" && sleep 2 && many '[[1, 1]]' && git model monitor
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.contains("edge: ok (bert v1.1.0), by gateway\n"), "\(result.output)")
    }

    @Test func `A target that has no gateway is not asked for one, and a source that is none is named`() async throws {
        let result = try await run(
            """
            git config git-model.deploy.edge.kind directory && git model monitor || echo kind $?
            git config --unset git-model.deploy.edge.kind
            for source in nothing 'gateway here' log 'prometheus ftp://x' 'prometheus http://127.0.0.1:1 a-b=c'; do
                git config git-model.monitor.edge.source "$source" && git model monitor || echo source $?
            done
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "error: monitor.edge.source is gateway, which only targets of the kind process have\n", "kind 5\n",
        ] {
            #expect(result.output.contains(text), "\(text): \(result.output)")
        }
        #expect(result.output.ranges(of: ", which is none of gateway, prometheus URL and log PATH\n").count == 5)
        #expect(result.output.ranges(of: "source 5\n").count == 5, "\(result.output)")
    }
}
