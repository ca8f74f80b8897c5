import ArgumentParser
import Operations
import Runs

extension RunsCommand {
    /// `git model runs export`.
    struct Export: ModelCommand {
        static let configuration = CommandConfiguration(
            commandName: "export",
            abstract: "Write a run as files that other programs read",
            discussion: """
                The record is run.json; the points of its metrics are lines of JSON in metrics.jsonl and a table in \
                metrics.csv; what differed from the commit, packages and plots stand beside them.
                """
        )
        static let answers = false

        @OptionGroup(title: "Global options") var global: GlobalOptions

        @Argument(help: "The run: its id, the id's first digits, its name, or latest")
        var run: String

        @Argument(help: "A directory that is not there or empty", completion: .directory)
        var directory: String

        func perform(in context: Context) async throws -> ExportRun.Report {
            try await ExportRun(run, to: directory).run(in: context)
        }

        func render(_ report: ExportRun.Report, to text: inout Text) {
            let files = report.files.map { DisplayText.quoted($0) }.joined(separator: ", ")
            text.line("Exported run \(report.run.abbreviated): \(files)")
        }
    }
}
