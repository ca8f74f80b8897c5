import ModelCore
import Runs
import SystemIO
import SystemPackage

/// `git model run start`: begins the record of a run that no command is, such as a notebook's.
package struct BeginRun: Sendable {
    private let request: RunTraining.Request

    /// Creates the operation; the request names no command and no outputs.
    package init(_ request: RunTraining.Request) { self.request = request }

    /// Records what is known, and writes the variables by which scripts find the record, as lines of a shell, to the
    /// standard output.
    ///
    /// For programs that read the report, it says where the record is.
    package func run(in context: Context) async throws -> RunTraining.Report {
        guard request.command.isEmpty else {
            let command = request.command.map(ShellWord.quoted).joined(separator: " ")
            throw Failure(
                .usage,
                "a run that is started has no command",
                hints: ["run the command: `git model run -- \(command)`"]
            )
        }
        guard request.outputs.isEmpty else {
            throw Failure(.usage, "what a run made is named at its end", hints: ["then: `git model run end -o PATH`"])
        }
        let workspace = try await Workspace.open(in: context)
        var recorder = try await RunRecorder.begin(workspace, name: request.name, command: [])
        do { try await RunTraining(request).describe(&recorder, in: workspace) } catch {
            try? workspace.runs.remove(recorder.record.id)
            throw error
        }
        let run = recorder.record
        if !context.isMachineRead {
            let variables = RunVariables.values(for: run.id, in: recorder.directory, beside: context.environment)
            let lines = variables.sorted { $0.key < $1.key }.map { "export \($0.key)=\(ShellWord.quoted($0.value))\n" }
            try Array(lines.joined().utf8).withUnsafeBytes { try context.writeOutput($0) }
        }
        var report = RunTraining.Report(run: run, directory: recorder.directory.path.string, sources: [], exitCode: 0)
        report.warnings = recorder.warnings
        report.hints = ["end it: `git model run end \(run.id.abbreviated)`"]
        return report
    }
}
