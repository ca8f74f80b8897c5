import ModelCore
package import Runs
import SystemIO
import SystemPackage

/// `git model run end`: closes the record of a run that `run start` began.
package struct EndRun: Sendable {
    private let text: String?
    private let status: RunStatus
    private let outputs: [String]

    /// Creates the operation on a run, or on the one that the environment names, or the only one that goes on.
    package init(_ text: String?, status: RunStatus = .finished, outputs: [String] = []) {
        self.text = text
        self.status = status
        self.outputs = outputs
    }

    /// Reads what was written since the run began, and adds its outputs where it succeeded.
    package func run(in context: Context) async throws -> RunTraining.Report {
        guard status != .running else { throw Failure(.usage, "a run that ends is not running any more") }
        let workspace = try await Workspace.open(in: context)
        let record = try await self.record(in: workspace)
        guard record.command.isEmpty else {
            throw Failure(.failed, "run \(record.id.abbreviated) ends with its command, and not before")
        }
        var recorder = try RunRecorder.resume(workspace, record)
        recorder.note { run in
            run.status = status
            run.ended = Timestamp(nanoseconds: context.now())
        }
        let directory = workspace.root.pushing(FilePath(record.directory))
        let ending = RunEnding(workspace: workspace, directory: directory, outputs: outputs)
        var report = await ending.report(on: &recorder, exitCode: 0)
        report.exitCode = report.outcome.exitCode
        return report
    }

    private func record(in workspace: Workspace) async throws -> RunRecord {
        let contents = try await workspace.runs.contents(on: workspace.pool)
        if let text { return try contents.find(text) }
        if let id = workspace.context.environment["GIT_MODEL_RUN_ID"], !id.isEmpty { return try contents.find(id) }
        let started = contents.records.filter { $0.status == .running && $0.command.isEmpty }
        guard let only = started.first, started.count == 1 else {
            let names = started.map(\.id.abbreviated).joined(separator: ", ")
            throw Failure(
                started.isEmpty ? .failed : .usage,
                started.isEmpty ? "no run was started" : "several runs were started: \(names)",
                hints: [started.isEmpty ? "start one: `git model run start`" : "name it: `git model run end ID`"]
            )
        }
        return only
    }
}
