import ArgumentParser
import Operations

/// `git model batch`.
struct BatchCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "batch",
        abstract: "Turn a file of inputs into outputs by the version that a target has",
        discussion: """
            Runs the batch command of the version that was deployed to the target, in its release, on CSV (.csv, .tsv) or JSON \
            lines (.jsonl, .ndjson). Every row of the outputs gets the model, the version and its digest. A row failed that says \
            so in a column or field named error; the exit code is 3 then. Where the command itself fails, no outputs are written.
            """
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Argument(help: "The target, of the kind batch", completion: .words(.targets))
    var target: String

    @Argument(help: ArgumentHelp("The file of inputs", valueName: "in"), completion: .file())
    var input: String

    @Argument(help: ArgumentHelp("The file of outputs", valueName: "out"), completion: .file())
    var output: String

    @Option(help: ArgumentHelp("What to do with rows that fail: fail, or skip to leave them out", valueName: "what"))
    var onError = RunBatch.OnError.fail

    static let answers = false

    func perform(in context: Context) async throws -> RunBatch.Report {
        try await RunBatch(target, input: input, output: output, onError: onError).run(in: context)
    }

    func render(_ report: RunBatch.Report, to text: inout Text) {
        let failed = report.failed == 0 ? "" : ", \(report.failed) failed"
        let rows = report.written == 1 ? "1 row" : "\(report.written) rows"
        text.line(
            "\(report.model)@\(report.version) wrote \(rows) to \(DisplayText.quoted(report.output)) in "
                + "\(Quantity.duration(milliseconds: report.nanoseconds / 1_000_000))\(failed)"
        )
    }
}

extension RunBatch.OnError: ExpressibleByArgument {}
