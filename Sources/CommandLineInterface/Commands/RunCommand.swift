import ArgumentParser
import Operations
import Runs

/// `git model run`.
struct RunCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a command, and record what it takes to run it again",
        discussion: """
            The commit, what differs from it, the command, the parameters, the data and the packages are recorded before \
            the command starts, its metrics when it ends. It finds the directory of its record in GIT_MODEL_RUN_DIR and \
            need not know of it: DVCLive, MLflow, TensorBoard, the Trainer, metrics.json and tables are read. The exit \
            code is the command's; 125 to 127 say that it could not be run.

            A notebook says itself when it begins and ends: start prints the variables by which scripts find the \
            record, as a shell reads them, and end closes it.
            """
    )

    /// What stands in place of a command.
    enum Action: String, ExpressibleByArgument, CaseIterable {
        case start, end
    }

    static let answers = false
    static let leavesOutput = true

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Option(help: ArgumentHelp("Call the run so", valueName: "name"))
    var name: String?

    @Option(
        help: ArgumentHelp("Read parameters from a YAML, JSON or TOML file (can be repeated)", valueName: "file"),
        completion: .file()
    )
    var params: [String] = []

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("Record a parameter (can be repeated)", valueName: "key=value")
    )
    var settings: [String] = []

    @Option(
        help: ArgumentHelp("Record the digest of what is read (can be repeated)", valueName: "path|url"),
        completion: .file()
    )
    var data: [String] = []

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp("Add this artifact if the command succeeds (can be repeated)", valueName: "path"),
        completion: .file()
    )
    var outputs: [String] = []

    @Option(help: ArgumentHelp("Where packages come from: auto, docker=IMAGE, conda or pip", valueName: "what"))
    var env = EnvironmentChoice.automatic

    @Option(help: ArgumentHelp("With end, how it ended: finished, failed or killed", valueName: "status"))
    var status = RunStatus.finished

    @Argument(help: "In place of a command, start or end")
    var action: Action?

    @Argument(help: "With end, the run; else the one that was started")
    var run: String?

    @Argument(parsing: .postTerminator, help: "The command, behind --")
    var command: [String] = []

    func validate() throws {
        if run != nil, action != .end { throw ValidationError("only end takes a run") }
        if action == .end, !command.isEmpty { throw ValidationError("end takes no command") }
    }

    /// What fails here is not the command's fault, as `env` has it.
    static func exitCode(of kind: Failure.Kind) -> Int32 {
        switch kind {
        case .commandNotFound, .commandNotExecutable: kind.exitCode
        default: 125
        }
    }

    func perform(in context: Context) async throws -> RunTraining.Report {
        var request = RunTraining.Request(command: command)
        request.name = name
        request.parameterFiles = params
        request.settings = settings
        request.data = data
        request.outputs = outputs
        request.environment = env
        request.keepsOutputApart = global.json
        switch action {
        case nil: return try await RunTraining(request).run(in: context)
        case .start: return try await BeginRun(request).run(in: context)
        case .end: return try await EndRun(run, status: status, outputs: outputs).run(in: context)
        }
    }

    func render(_ report: RunTraining.Report, to text: inout Text) {
        let run = report.run
        guard let milliseconds = run.milliseconds else { return text.line("Run \(run.id.abbreviated) began") }
        let time = Quantity.duration(milliseconds: milliseconds)
        text.line("Run \(run.id.abbreviated) \(RunText.end(of: run)) in \(time)")
        RunText.table(of: run.metrics, to: &text)
        for output in run.outputs {
            text.line("  made  \(DisplayText.quoted(output.path))  \(Quantity.bytes(output.size))")
        }
        if !report.nested.isEmpty {
            let condition = "parent = \(run.id.abbreviated)"
            text.line("  inside  \(Quantity.count(report.nested.count, "run")): git model runs --where '\(condition)'")
        }
    }
}

extension EnvironmentChoice: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }
}

extension RunStatus: ExpressibleByArgument {
    /// What a run can end as.
    package static var allValueStrings: [String] { allCases.filter { $0 != .running }.map(\.rawValue) }
}
