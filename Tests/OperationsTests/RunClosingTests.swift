import ModelCore
import Runs
import SystemIO
import SystemPackage
import TestSupport
import Testing

@testable import Operations

/// What becomes of a record where something goes wrong at the end of a run: nothing that it had is lost.
@Suite struct RunClosingTests {
    private let repository: ScratchRepository
    private let context: Context
    private let workspace: Workspace

    init() async throws {
        repository = try await ScratchRepository()
        try await repository.run("git model init -q --name small && git commit -qm 'Set up'").expectSuccess()
        context = Context(
            environment: repository.environment,
            workingDirectory: repository.path,
            now: { WallClock.now() }
        )
        workspace = try await Workspace.open(in: context)
    }

    /// Begins a run, writes a metric into its directory, and leaves it as a recorder does that is killed.
    private func abandon(_ command: [String]) async throws -> RunRecord {
        let recorder = try await RunRecorder.begin(workspace, name: "lost", command: command)
        try RunLines(recorder.directory).append("loss", 0.5, step: 3, at: Timestamp(nanoseconds: context.now()))
        return recorder.record
    }

    private func failure(_ body: () async throws -> Void) async -> Failure? {
        do { try await body() } catch { return error as? Failure }
        return nil
    }

    @Test func `What a run had logged when its recorder was killed can be read, and is kept only then`() async throws {
        let run = try await abandon(["sleep", "60"])
        let end = "git model run end \(run.id.abbreviated)"
        let shown = try await ShowRun("lost").run(in: context)
        #expect(shown.run.status == .killed && shown.run.metrics.isEmpty)
        #expect(shown.hints.contains { $0.contains(end) })
        let refusal = await failure { _ = try await KeepRun("lost", commits: false).run(in: context) }
        #expect(refusal?.hints.contains { $0.contains(end) } == true)
        let report = try await EndRun("lost").run(in: context)
        #expect(report.run.status == .killed && report.run.ended != nil && report.exitCode == 0)
        let loss = try #require(report.run.metrics["loss"])
        #expect((loss.value, loss.step) == (0.5, 3))
        #expect(report.run.series != nil)
        #expect(try await ShowRun("lost").run(in: context).hints.isEmpty)
        #expect(try await KeepRun("lost", commits: false).run(in: context).isNew)
        let again = await failure { _ = try await EndRun("lost").run(in: context) }
        #expect(again?.message.hasSuffix("has ended already") == true)
    }

    @Test func `A run begins once all is recorded that was before it`() async throws {
        var recorder = try await RunRecorder.begin(workspace, name: nil, command: ["true"])
        let before = recorder.record.started
        try await Task.sleep(for: .milliseconds(10))
        try await RunTraining(RunTraining.Request(command: ["true"])).describe(&recorder, in: workspace)
        #expect(recorder.record.started > before)
        #expect(try recorder.directory.record()?.started == recorder.record.started)
    }

    @Test func `A run that somebody records is not ended from outside`() async throws {
        let recorder = try await RunRecorder.begin(workspace, name: "own", command: ["true"])
        let refusal = await failure { _ = try await EndRun("own").run(in: context) }
        #expect(refusal?.message.hasSuffix("ends with its command, and not before") == true)
        #expect(try recorder.directory.record()?.status == .running)
    }

    @Test func `An output that could not be added is the run's all the same, once it is added`() async throws {
        try repository.write("weights", to: "x.bin")
        try repository.write("", to: ".git/index.lock")
        var recorder = try await RunRecorder.begin(workspace, name: "made", command: ["true"])
        recorder.note {
            $0.status = .finished
            $0.ended = $0.started
        }
        let ending = RunEnding(workspace: workspace, directory: workspace.root, outputs: ["x.bin", "typo"])
        let report = await ending.report(on: &recorder, exitCode: 0)
        #expect(!report.problems.isEmpty)
        #expect(report.run.outputs.map(\.path) == ["x.bin"])
        #expect(report.hints.contains { $0.contains("git model add x.bin") })
        try await repository.run("rm .git/index.lock").expectSuccess()
        let added = try await Add(["x.bin"]).run(in: context)
        #expect(added.runs.map(\.run) == [report.run.id])
        #expect(added.artifacts.map(\.oid) == report.run.outputs.map(\.oid))
    }

    /// Begins a run that made `x.bin`, and ends it as an interruption does that comes while that is added.
    private func interrupt() async throws -> RunTraining.Report {
        try repository.write("weights", to: "x.bin")
        let interrupted = Context(
            environment: repository.environment,
            workingDirectory: repository.path,
            now: { WallClock.now() }
        )
        let place = try await Workspace.open(in: interrupted)
        var recorder = try await RunRecorder.begin(place, name: "cut", command: ["true"])
        recorder.note {
            $0.status = .finished
            $0.ended = Timestamp(nanoseconds: WallClock.now())
        }
        interrupted.cancellation.cancel()
        return await RunEnding(workspace: place, directory: place.root, outputs: ["*.bin"])
            .report(on: &recorder, exitCode: 0)
    }

    @Test(arguments: [true, false])
    func `Where adding was interrupted, the outputs are added later, and are the run's`(byEnd: Bool) async throws {
        let cut = try await interrupt()
        #expect(cut.problems == [Problem("*.bin", message: "interrupted")])
        #expect(cut.run.unadded == ["x.bin"] && cut.run.outputs.isEmpty)
        #expect(!cut.warnings.contains { $0.contains("Error") })
        #expect(cut.hints.contains { $0.contains("git model run end \(cut.run.id.abbreviated)") })
        if byEnd {
            let report = try await EndRun("cut").run(in: context)
            #expect(report.exitCode == 0 && report.run.outputs.map(\.path) == ["x.bin"])
        } else {
            #expect(try await Add(["x.bin"]).run(in: context).runs.map(\.run) == [cut.run.id])
        }
        let shown = try await ShowRun("cut").run(in: context)
        #expect(shown.run.unadded == nil && shown.run.outputs.map(\.path) == ["x.bin"] && shown.hints.isEmpty)
        #expect(repository.exists(KeptRun.summary(of: cut.run.id)))
        let again = await failure { _ = try await EndRun("cut").run(in: context) }
        #expect(again?.message.hasSuffix("has ended already") == true)
    }

    @Test func `What changed after a run is not its output, though it was not added then`() async throws {
        _ = try await interrupt()
        try await repository.run("touch -d '+1 minute' x.bin").expectSuccess()
        #expect(try await Add(["x.bin"]).run(in: context).runs.isEmpty)
        let report = try await EndRun("cut").run(in: context)
        #expect(report.run.outputs.isEmpty && report.run.unadded == nil)
        #expect(report.warnings.contains { $0.hasPrefix("x.bin is gone, or changed since") })
    }

    @Test func `A notebook whose output is mistyped goes on`() async throws {
        _ = try await abandon([])
        let refusal = await failure { _ = try await EndRun("lost", outputs: ["typo"]).run(in: context) }
        #expect(refusal?.message == "typo: no such file or directory")
        #expect(try await ShowRun("lost").run(in: context).run.status == .running)
        try repository.write("weights", to: "right.bin")
        let report = try await EndRun("lost", outputs: ["right.*"]).run(in: context)
        #expect(report.run.outputs.map(\.path) == ["right.bin"])
    }

    @Test func `A command that would run outside of the work tree is refused`() async throws {
        var outside = context
        outside.workingDirectory = repository.home
        outside.environment["GIT_DIR"] = repository.path.appending(".git").string
        outside.environment["GIT_WORK_TREE"] = repository.path.string
        let place = outside
        let refusal = await failure { _ = try await RunTraining(.init(command: ["true"])).run(in: place) }
        #expect(refusal?.message.contains("outside of the work tree") == true)
        #expect(try workspace.runs.ids().isEmpty)
    }

    @Test(arguments: ["/tmp/elsewhere", "..", ".", ".git/x", "", ".mver/x", "a/.gitignore"])
    func `What can be no output is refused before the command runs`(output: String) async throws {
        var request = RunTraining.Request(command: ["touch", "ran"])
        request.outputs = [output]
        let refusal = await failure { _ = try await RunTraining(request).run(in: context) }
        #expect(refusal?.message.contains("output") == true)
        #expect(!repository.exists("ran"))
        #expect(try workspace.runs.ids().isEmpty)
    }
}
