import Testing

/// What `import mlflow` says of what it left.
@Suite struct ImportHintTests {
    private static let setUp = """
        run=0123456789abcdef0123456789abcdef && mkdir -p "../ml runs/7/$run/artifacts" ../ml\\ runs/8
        printf "experiment_id: '7'\\nname: exp one\\nlifecycle_stage: active\\n" > '../ml runs/7/meta.yaml'
        printf "experiment_id: '8'\\nname: two\\nlifecycle_stage: active\\n" > '../ml runs/8/meta.yaml'
        printf "run_id: $run\\nexperiment_id: '7'\\nstatus: 3\\nstart_time: 1700000000000\\nlifecycle_stage: active\\n" > "../ml runs/7/$run/meta.yaml"
        echo points > "../ml runs/7/$run/artifacts/plot.txt"
        """

    @Test func `The command for the files that were left takes no more than what was asked for`() async throws {
        let session = try await Session(Self.setUp)
        let all = try await session.succeed("import", "mlflow", "../ml runs", "--dry-run")
        #expect(
            all.error.contains("hint: take them, too: `git model import mlflow '../ml runs' --artifacts`\n"),
            "\(all)"
        )
        let some = try await session.succeed(
            "import",
            "mlflow",
            "../ml runs",
            "--experiment",
            "exp one",
            "--experiment",
            "two"
        )
        let command = "`git model import mlflow '../ml runs' --experiment 'exp one' --experiment two --artifacts`"
        #expect(some.error.contains("hint: take them, too: \(command)\n"), "\(some)")
    }
}
