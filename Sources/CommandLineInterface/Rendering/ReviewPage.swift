import ModelCore
import Operations
import Plots

/// A review as one HTML file that needs nothing else: light and dark, wide and narrow, without scripts.
struct ReviewPage {
    /// The most plots that are drawn.
    private static let plotLimit = 300

    private let report: ReviewChanges.Report

    init(_ report: ReviewChanges.Report) { self.report = report }

    /// The document.
    var text: String {
        let isGood = report.outcome == .ok
        let title = isGood ? "The model may be merged" : "The model may not be merged"
        let body = [
            HTML.element("h1", [("class", isGood ? "good" : "bad")], (isGood ? "✓ " : "✗ ") + title), ends, rules,
            checks,
            rows("Signature", report.signature), metrics, plots, artifacts, rows("Parameters", report.parameters),
            rows("Data", report.data), rows("Environment", report.environment), notes, commands,
        ].filter { !$0.isEmpty }.joined(separator: "\n")
        return PageFrame.document(title: title, body: body)
    }

    private var ends: String {
        let ends = [("base", report.base), ("head", report.head)].map { name, end in
            let run = end.run.map { " · run " + HTML.element("code", [], HTML.escaped(String($0.prefix(8)))) } ?? ""
            let commit = HTML.element("code", [], HTML.escaped(String(end.commit.prefix(12))))
            return "\(name) \(commit) \(HTML.escaped(end.subject))\(run)"
        }
        return HTML.element("p", [], ends.joined(separator: "<br>"))
    }

    private var rules: String {
        guard !report.check.policyChanges.isEmpty else { return "" }
        let items = report.check.policyChanges.map { HTML.element("li", [], HTML.escaped($0)) }.joined()
        return section("This changes the rules that others are judged by", HTML.element("ul", [], items), kind: "warn")
    }

    private var checks: String {
        let rows = report.check.lines.map { line in
            [mark(line.isPassed), HTML.escaped(line.subject), HTML.escaped(line.found)]
        }
        return rows.isEmpty ? "" : section("Checks", HTML.table(["", "what", "found"], rows))
    }

    private var metrics: String {
        guard !report.metrics.isEmpty else { return "" }
        let rows = report.metrics.map { metric in
            let change = metric.before.flatMap { old in metric.after.map { $0 - old } }
            let kind = metric.isBetter.map { $0 ? "good" : "bad" } ?? ""
            return [
                HTML.escaped(metric.name), number(metric.before), number(metric.after),
                HTML.element("span", [("class", kind)], change.map { ($0 > 0 ? "+" : "") + number($0) } ?? ""),
            ]
        }
        return section("Metrics", HTML.table(["metric", "before", "after", "change"], numbers: [1, 2, 3], rows))
    }

    private var plots: String {
        guard !report.plots.isEmpty else { return "" }
        let names = report.plotNames
        let drawn = report.plots.prefix(ReviewPage.plotLimit).map { $0.renamed(names) }
        return section("Plots", PlotSections(drawn, leftOut: report.plots.count - drawn.count).html)
    }

    private var artifacts: String {
        let sections = ArtifactSections(report.artifacts.artifacts, report.layers)
        guard !report.artifacts.artifacts.isEmpty else { return section("Artifacts", sections.html) }
        let total = "<p>\(report.sizes).</p>"
        return section("Artifacts", sections.table + total + sections.strips)
    }

    private func rows(_ title: String, _ rows: [ReviewChanges.Report.Row]) -> String {
        guard !rows.isEmpty else { return "" }
        let cells = rows.map { row in [row.name, row.before ?? "–", row.after ?? "–"].map(HTML.escaped) }
        return section(title, HTML.table(["", "before", "after"], cells))
    }

    private var notes: String {
        let lines = report.warnings + report.problems.map { "\($0.subject): \($0.message)" }
        guard !lines.isEmpty else { return "" }
        let items = lines.map { HTML.element("li", [], HTML.escaped($0)) }.joined()
        return section("What could not be seen", HTML.element("ul", [], items), kind: "warn")
    }

    private var commands: String {
        section("Try it", HTML.element("pre", [], HTML.escaped(report.commands.joined(separator: "\n"))))
    }

    private func section(_ title: String, _ content: String, kind: String = "") -> String {
        HTML.element(
            "section",
            kind.isEmpty ? [] : [("class", kind)],
            HTML.element("h2", [], HTML.escaped(title)) + content
        )
    }

    private func mark(_ isPassed: Bool?) -> String {
        switch isPassed {
        case true?: HTML.element("span", [("class", "good")], "✓ pass")
        case false?: HTML.element("span", [("class", "bad")], "✗ fail")
        case nil: "–"
        }
    }

    private func number(_ value: Double?) -> String { value.map(RunText.number) ?? "–" }
}

extension ReviewChanges.Report {
    /// What plots call the two commits where people compare them, as the other tables do.
    var plotNames: [String: String] {
        // They may be one and the same.
        Dictionary([(base, "before"), (head, "after")].map { (String($0.commit.prefix(12)), $1) }) { first, _ in first }
    }
}
