import ModelCore
import Operations
import Runs

/// The page of a model: its versions, its stages over time, and how its metrics went.
struct SiteModelPage {
    /// The most metrics that are columns of the versions' table.
    private static let metricLimit = 8

    private let model: Site.Model
    private let figures: SiteFigures
    private let frame: SiteFrame

    init(_ model: Site.Model, _ figures: SiteFigures, in site: Site) {
        self.model = model
        self.figures = figures
        frame = SiteFrame(site, at: SitePath.page(ofModel: model.name))
    }

    var text: String {
        let deprecated =
            model.isDeprecated ? HTML.element("p", [("class", "bad")], "This model is deprecated.") : ""
        return frame.document(
            model.name,
            [
                deprecated, facts, SiteFrame.section("Versions", versions),
                SiteFrame.section("Stages over time", stageChanges),
                SiteFrame.section("Latest versions", PlotSections(figures).html),
            ],
            script: SiteScript.script
        )
    }

    private var facts: String {
        let description = model.description
        let current = model.versions.flatMap { version in version.stages.map { ($0, version) } }.sorted { $0.0 < $1.0 }
        let stages = current.map { SiteFrame.chips([$0]) + " " + frame.link(to: $1) }
        return SiteFrame.facts([
            ("latest", model.latest.map { frame.link(to: $0) } ?? ""),
            ("stages", stages.joined(separator: "<br>")),
            ("task", HTML.escaped(description?.task ?? "")),
            ("license", HTML.escaped(description?.license ?? "")),
            ("base model", HTML.linked(description?.base ?? "")),
        ])
    }

    /// The metrics that most versions have.
    private var metrics: [String] {
        var counts: [String: Int] = [:]
        for name in model.versions.flatMap(\.metrics.keys) { counts[name, default: 0] += 1 }
        let most = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(SiteModelPage.metricLimit)
        return most.map(\.key).sorted()
    }

    private var versions: String {
        guard !model.versions.isEmpty else { return "<p>None was tagged yet.</p>" }
        let metrics = metrics
        let rows = model.versions.reversed().enumerated().map { position, version in
            let note = version.isDeregistered ? " " + HTML.element("span", [("class", "bad")], "taken back") : ""
            let run = version.run.map { frame.link($0.name ?? $0.id.abbreviated, to: SitePath.page(of: $0.id)) } ?? ""
            let cells = [
                // By precedence, which no text has.
                SiteTable.Cell(frame.link(to: version) + note, key: "\(model.versions.count - position)"),
                SiteTable.Cell(SiteFrame.chips(version.stages)), SiteTable.Cell(text: version.date),
                SiteTable.Cell(text: version.tagger), SiteTable.Cell(size: version.size), SiteTable.Cell(run),
            ]
            return cells + metrics.map { SiteTable.Cell(number: version.metrics[$0]) }
        }
        let columns = [
            ("version", true), ("stages", false), ("date", false), ("by", false), ("size", true), ("run", false),
        ]
        return SiteTable(columns: columns + metrics.map { ($0, true) }, rows: rows).html
    }

    private var stageChanges: String {
        guard !model.stageChanges.isEmpty else { return "" }
        let known = Dictionary(model.versions.map { ($0.version, $0) }) { first, _ in first }
        let rows = model.stageChanges.map { change in
            let version = known[change.version].map { frame.link(to: $0) } ?? HTML.escaped(change.version)
            return [
                HTML.escaped(change.date), SiteFrame.chips([change.stage]), HTML.escaped(change.kind), version,
                HTML.escaped(change.tagger), HTML.escaped(change.subject),
            ]
        }
        return HTML.table(["date", "stage", "", "version", "by", ""], rows)
    }
}
