import TestSupport
import Testing

/// What somebody proposes, or got merged, does not run on the machine of who looks at it, checks it out or deploys it
/// unsuspectingly.
@Suite struct HostilePullRequestTests {
    /// A target that runs v1.0.0, and a checked-out branch whose version v1.4.0 and configuration bring commands that
    /// leave `~/ran`.
    private static let setUp =
        DeploymentSample.setUp + #"""
            git model deploy -q v1.0.0 && git model deploy -q v1.1.0 && git checkout -q -b pull
            echo 'echo "$@" >> ~/ran && exit 1' > evil.sh && echo '[[2, 2]]' > sample.json
            git model describe -q --serve 'sh evil.sh serve' --batch 'sh evil.sh batch {in} {out}' --sample sample.json
            git config -f .mver/config deploy.jobs.kind batch && git config -f .mver/config deploy.jobs.path ../edge
            git config -f .mver/config deploy.live.kind process && git config -f .mver/config deploy.live.path ../edge
            git config -f .mver/config monitor.edge.rule 'p99 < 1' && git config -f .mver/config monitor.edge.source 'log requests'
            git config -f .mver/config --add monitor.edge.action 'webhook http://127.0.0.1:1/evil'
            git add -A && git commit -qm Evil && git model tag -q v1.4.0 && printf 'a\n1\n' > in.csv
            try() { git model "$@" > ~/log 2>&1 < /dev/null || true; test ! -e ~/ran || { echo "it ran: $*"; cat ~/ran; rm ~/ran; }; }

            """#

    private func run(_ script: String) async throws -> ShellResult {
        try await ScratchRepository(named: "bert").run(Self.setUp + script)
    }

    @Test func `Its serve and batch commands run for nobody who did not agree to them`() async throws {
        let result = try await run(
            """
            try check main..HEAD && grep 'rule changed' ~/log && try report main..HEAD && try diff main HEAD && try status
            try describe && try list && try verify v1.4.0 && try log && try show v1.4.0 && try trust --list
            try deployments status edge && try deployments sync && try monitor edge && try monitor edge --act
            for target in edge jobs live; do try deploy v1.4.0 $target --dry-run && try deploy v1.4.0 $target && cat ~/log; done
            try deploy v1.4.0 edge --force && try serve v1.4.0 --port 0 && cat ~/log && try batch jobs in.csv out.csv && cat ~/log
            try export dir v1.4.0 ../out && try checkout v1.4.0 && git checkout -q main && git checkout -q pull
            readlink ~/edge/current && git model rollback edge | tail -n 1
            git model deploy v1.4.0 edge --trust command:$(printf 'sh\\0evil.sh\\0serve' | sha256sum | cut -c1-64) --trust command:$(printf 'sh\\0evil.sh\\0batch\\0{in}\\0{out}' | sha256sum | cut -c1-64) || echo agreed $?
            cat ~/ran
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(!result.output.contains("it ran"), "\(result.output)")
        for text in [
            "rule changed: deploy.jobs.kind is new: batch\n",
            "brings a command that nobody on this machine agreed to: sh evil.sh serve\n",
            "bert@v1.1.0 has no batch command\n", "\nreleases/bert-v1.1.0-",
            "edge runs bert@v1.0.0 now (before: v1.1.0)",
            "agreed 4\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
        #expect(result.output.hasSuffix("\nserve\n"), "\(result.output)")
    }

    @Test func `Its health command keeps others from deploying, and nobody from going back`() async throws {
        let result = try await run(
            """
            git config -f .mver/config deploy.edge.health 'sh evil.sh health' && git commit -qam Health
            try deploy v1.1.0 edge --force && try deploy v1.4.0 edge --skip-smoke && cat ~/log && try deployments status edge
            try rollback edge && cat ~/log && readlink ~/edge/current
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(!result.output.contains("it ran"), "\(result.output)")
        for text in [
            "deploy.edge.health is a command that nobody on this machine agreed to: sh evil.sh health\n",
            "edge runs bert@v1.0.0 now (before: v1.1.0)",
            "warning: the health command of edge did not run: nobody on this machine agreed to it\n",
            "releases/bert-v1.0.0-",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `A place that it names is neither written to nor asked`() async throws {
        let result = try await run(
            """
            git config -f .mver/config deploy.edge.path ../elsewhere && git commit -qam Path
            try deploy v1.1.0 edge && cat ~/log && test ! -e ~/elsewhere
            git config -f .mver/config deploy.edge.path 'ssh://127.0.0.1:1/evil' && git commit -qam Host
            for words in 'deploy v1.1.0 edge' 'rollback edge' 'deployments status edge' 'monitor edge'; do try $words && cat ~/log; done
            try deployments sync edge && cat ~/log
            git config -f .mver/config deploy.jobs.path 'ssh://127.0.0.1:1/evil' && try batch jobs in.csv out.csv && cat ~/log
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(!result.output.contains("cannot reach"), "\(result.output)")
        let refusals = result.output.ranges(of: "nobody on this machine agreed to ").count
        #expect(refusals >= 6, "\(result.output)")
        #expect(result.output.contains("edge: 2 events, the same as at origin\n"), "\(result.output)")
    }
}
