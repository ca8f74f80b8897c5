import ArgumentParser
import Operations
import Runs

/// `git model runs`, a group of verbs.
struct RunsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs",
        abstract: "List, show, compare, keep and delete recorded runs",
        subcommands: [
            List.self, Show.self, Compare.self, Keep.self, Push.self, Fetch.self, Export.self, Delete.self,
        ],
        defaultSubcommand: List.self
    )

    /// `git model runs list`.
    struct List: ModelCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "List recorded runs, the last one first",
            discussion: """
                Conditions compare metrics, parameters (params.lr), status, name, parent, branch, commit, user, started \
                and duration with values: accuracy > 0.9 and params.lr < 1e-3.
                """
        )

        @OptionGroup(title: "Global options") var global: GlobalOptions

        @Option(
            name: .customLong("where"),
            help: ArgumentHelp("Only runs that meet this", valueName: "condition"),
            transform: { try RunFilter($0) }
        )
        var filter: RunFilter?

        @Option(help: ArgumentHelp("Sort by this metric, parameter or property, the smallest first", valueName: "name"))
        var sort: String?

        @Flag(help: "Turn the order round")
        var reverse = false

        @Option(
            name: .customShort("n", allowingJoined: true),
            help: ArgumentHelp("At most so many", valueName: "count")
        )
        var limit: Int?

        @Flag(help: "List the runs that other branches and tags keep, and that others shared, too")
        var all = false

        @Flag(help: "Print a table as CSV, with all metrics and parameters")
        var csv = false

        func perform(in context: Context) async throws -> ListRuns.Report {
            let scope: RunScope = all ? .everywhere : .head
            let operation = ListRuns(where: filter, sortedBy: sort, isReversed: reverse, limit: limit, scope: scope)
            return try await operation.run(in: context)
        }

        func render(_ report: ListRuns.Report, to text: inout Text) {
            if csv { return text.raw(RunTable(report.runs).csv) }
            var table = Table([.left, .left, .left, .right, .left, .left])
            for run in report.runs {
                let metrics = run.metrics.sorted { $0.key < $1.key }.prefix(4).map { name, metric in
                    "\(DisplayText.sanitized(name)) \(RunText.number(metric.value))"
                }
                table.row(
                    text.painted(run.id.abbreviated, .yellow),
                    String(run.started.text.prefix(16)).replacing("T", with: " "),
                    run.status.rawValue,
                    run.milliseconds.map { Quantity.duration(milliseconds: $0) } ?? "",
                    DisplayText.sanitized(run.name ?? run.command.joined(separator: " ")),
                    metrics.joined(separator: ", ")
                )
            }
            text.table(table)
        }
    }

    /// `git model runs show`.
    struct Show: ModelCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Show everything that is known of a run"
        )

        @OptionGroup(title: "Global options") var global: GlobalOptions

        @Argument(help: "The run: its id, the id's first digits, its name, or latest")
        var run = "latest"

        func perform(in context: Context) async throws -> ShowRun.Report { try await ShowRun(run).run(in: context) }

        func render(_ report: ShowRun.Report, to text: inout Text) {
            RunPage(report.run, directory: report.directory, kept: report.kept).render(to: &text)
        }
    }

    /// `git model runs compare`.
    struct Compare: ModelCommand {
        static let configuration = CommandConfiguration(
            commandName: "compare",
            abstract: "Show what runs have differently"
        )

        @OptionGroup(title: "Global options") var global: GlobalOptions

        @Argument(help: "Two or more runs")
        var runs: [String] = []

        @Flag(help: "Show what they have alike, too")
        var all = false

        func perform(in context: Context) async throws -> CompareRuns.Report {
            try await CompareRuns(runs, showsAll: all).run(in: context)
        }

        func render(_ report: CompareRuns.Report, to text: inout Text) {
            // What is compared stands beside each other, not below.
            var table = Table([.left, .left] + report.runs.map { _ in .left })
            table.row(["", ""] + report.runs.map(\.abbreviated))
            for row in report.rows {
                let values = row.values.map { $0.map { shortened($0, in: row) } ?? "" }
                table.row([row.kind, DisplayText.sanitized(row.name)] + values)
            }
            guard !report.rows.isEmpty else { return text.line("The runs have nothing differently") }
            text.table(table)
        }

        /// Commits and digests are told by their first digits, and metrics as they are elsewhere; what else looks like
        /// a number may be a text, or an integer of many digits.
        private func shortened(_ value: String, in row: CompareRuns.Report.Row) -> String {
            if row.kind == "code", row.name == "commit" { return String(value.prefix(12)) }
            if row.kind == "metric", let number = Double(value) { return RunText.number(number) }
            guard let colon = value.firstIndex(of: ":"), ["sha256", "md5"].contains(value[..<colon]) else {
                return DisplayText.sanitized(value)
            }
            return String(value[value.index(after: colon)...].prefix(12))
        }
    }

    /// `git model runs delete`.
    struct Delete: ModelCommand {
        static let configuration = CommandConfiguration(
            commandName: "delete",
            abstract: "Remove the records of runs, and nothing else"
        )
        static let answers = false

        @OptionGroup(title: "Global options") var global: GlobalOptions

        @Argument(help: "The runs")
        var runs: [String]

        func perform(in context: Context) async throws -> DeleteRuns.Report {
            try await DeleteRuns(runs).run(in: context)
        }

        func render(_ report: DeleteRuns.Report, to text: inout Text) {
            for run in report.removed { text.line("Removed run \(run.abbreviated)") }
        }
    }
}
