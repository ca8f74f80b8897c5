import ArgumentParser
import Operations

extension ExportCommand {
    /// `git model export mlflow`.
    struct MLflow: ModelCommand {
        static let configuration = CommandConfiguration(
            commandName: "mlflow",
            abstract: "Tell an MLflow server of a version: run, metrics, files, stages as aliases",
            discussion: """
                Logins are those of MLflow's own client: MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, \
                ~/.mlflow/credentials, MLFLOW_TRACKING_TOKEN. What the server has already is not sent again.
                """
        )

        @OptionGroup(title: "Global options") var global: GlobalOptions

        @Argument(help: "The version", completion: .words(.versions))
        var version: String

        @Argument(help: "The server, as http://127.0.0.1:5000")
        var url: String

        @Option(help: ArgumentHelp("The experiment; by default the model's name", valueName: "name"))
        var experiment: String?

        func perform(in context: Context) async throws -> ExportMLflow.Report {
            try await ExportMLflow(version, to: url, experiment: experiment).run(in: context)
        }

        func render(_ report: ExportMLflow.Report, to text: inout Text) {
            let aliases = report.aliases.isEmpty ? "" : ", as \(report.aliases.joined(separator: ", "))"
            text.line("\(report.version) is version \(report.number) of the model at \(report.url)\(aliases)")
            let files = "\(Quantity.count(report.files, "file")), \(Quantity.bytes(report.bytes))"
            text.line(report.isUnchanged ? "Run \(report.run) was there already" : "Run \(report.run): \(files)")
        }
    }
}
