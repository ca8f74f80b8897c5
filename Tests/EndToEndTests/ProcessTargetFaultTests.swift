import TestSupport
import Testing

/// Gateways of targets that are full, hang, were killed, or were told what nothing can be done by.
@Suite struct ProcessTargetFaultTests {
    private func run(_ script: String, mounts: Bool = false) async throws -> ShellResult {
        try await ScratchRepository(named: "bert").run(ProcessTargetTests.setUp + script, mounts: mounts)
    }

    @Test func `A full disk keeps nobody from going back, also where no gateway runs`() async throws {
        let result = try await run(
            """
            mkdir ~/edge && mount -t tmpfs -o size=3m none ~/edge
            git model deploy -q v1.0.0 2>/dev/null && git model deploy -q v1.1.0 && { cat /dev/zero > ~/edge/fill 2>/dev/null || true; }
            git model rollback --reason 'No room' 2>&1 && ask && kill -9 $(gateway)
            git model rollback --to v1.1.0 2>&1 && ask
            """,
            mounts: true
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "cannot note what is about to happen: ", "edge runs bert@v1.0.0 now (before: v1.1.0)",
            "[3]x-model-version: v1.0.0\n", "edge runs bert@v1.1.0 now (before: v1.0.0)",
            "[4]x-model-version: v1.1.0\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `Keys that the gateway was started without are told until it is started again`() async throws {
        let result = try await run(
            """
            git model deploy -q v1.0.0 2>/dev/null && git config git-model.deploy.edge.concurrency 7 && one=$(gateway)
            git model deploy v1.1.0 2>&1 | sed "s/kill $one/kill it/" && git model rollback 2>&1 | grep -c 'started again for'
            version 5 9 v1.2.0 && git model deploy v1.2.0 2>&1 | grep -c 'started again for'
            git model deployments status 2>&1 | grep -c 'started again for' && kill $one
            while state > /dev/null 2>&1; do sleep 0.1; done; git-model serve --target edge 2> ~/said & serve=$!
            until grep -qs Serving ~/said; do sleep 0.1; done; git model deployments status 2>&1 | grep 'started again for' || echo done
            kill -TERM $serve; wait $serve; echo ended $?
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "warning: the gateway of edge has to be started again for what changed in concurrency: `kill it`, "
                + "then `git model serve --target edge`\n",
            "\n1\n1\n1\ndone\nended 0\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `Keys that no gateway could be started with are refused, and keep nobody from going back`() async throws
    {
        let result = try await run(
            """
            git model deploy -q v1.0.0 2>/dev/null && git model deploy -q v1.1.0 && cp ~/edge/.git-model/gateway.json ~/before
            git config git-model.deploy.edge.features '$.rows[' && git model deploy v1.0.0 --force || echo refused $?
            git model rollback 2>&1 && ask && kill -9 $(gateway)
            git model rollback --to v1.1.0 2>&1 && ask && cmp ~/before ~/edge/.git-model/gateway.json && echo same
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "which is no JSON path", "refused 5\n", "warning: the gateway of edge does as before: ",
            "[3]x-model-version: v1.0.0\n", "[4]x-model-version: v1.1.0\nsame\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `Who takes a part back where no gateway runs is told that nothing is served`() async throws {
        let result = try await run(
            """
            git model deploy -q v1.0.0 2>/dev/null && git model deploy -q v1.1.0 --canary 40 2>/dev/null && kill -9 $(gateway)
            git model rollback 2>&1 && git model deployments | head -n 1
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "edge runs bert@v1.0.0 alone now", "rollback  bert@v1.0.0  Succeeded",
            "warning: no gateway serves edge: start it by `git model serve --target edge`\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `A gateway that hangs is told of within seconds, by its number`() async throws {
        let result = try await run(
            """
            git model deploy -q v1.0.0 2>/dev/null && one=$(gateway) && trap 'kill -9 $one' EXIT && kill -STOP $one
            timeout 60 git-model deployments status 2>&1 || echo told $?
            timeout 100 git-model deploy v1.1.0 2>&1 | sed "s/kill -9 $one/kill it/"
            """
        )
        #expect(result.output.contains("told 1\n") && result.output.contains("`kill it`"), "\(result.output)")
        #expect(result.output.contains("and does not answer at "), "\(result.output)")
    }

    @Test func `In the middle of a merge whose configuration is in conflict the way out is told`() async throws {
        let result = try await ScratchRepository(named: "bert").run(
            DeploymentSample.setUp + """
                git model deploy -q v1.0.0 && git model deploy -q v1.1.0 && git switch -qc other
                git config -f .mver/config deploy.edge.keep 5 && git commit -qam Five && git switch -q main
                git config -f .mver/config deploy.edge.keep 6 && git commit -qam Six && git merge -q other || echo conflict $?
                git model deploy v1.0.0 || echo damaged $?
                git checkout -q --ours -- .mver/config && git model rollback | tail -n 1 && git ls-files -u | wc -l
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "conflict 1\n",
            "or, in the middle of a merge, take your side of it: `git checkout --ours -- .mver/config`\n",
            "damaged 5\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
        let end = "edge runs bert@v1.0.0 now (before: v1.1.0), recorded at origin\n3\n"
        #expect(result.output.hasSuffix(end), "\(result.output)")
    }

    @Test func `A target that only another commit declares is known by its records`() async throws {
        let result = try await ScratchRepository(named: "bert").run(
            DeploymentSample.setUp + """
                git model deploy -q v1.0.0 && git switch -q --detach && git config -f .mver/config --remove-section deploy.edge && git commit -qam Before
                git model rollback edge || echo lost $?
                git model deployments status edge || echo lost $?; git model deploy v1.1.0 edge || echo lost $?
                git model rollback other || echo unknown $?; git switch -q main && git model deployments status edge | head -n 1
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(
            result.output.ranges(of: "error: something was deployed to 'edge', and what is checked out declares").count
                == 3,
            "\(result.output)"
        )
        #expect(
            result.output.contains("git switch BRANCH") && result.output.contains("there is no target 'other'"),
            "\(result.output)"
        )
    }
}
