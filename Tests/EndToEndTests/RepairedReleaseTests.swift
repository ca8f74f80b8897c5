import TestSupport
import Testing

/// Releases whose files were put right below a process that was started from what was there before.
@Suite struct RepairedReleaseTests {
    /// A version that was not tried, so that its process starts with other weights, too; `spoil` gives it such, and
    /// waits until it answers by them, `settle` until no process is left that ends.
    private static let setUp =
        ProcessTargetTests.setUp + #"""
            git model deploy -q v1.0.0 --skip-smoke 2>/dev/null && dir=$HOME/edge/$(readlink ~/edge/current) && cp -a $dir ~/good
            settle() { for n in $(seq 300); do state | grep -q draining || break; sleep 0.1; done; }
            child() { state | grep -o '"process":[0-9]*,' | tr -dc 0-9; }
            spoil() { chmod -R u+w $dir && echo '[1, 9]' > $dir/weights.json && kill -9 $(child) && until ask | grep -qF '[10]'; do sleep 0.1; done; }

            """#

    private func run(_ script: String) async throws -> ShellResult {
        try await ScratchRepository(named: "bert").run(Self.setUp + script)
    }

    @Test func `A repair without a trial starts the process anew`() async throws {
        let result = try await run(
            """
            spoil; ask; git model deploy v1.0.0 --skip-smoke 2>&1 && ask
            settle; ask; git model deploy v1.0.0
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "[10]x-model-version: v1.0.0\n", "warning: what ran on edge was not as it was sealed: ",
            "[3]x-model-version: v1.0.0\n[3]x-model-version: v1.0.0\nedge runs bert@v1.0.0 already\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `What was put right by a deployment that got no further is not taken for what runs`() async throws {
        let result = try await run(
            """
            spoil; mv $dir ~/bad && cp -a ~/good $dir && ask
            git model deployments status 2>&1; git model deploy v1.0.0 2>&1 && ask
            settle; ask; git model deploy v1.0.0; git model deployments status 2>&1 | grep -c 'is served from files' || echo none
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "[10]x-model-version: v1.0.0\n", "warning: v1.0.0 is served from files in whose place others came since",
            "hint: start it anew: `git model deploy bert@v1.0.0 edge`\n",
            "[3]x-model-version: v1.0.0\n[3]x-model-version: v1.0.0\nedge runs bert@v1.0.0 already\n0\nnone\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
        #expect(result.output.ranges(of: "already\n").count == 1, "\(result.output)")
    }

    @Test func `What the gateway itself starts again from the files that are there now is what runs`() async throws {
        let result = try await run(
            #"""
            chmod -R u+w $dir && mv $dir ~/bad && cp -a ~/good $dir && state | grep -o '"isOutdated":[a-z]*'
            old=$(child) && kill -9 $old && for n in $(seq 300); do new=$(child); test -n "$new" && test $new != $old && break; sleep 0.1; done
            state | grep -o '"isOutdated":[a-z]*' && test $dir -ef /proc/$new/cwd && echo there
            git model deployments status 2>&1 | grep -c 'is served from files' || echo none; git model deploy v1.0.0 --skip-smoke
            """#
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let text = "\"isOutdated\":true\n\"isOutdated\":false\nthere\n0\nnone\nedge runs bert@v1.0.0 already\n"
        #expect(result.output.contains(text), "\(result.output)")
    }

    @Test func `Of a version that has a part of the traffic it is said how it gets that part anew`() async throws {
        let result = try await run(
            """
            git model deploy -q v1.1.0 --canary 10 2>/dev/null && other=$(ls -d ~/edge/releases/bert-v1.1.0-*) && cp -a $other ~/other
            mkdir ~/old && chmod -R u+w $dir $other && mv $dir $other ~/old && cp -a ~/good $dir && cp -a ~/other $other
            git model deployments status 2>&1; git model deploy -q v1.1.0 --canary 10 2>/dev/null; echo after
            git model deployments status 2>&1 | grep -o 'v1.[01].0 is served from files'
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "warning: v1.0.0 is served from files", "warning: v1.1.0 is served from files",
            "hint: start it anew: `git model deploy bert@v1.0.0 edge`\n",
            "hint: start it anew: `git model deploy bert@v1.1.0 edge --canary 10`\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
        #expect(result.output.hasSuffix("\nafter\nv1.0.0 is served from files\n"), "\(result.output)")
    }

    @Test func `The gateway gives no traffic to a process that runs on what was there before`() async throws {
        let result = try await run(
            #"""
            release=$(basename $dir) && chmod -R u+w $dir && mv $dir ~/bad && cp -a ~/good $dir && state | grep -o '"isOutdated":[a-z]*'
            tell() { curl -sS --unix-socket $socket http://localhost/$1 -d "{\"release\":\"$release\"}"; echo; }
            tell switch; tell prepare | grep -o '"result":"[a-z]*"'; tell switch > /dev/null; settle; state | grep -o '"isOutdated":[a-z]*'
            """#
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.hasPrefix("\"isOutdated\":true\n{\"error\":\""), "\(result.output)")
        #expect(result.output.contains(" is not prepared\"}\n"), "\(result.output)")
        #expect(result.output.hasSuffix("\"\n\"isOutdated\":false\n"), "\(result.output)")
    }
}
