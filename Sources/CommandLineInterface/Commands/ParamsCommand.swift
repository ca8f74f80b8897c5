import ArgumentParser
import Operations
import Runs

/// `git model params`, a group of verbs.
struct ParamsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "params",
        abstract: "Show parameters of versions, commits and runs, and how they differ",
        subcommands: [Show.self, Diff.self],
        defaultSubcommand: Show.self
    )

    /// `git model params show`.
    struct Show: ModelCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Show hyperparameters, and where they are known from",
            discussion: """
                They are those of params.yaml and other files that dvc.yaml names, and of the kept run that made the \
                artifacts. A version or revision is meant before a run, unless run: stands in front.
                """
        )

        @OptionGroup(title: "Global options") var global: GlobalOptions

        @Argument(help: "Versions, revisions or runs; by default the work tree", completion: .words(.versions))
        var revisions: [String] = []

        @OptionGroup var facts: FactOptions

        func perform(in context: Context) async throws -> FactList<ParameterFacts> {
            try await ShowFacts<ParameterFacts>(revisions, filter: facts.filter).run(in: context)
        }

        func render(_ report: FactList<ParameterFacts>, to text: inout Text) {
            guard report.sides.count == 1, !facts.md else {
                let sides = report.sides.map { side in
                    let values = side.facts.map { ($0.name, $0.value.description) }
                    return (side: side.of, values: Dictionary(values) { $1 })
                }
                return text.facts("Parameter", sides, asMarkdown: facts.md)
            }
            var table = Table([.left, .left, .left])
            for parameter in report.sides[0].facts {
                table.row(
                    DisplayText.sanitized(parameter.name),
                    DisplayText.sanitized(parameter.value.description),
                    text.painted(DisplayText.quoted(parameter.source), .faint)
                )
            }
            text.table(table)
        }
    }

    /// `git model params diff`.
    struct Diff: ModelCommand {
        static let configuration = CommandConfiguration(
            commandName: "diff",
            abstract: "Show which parameters two versions, commits or runs do not have alike",
            discussion: "Without any, the work tree is compared with HEAD; with one, with that."
        )

        @OptionGroup(title: "Global options") var global: GlobalOptions

        @Argument(help: "The earlier version, revision or run, and the later one", completion: .words(.versions))
        var revisions: [String] = []

        @OptionGroup var facts: FactOptions
        @OptionGroup var difference: DifferenceOptions

        func perform(in context: Context) async throws -> FactDifferences<CompareParameters.Row> {
            try await CompareParameters(difference.comparison(of: revisions, facts)).run(in: context)
        }

        func render(_ report: FactDifferences<CompareParameters.Row>, to text: inout Text) {
            if !facts.md { text.sides(report.from, report.to) }
            guard !report.rows.isEmpty else { return text.line("No parameter differs") }
            let rows = report.rows.map { row in
                let texts = ParameterChange(name: row.name, old: row.old, new: row.new).texts
                return [row.name, texts.old ?? "", texts.new ?? ""]
            }
            if facts.md {
                var table = MarkdownTable(
                    ["Parameter", report.from.name, report.to.name],
                    [.left, .right, .right]
                )
                for row in rows { table.row(row) }
                return text.raw(table.text)
            }
            var table = Table([.left, .right, .right])
            table.row("", DisplayText.quoted(report.from.name), DisplayText.quoted(report.to.name))
            for row in rows { table.row(row.map(DisplayText.sanitized)) }
            text.table(table)
        }
    }
}
