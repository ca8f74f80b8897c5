import ArgumentParser
import Operations

extension RecordCommand {
    /// `git model record reference`.
    struct Reference: ModelCommand {
        /// What was noted: a profile, or something of a run.
        enum Output: Report {
            case profile(RecordReference.Report)
            case noted(RecordInRun.Report)

            private var report: any Report {
                switch self {
                case .profile(let report): report
                case .noted(let report): report
                }
            }

            var warnings: [String] { report.warnings }
            var hints: [String] { report.hints }

            func encode(to encoder: any Encoder) throws { try report.encode(to: encoder) }
        }

        static let configuration = CommandConfiguration(
            commandName: "reference",
            abstract: "Make a reference profile of a table, or note something that is in no repository",
            discussion: """
                Of a file of CSV, TSV or JSON lines a profile is made, and staged with the model's description: what \
                live traffic is compared with. Anything else, a URI for one, is noted in the run.
                """
        )
        static let answers = false

        @OptionGroup(title: "Global options") var global: GlobalOptions
        @OptionGroup var options: Options

        @Argument(help: "A table, or where something is", completion: .file())
        var place: String

        @Option(help: ArgumentHelp("Its digest, where it is noted in the run", valueName: "algorithm:digits"))
        var digest: String?

        @Option(help: ArgumentHelp("The model, where there are several", valueName: "model"))
        var model: String?

        @Option(help: ArgumentHelp("The column that predictions are in", valueName: "column"))
        var predictions: String?

        @Option(
            help: ArgumentHelp("The columns that are features, with commas between; else all others", valueName: "list")
        )
        var columns: String?

        func perform(in context: Context) async throws -> Output {
            let isNoted = digest != nil || options.run != nil
            let isProfile = model != nil || predictions != nil || columns != nil
            guard !isNoted, isProfile || RecordReference.isTable(place, in: context) else {
                let item = RecordInRun.Item.reference(place, digest: digest)
                return .noted(try await RecordInRun(item, run: options.run).run(in: context))
            }
            var options = RecordReference.Options()
            options.model = model
            options.predictions = predictions
            options.columns = (columns ?? "").split(separator: ",").map(String.init)
            return .profile(try await RecordReference(place, options: options).run(in: context))
        }

        func render(_ output: Output, to text: inout Text) {
            guard case .profile(let report) = output else { return }
            let predictions = report.hasPredictions ? " and the predictions" : ""
            text.line("\(report.path): \(report.features) features\(predictions) of \(report.rows) rows")
        }
    }
}
