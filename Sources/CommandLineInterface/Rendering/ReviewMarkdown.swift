import ModelCore
import Operations
import Plots

/// A review as Markdown, short enough for a comment on a pull request.
struct ReviewMarkdown {
    /// The most rows of a table.
    private static let rowLimit = 25

    private let report: ReviewChanges.Report

    init(_ report: ReviewChanges.Report) { self.report = report }

    /// The document.
    var text: String {
        var page = Markdown()
        let isGood = report.outcome == .ok
        page.heading(isGood ? "✅ The model may be merged" : "❌ The model may not be merged", level: 2)
        page.line(ends)
        rules(&page)
        verdict(&page)
        rows("Signature", report.signature, &page)
        metrics(&page)
        plots(&page)
        artifacts(&page)
        rows("Parameters", report.parameters, &page)
        rows("Data", report.data, &page)
        rows("Environment", report.environment, &page)
        notes(&page)
        return page.fitting(before: commands, note: "the page (`--html`) has all")
    }

    private var ends: String {
        let (base, head) = (report.base, report.head)
        let run = head.run.map { ", made by run \(Markdown.code(String($0.prefix(8))))" } ?? ", of no kept run"
        return "\(Markdown.code(String(base.commit.prefix(12)))) \(Markdown.escaped(base.subject)) → "
            + "\(Markdown.code(String(head.commit.prefix(12)))) \(Markdown.escaped(head.subject))\(run)"
    }

    private func rules(_ page: inout Markdown) {
        guard !report.check.policyChanges.isEmpty else { return }
        page.heading("⚠️ This changes the rules that others are judged by")
        for change in report.check.policyChanges { page.line("* \(Markdown.escaped(change))") }
    }

    private func verdict(_ page: inout Markdown) {
        page.heading("Checks")
        let rows = report.check.lines.map { line in
            [
                line.isPassed.map { $0 ? "✅" : "❌" } ?? "–", Markdown.escaped(line.subject),
                Markdown.escaped(line.found),
            ]
        }
        table(["", "what", "found"], numbers: [], rows, &page)
    }

    private func metrics(_ page: inout Markdown) {
        guard !report.metrics.isEmpty else { return }
        page.heading("Metrics")
        // Where not all have room, those that are worse have it first.
        let isCut = report.metrics.count > ReviewMarkdown.rowLimit
        let ranks = [false: 0, true: 1]
        func rank(_ metric: ReviewChanges.Report.Metric) -> Int { metric.isBetter.flatMap { ranks[$0] } ?? 2 }
        let metrics = isCut ? (0...2).flatMap { own in report.metrics.filter { rank($0) == own } } : report.metrics
        let rows = metrics.map { metric in
            let change = metric.before.flatMap { old in metric.after.map { $0 - old } }
            let sign = metric.isBetter.map { $0 ? " 🟢" : " 🔴" } ?? ""
            return [
                Markdown.escaped(metric.name), number(metric.before), number(metric.after),
                (change.map { ($0 > 0 ? "+" : "") + number($0) } ?? "") + sign,
            ]
        }
        table(["metric", "before", "after", "change"], numbers: [1, 2, 3], rows, &page)
    }

    /// A line for each plot: neither host shows SVG that stands in Markdown.
    private func plots(_ page: inout Markdown) {
        guard !report.plots.isEmpty else { return }
        page.heading("Plots")
        let names = report.plotNames
        let rows = report.plots.map { $0.renamed(names) }.map { figure in
            let sides = ["before", "after"].map { side in figure.parts.first { $0.revision == side } }
            return [Markdown.escaped(figure.title)]
                + sides.map { $0.map { Markdown.escaped(PlotSections.line(of: $0.plot.data)) } ?? "–" }
        }
        table(["plot", "before", "after"], numbers: [], rows, &page)
    }

    private func artifacts(_ page: inout Markdown) {
        page.heading("Artifacts")
        ArtifactMarkdown(rowLimit: ReviewMarkdown.rowLimit).add(report.artifacts, report.layers, to: &page)
        guard !report.artifacts.artifacts.isEmpty else { return }
        page.line()
        page.line("\(report.sizes).")
    }

    private func rows(_ title: String, _ rows: [ReviewChanges.Report.Row], _ page: inout Markdown) {
        guard !rows.isEmpty else { return }
        page.heading(title)
        let cells = rows.map { row in
            [Markdown.code(row.name)] + [row.before, row.after].map { $0.map(Markdown.code) ?? "–" }
        }
        table(["", "before", "after"], numbers: [], cells, &page)
    }

    private func notes(_ page: inout Markdown) {
        let lines = report.warnings + report.problems.map { "\($0.subject): \($0.message)" }
        guard !lines.isEmpty else { return }
        page.heading("What could not be seen")
        for line in lines { page.line("* \(Markdown.escaped(line))") }
    }

    private var commands: String {
        (["", "### Try it", "", "```sh"] + report.commands.map(DisplayText.sanitized) + ["```", ""]).joined(
            separator: "\n"
        )
    }

    private func table(_ heads: [String], numbers: Set<Int>, _ rows: [[String]], _ page: inout Markdown) {
        page.table(heads, numbers: numbers, rows, limit: ReviewMarkdown.rowLimit)
    }

    private func number(_ value: Double?) -> String { value.map(RunText.number) ?? "–" }
}

extension ReviewChanges.Report {
    /// How much what differs is, and how much of it has to be sent; without a full stop.
    var sizes: String {
        let total = "What differs has \(Quantity.bytes(size))"
        guard let wireSize else { return total }
        // The table has artifacts, and no files of runs.
        let reason = wireSize > size ? ", files of runs and what packs add included" : ""
        return "\(total); a store with the earlier commit gets \(Quantity.bytes(wireSize))\(reason)"
    }
}
