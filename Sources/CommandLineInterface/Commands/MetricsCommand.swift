import ArgumentParser
import Operations

/// `git model metrics`, a group of verbs.
struct MetricsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "metrics",
        abstract: "Show metrics of versions, commits and runs, and how they differ",
        subcommands: [Show.self, Diff.self],
        defaultSubcommand: Show.self
    )

    /// `git model metrics show`.
    struct Show: ModelCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Show metrics, and where they are known from",
            discussion: """
                They are those of metrics.json and other files that scripts write or dvc.yaml names, and of the kept \
                run that made the artifacts. A version or revision is meant before a run, unless run: stands in front.
                """
        )

        @OptionGroup(title: "Global options") var global: GlobalOptions

        @Argument(help: "Versions, revisions or runs; by default the work tree", completion: .words(.versions))
        var revisions: [String] = []

        @OptionGroup var facts: FactOptions
        @OptionGroup var precision: PrecisionOptions

        func perform(in context: Context) async throws -> FactList<MetricFacts> {
            try await ShowFacts<MetricFacts>(revisions, filter: facts.filter).run(in: context)
        }

        func render(_ report: FactList<MetricFacts>, to text: inout Text) {
            let format = precision.format
            guard report.sides.count == 1, !facts.md else {
                let sides = report.sides.map { side in
                    (side: side.of, values: Dictionary(side.facts.map { ($0.name, format.text($0.value)) }) { $1 })
                }
                return text.facts("Metric", sides, asMarkdown: facts.md)
            }
            var table = Table([.left, .right, .left])
            for metric in report.sides[0].facts {
                table.row(
                    DisplayText.sanitized(metric.name),
                    format.text(metric.value),
                    text.painted(DisplayText.quoted(metric.source), .faint)
                )
            }
            text.table(table)
        }
    }

    /// `git model metrics diff`.
    struct Diff: ModelCommand {
        static let configuration = CommandConfiguration(
            commandName: "diff",
            abstract: "Show how metrics differ between two versions, commits or runs",
            discussion: """
                Without any, the work tree is compared with HEAD; with one, with that. What is better is known by the \
                names of metrics, or by metric.NAME.direction (lower or higher) in .mver/config.
                """
        )

        @OptionGroup(title: "Global options") var global: GlobalOptions

        @Argument(help: "The earlier version, revision or run, and the later one", completion: .words(.versions))
        var revisions: [String] = []

        @OptionGroup var facts: FactOptions
        @OptionGroup var difference: DifferenceOptions
        @OptionGroup var precision: PrecisionOptions

        func perform(in context: Context) async throws -> FactDifferences<CompareMetrics.Row> {
            try await CompareMetrics(difference.comparison(of: revisions, facts)).run(in: context)
        }

        func render(_ report: FactDifferences<CompareMetrics.Row>, to text: inout Text) {
            if !facts.md { text.sides(report.from, report.to) }
            guard !report.rows.isEmpty else { return text.line("No metric differs") }
            if facts.md { return text.raw(markdown(report)) }
            var table = Table([.left, .right, .right, .right, .right, .left])
            table.row(
                "",
                DisplayText.quoted(report.from.name),
                DisplayText.quoted(report.to.name),
                "change",
                "relative"
            )
            for row in report.rows {
                let verdict = row.verdict ?? ""
                table.row(
                    [DisplayText.sanitized(row.name)] + figures(of: row)
                        + [text.painted(verdict, verdict == "worse" ? .red : .green)]
                )
            }
            text.table(table)
        }

        private func figures(of row: CompareMetrics.Row) -> [String] {
            let format = precision.format
            return [
                format.text(row.old), format.text(row.new), format.signed(row.change),
                format.percent(row.relativeChange),
            ]
        }

        private func markdown(_ report: FactDifferences<CompareMetrics.Row>) -> String {
            var table = MarkdownTable(
                ["Metric", report.from.name, report.to.name, "Change", "Relative", ""],
                [.left, .right, .right, .right, .right, .left]
            )
            for row in report.rows { table.row([row.name] + figures(of: row) + [row.verdict ?? ""]) }
            return table.text
        }
    }
}
