import Runs
import SystemIO
import TestSupport
import Testing

@testable import Operations

/// What is said of data that nothing keeps, of an artifact that was changed and not added.
@Suite struct RunDataWarningTests {
    @Test func `Data that were changed and not added are warned of, at the run and when it is kept`() async throws {
        let repository = try await ScratchRepository()
        try await repository.run(
            """
            git model init -q --name small && mkdir data && echo 1 > 'data/a b' && echo x > plain && cp 'data/a b' data/c
            git model add -q data/c 'data/a b' && git add -A && git commit -qm 'Set up' && echo 2 > 'data/a b'
            """
        ).expectSuccess()
        let context = Context(
            environment: repository.environment,
            workingDirectory: repository.path,
            now: { WallClock.now() }
        )
        let workspace = try await Workspace.open(in: context)
        var recorder = try await RunRecorder.begin(workspace, name: "read", command: ["true"])
        var request = RunTraining.Request(command: ["true"])
        request.data = ["data/a b", "data/c", "plain"]
        try await RunTraining(request).describe(&recorder, in: workspace)
        #expect(recorder.record.data.map(\.kind) == [.path, .artifact, .path])
        let warnings = recorder.warnings.filter { $0.contains("was changed and not added") }
        #expect(warnings.count == 1 && warnings[0].contains("git model add 'data/a b'"), "\(recorder.warnings)")
        recorder.note {
            $0.status = .finished
            $0.ended = $0.started
        }
        let staged = try await RunKeeping(workspace).stage(recorder.record)
        #expect(staged.warnings.count == 1, "\(staged.warnings)")
        #expect(staged.warnings.first?.hasPrefix("data/a b was changed and not added") == true)
    }
}
