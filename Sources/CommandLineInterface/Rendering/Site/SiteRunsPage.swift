import Operations
import Runs

/// The page of all runs: a table that can be sorted and searched, and the curves of the latest over each other.
struct SiteRunsPage {
    /// The most metrics, and the most parameters, that are columns.
    private static let columnLimit = 12
    /// The columns of every table of runs.
    private static let names = ["run", "status", "started", "took", "by", "versions"]

    private let site: Site
    private let figures: SiteFigures
    private let frame: SiteFrame

    init(_ site: Site, _ figures: SiteFigures) {
        self.site = site
        self.figures = figures
        frame = SiteFrame(site, at: SitePath.runs)
    }

    var text: String {
        frame.document(
            "Runs",
            [
                table, SiteFrame.section("Latest runs", PlotSections(figures).html),
            ],
            script: SiteScript.script
        )
    }

    private var table: String {
        guard !site.runs.isEmpty else { return "<p>None is kept.</p>" }
        let metrics = SiteRunsPage.common(site.runs.map(\.metrics.keys))
        let parameters = SiteRunsPage.common(site.runs.map(\.parameters.keys))
        let numbers = Set(parameters.names.filter(isNumber))
        let rows = site.runs.map { row($0, metrics.names, parameters.names, numbers) }
        let columns =
            SiteRunsPage.names.map { ($0, $0 == "took") }
            + metrics.names.map { (SiteRunsPage.names.contains($0) ? "metrics.\($0)" : $0, true) }
            // A parameter may be called as a metric is.
            + parameters.names.map { ("params.\($0)", numbers.contains($0)) }
        let left = [(metrics.left, "metric"), (parameters.left, "parameter")].filter { $0.0 > 0 }
            .map { Quantity.count($0.0, $0.1) + " more" }
        let note =
            left.isEmpty
            ? "" : HTML.element("p", [("class", "faint")], "Pages of runs have \(left.joined(separator: " and ")).")
        return SiteTable(columns: columns, rows: rows, isSearched: true).html + note
    }

    private func row(
        _ run: RunRecord,
        _ metrics: [String],
        _ parameters: [String],
        _ numbers: Set<String>
    ) -> [SiteTable.Cell] {
        let versions = (site.versionsOfRuns[run.id] ?? []).map { version in
            frame.link(to: version, "\(version.model) \(version.version)")
        }
        let cells = [
            SiteTable.Cell(
                frame.link(run.name ?? run.id.abbreviated, to: SitePath.page(of: run.id)),
                key: run.name ?? run.id.text
            ),
            SiteTable.Cell(text: RunText.end(of: run)),
            SiteTable.Cell(
                HTML.escaped(String(run.started.text.prefix(16)).replacing("T", with: " ")),
                key: run.started.text
            ),
            SiteTable.Cell(
                run.milliseconds.map { Quantity.duration(milliseconds: $0) } ?? "",
                key: run.milliseconds.map { "\(Double($0) / 1000)" } ?? ""
            ),
            SiteTable.Cell(text: run.origin.user ?? ""), SiteTable.Cell(versions.joined(separator: "<br>")),
        ]
        return cells + metrics.map { SiteTable.Cell(number: run.metrics[$0]?.value) }
            + parameters.map { name in
                numbers.contains(name)
                    ? SiteTable.Cell(number: SiteRunsPage.number(run.parameters[name]))
                    : SiteTable.Cell(text: run.parameters[name]?.description ?? "")
            }
    }

    /// Whether every value of a parameter is a number, also where it is known as a text only, as MLflow has them.
    private func isNumber(_ parameter: String) -> Bool {
        site.runs.allSatisfy { run in
            run.parameters[parameter].map { SiteRunsPage.number($0) != nil } ?? true
        }
    }

    private static func number(_ value: ParameterValue?) -> Double? {
        if case .text(let text)? = value { return ParameterValue(word: text).number }
        return value?.number
    }

    /// Returns the names that most have, sorted, and how many others there are.
    private static func common(_ names: [some Sequence<String>]) -> (names: [String], left: Int) {
        var counts: [String: Int] = [:]
        for name in names.joined() { counts[name, default: 0] += 1 }
        let most = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(columnLimit)
        return (most.map(\.key).sorted(), counts.count - most.count)
    }
}
