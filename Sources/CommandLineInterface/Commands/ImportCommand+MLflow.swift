import ArgumentParser
import Operations

extension ImportCommand {
    /// `git model import mlflow`.
    struct MLflow: ModelCommand {
        static let configuration = CommandConfiguration(
            commandName: "mlflow",
            abstract: "Take runs and registered models that MLflow keeps",
            discussion: """
                Runs become kept runs with their ids, each registered version a commit with a tag, aliases and stages drafts of stages. \
                Takes the directory mlruns, what mlflow-export-import wrote, or the address of a server, with the logins of MLflow's own \
                client. The same again takes what is new. Nothing is changed there, and nothing is unpickled.
                """
        )
        static let answers = false

        @OptionGroup(title: "Global options") var global: GlobalOptions

        @Argument(help: "The directory, or the server as http://127.0.0.1:5000", completion: .directory)
        var place: String

        @Option(help: ArgumentHelp("Only the runs of this experiment; may be repeated", valueName: "name"))
        var experiment: [String] = []

        @Option(help: ArgumentHelp("Only the versions of this model; may be repeated", valueName: "name"))
        var model: [String] = []

        @Flag(help: "Also take the artifacts of runs that no registered version is made of")
        var artifacts = false

        @Flag(name: .shortAndLong, help: "Only say what would be done")
        var dryRun = false

        func perform(in context: Context) async throws -> ImportMLflow.Report {
            try await ImportMLflow(
                place,
                experiments: experiment,
                models: model,
                takesArtifacts: artifacts,
                isDryRun: dryRun
            ).run(in: context)
        }

        func render(_ report: ImportMLflow.Report, to text: inout Text) {
            let runs = report.runs
            let fresh = report.versions.filter { $0.change == "new" }
            let what = [
                Quantity.count(runs.new + runs.changed, "run"), Quantity.count(fresh.count, "version"),
                Quantity.count(report.stages.count, "stage"),
            ].joined(separator: ", ")
            let size = Quantity.bytes(fresh.reduce(0) { $0 + ($1.size ?? 0) })
            if runs.new + runs.changed + fresh.count + report.stages.count == 0 {
                text.line("Nothing to import from MLflow")
            } else {
                text.line("\(report.isDryRun ? "Would import" : "Imported") \(what) from MLflow, \(size)")
            }
            var table = Table([.left, .left, .right, .right], indent: 2)
            for version in fresh {
                let files = version.files.map { Quantity.count($0, "file") } ?? ""
                let name = "\(version.model)@\(version.version)"
                table.row(name, "version \(version.number)", files, version.size.map(Quantity.bytes) ?? "")
            }
            for stage in report.stages { table.row("\(stage.model)#\(stage.stage)", stage.version, "", "") }
            text.table(table)
            let verb = report.isDryRun ? "With" : "Took"
            if report.artifacts.files > 0 { text.line("\(verb) \(ImportCommand.MLflow.words(report.artifacts))") }
            if let kept = report.left, kept.files > 0 {
                text.line("Left with MLflow: \(ImportCommand.MLflow.words(kept))")
            }
            let left = [
                (runs.unchanged, "known run"), (runs.deleted, "deleted run"),
            ].filter { $0.0 > 0 }.map { Quantity.count($0.0, $0.1) }
            if !left.isEmpty { text.line("Left out \(left.joined(separator: ", "))") }
        }

        private static func words(_ artifacts: ImportMLflow.Report.Artifacts) -> String {
            let files = "\(Quantity.count(artifacts.files, "file")), \(Quantity.bytes(artifacts.size))"
            return "artifacts of \(Quantity.count(artifacts.runs, "run")): \(files)"
        }
    }
}
