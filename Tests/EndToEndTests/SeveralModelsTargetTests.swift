import TestSupport
import Testing

/// A target that takes versions of several models.
@Suite struct SeveralModelsTargetTests {
    @Test func `What ran is named with its model, and a version that several models have is asked for`() async throws {
        let result = try await ScratchRepository(named: "bert").run(
            DeploymentSample.setUp + """
                echo '[2, 2]' > other.json && git model add -q --model gauge other.json
                git add -A && git commit -qm Gauge && git push -q
                git model tag -q gauge@v1.0.0 --push && git model tag -q gauge@v1.1.0 --force --push
                git model deploy -q bert@v1.0.0 && git model deploy gauge@v1.0.0
                git model deploy -q bert@v1.1.0 && git model rollback --to v1.0.0 || echo asked $?
                readlink ~/edge/current | cut -d- -f1,2 && git model rollback --to gauge@v1.0.0
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "edge runs gauge@v1.0.0 now (before: bert@v1.0.0)", "edge keeps v1.0.0 of several models: bert, gauge",
            "`git model rollback edge --to bert@v1.0.0`", "`git model rollback edge --to gauge@v1.0.0`", "asked 2\n",
            "releases/bert-v1.1.0\n", "edge runs gauge@v1.0.0 now (before: bert@v1.1.0)",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }
}
