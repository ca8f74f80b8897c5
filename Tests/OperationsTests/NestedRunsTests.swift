import Runs
import SystemIO
import SystemPackage
import TestSupport
import Testing

@testable import Operations

/// Runs that MLflow began inside of another, where the user interrupts what is done once the command has ended.
@Suite struct NestedRunsTests {
    private static let outer = String(repeating: "a", count: 32)
    private static let nested = ["b", "c"].map { String(repeating: $0, count: 32) }

    private let repository: ScratchRepository
    private let cancellation = Cancellation()
    private let workspace: Workspace

    init() async throws {
        repository = try await ScratchRepository()
        try await repository.run("mkdir .mver && : > .mver/config && git add -A && git commit -qm 'Set up'")
            .expectSuccess()
        workspace = try await Workspace.open(
            in: Context(
                environment: repository.environment,
                workingDirectory: repository.path,
                now: { 1_800_000_000_000_000_000 },
                cancellation: cancellation
            )
        )
    }

    /// Begins a run, and writes what MLflow would into its directory: a run with two inside, all with metrics.
    private func begin() async throws -> RunRecorder {
        let recorder = try await RunRecorder.begin(workspace, name: "sweep", command: ["true"])
        let experiment = recorder.directory.mlflow.appending("0")
        func write(_ text: String, to path: String) throws {
            let file = experiment.appending(path)
            try Directories.create(file.removingLastComponent(), durable: false)
            try DurableFile.write(Array(text.utf8), to: file, durable: false)
        }
        try write("experiment_id: '0'\nlifecycle_stage: active\nname: Default\n", to: "meta.yaml")
        for run in [NestedRunsTests.outer] + NestedRunsTests.nested {
            try write("run_id: \(run)\nstatus: 3\nstart_time: 1\nlifecycle_stage: active\n", to: "\(run)/meta.yaml")
            let isOuter = run == NestedRunsTests.outer
            try write("1 0.5 0\n", to: "\(run)/metrics/\(isOuter ? "best" : "loss")")
            if !isOuter { try write(NestedRunsTests.outer, to: "\(run)/tags/mlflow.parentRunId") }
        }
        return recorder
    }

    @Test func `What was not read to its end leaves no records behind`() async throws {
        let recorder = try await begin()
        let run = recorder.record
        let store = try await NestedRuns(of: recorder.directory, in: workspace)
        let found = try #require(store)
        #expect(found.own == [NestedRunsTests.outer])
        cancellation.cancel()
        let inside = await found.record(beside: run)
        #expect(inside.runs.isEmpty)
        #expect(inside.warnings == ["runs that were begun inside are not in the records, for this was interrupted"])
        #expect(try workspace.runs.ids() == [run.id])
    }

    @Test func `Whose figures they are that nobody knows are not those of the run around them`() async throws {
        var recorder = try await begin()
        cancellation.cancel()
        let ending = RunEnding(workspace: workspace, directory: repository.path, outputs: [])
        let report = await ending.report(on: &recorder, exitCode: 0)
        #expect(report.run.metrics.isEmpty)
        #expect(report.warnings == ["what MLflow logged is not in the record, for this was interrupted"])
    }

    @Test func `Without an interruption each has its own figures`() async throws {
        var recorder = try await begin()
        let ending = RunEnding(workspace: workspace, directory: repository.path, outputs: [])
        let report = await ending.report(on: &recorder, exitCode: 0)
        #expect(report.run.metrics.keys.sorted() == ["best"])
        #expect(report.nested.map(\.text) == NestedRunsTests.nested)
        let inside = report.nested.compactMap { workspace.runs.current($0)?.metrics.keys.sorted() }
        #expect(inside == [["loss"], ["loss"]])
    }
}
