import SystemPackage
import TestSupport
import Testing

/// Switches that take several steps, by processes that were killed between them.
@Suite struct HalfSwitchTests {
    /// `pend` lets the last event of the target be one that was only announced.
    static let setUp = """
        ref=refs/git-model/deployments/prod && journal=.git/model/deployments/prod
        pend() { mkdir -p $journal && rm -f $journal/*.json && git show $ref:$(git diff --name-only $ref~1 $ref) > ~/event && mv ~/event $journal/$(sed -n 's/.*"id": "\\(.*\\)".*/\\1/p' ~/event).pending && git update-ref $ref $ref~1; }

        """

    private func run(_ script: String) async throws -> ShellResult {
        try await ScratchRepository(named: "churn").run(
            ExportTests.setUp + Self.setUp + """
                means() { skopeo inspect --raw oci:$HOME/images:$1 | sha256sum; }
                back() { skopeo copy -q --preserve-digests oci:$HOME/images:$1 oci:$HOME/images:current; }
                seq 60000 > w/model.bin && git model add -q w && git commit -qm Two && git model tag -q v1.1.0
                git config git-model.deploy.prod.kind oci && git config git-model.deploy.prod.to oci:$HOME/images
                git model deploy -q v1.0.0 prod && means current > ~/one && means current-modelpack >> ~/one

                """ + script
        )
    }

    @Test func `Where one of two tags moved, it is seen, and moves back with the next deployment`() async throws {
        let result = try await run(
            """
            git model deploy -q v1.1.0 prod && pend && back v1.0.0 && git model deployments status prod || echo half $?
            git model deploy v1.0.0 prod && means current > ~/two && means current-modelpack >> ~/two && cmp ~/one ~/two
            git model deployments status prod && git model deployments prod && ls $journal | wc -l
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "tag current-modelpack of oci:", " means sha256:", "half 4\n",
            "warning: a deployment of v1.1.0 to prod ended before it changed anything\n",
            "prod runs churn@v1.0.0 already\n", "files       as they were sealed\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
        let end = "prod  1  2026-01-02T03:04  deploy  churn@v1.0.0  Succeeded\n0\n"
        #expect(result.output.hasSuffix(end), "\(result.output)")
    }

    @Test func `A tag that somebody moved is put right by a deployment of what runs`() async throws {
        let result = try await run(
            """
            git model deploy -q v1.1.0 prod && git model deploy -q v1.0.0 prod
            skopeo copy -q --preserve-digests oci:$HOME/images:v1.1.0-modelpack oci:$HOME/images:current-modelpack
            git model deploy v1.0.0 prod && means current > ~/two && means current-modelpack >> ~/two && cmp ~/one ~/two
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let warning = "warning: what ran on prod was not as it was sealed: tag current-modelpack of oci:"
        #expect(result.output.contains(warning), "\(result.output)")
        #expect(result.output.contains("prod runs churn@v1.0.0 now (before: v1.0.0)"), "\(result.output)")
    }

    @Test func `What was on its way to other images of the same version gets there`() async throws {
        let result = try await run(
            """
            skopeo copy -q --preserve-digests oci:$HOME/images:current oci:$HOME/images:old
            git config git-model.deploy.prod.form image && git model deploy -q v1.0.0 prod && means current > ~/two && pend && back old
            git model deploy v1.0.0 prod && means current | cmp - ~/two && git model deployments prod
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "warning: a deployment of v1.0.0 to prod ended before it was recorded: Succeeded\n",
            "prod runs churn@v1.0.0 already\n", "prod  2  2026-01-02T03:04  deploy  churn@v1.0.0  Succeeded\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }
}
