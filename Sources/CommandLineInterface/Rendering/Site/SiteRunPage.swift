import Operations
import Runs

/// The page of a run: everything that its summary has, and its curves.
struct SiteRunPage {
    private let run: RunRecord
    private let figures: SiteFigures
    private let site: Site
    private let frame: SiteFrame

    init(_ run: RunRecord, _ figures: SiteFigures, in site: Site) {
        self.run = run
        self.figures = figures
        self.site = site
        frame = SiteFrame(site, at: SitePath.page(of: run.id))
    }

    var text: String {
        frame.document(
            "Run \(run.name ?? run.id.abbreviated)",
            [
                facts, SiteFrame.section("Metrics", metrics),
                SiteFrame.section("Curves", PlotSections(figures).html),
                SiteFrame.section("Parameters", parameters),
                SiteFrame.section("Data", pairs(run.data.map { ($0.source, $0.digest ?? "not checked") })),
                SiteFrame.section("Outputs", pairs(run.outputs.map { ($0.path, $0.oid) })),
                SiteFrame.section("References", pairs((run.references ?? []).map { ($0.uri, $0.digest ?? "") })),
                SiteFrame.section(
                    "Environment",
                    SiteFrame.facts(run.environment.map(SiteRunPage.facts) ?? [])
                ),
                SiteFrame.section("Notes", run.notes.map(SiteFrame.text).joined()),
            ]
        )
    }

    private var facts: String {
        let versions = (site.versionsOfRuns[run.id] ?? []).map { version in
            frame.link(to: version, "\(version.model) \(version.version)")
        }
        let took = run.milliseconds.map { " in \(Quantity.duration(milliseconds: $0))" } ?? ""
        let code = [run.code.commit.map { String($0.prefix(12)) }, run.code.branch, run.code.isDirty ? "changed" : nil]
        return SiteFrame.facts(
            [
                ("id", HTML.element("code", [], HTML.escaped(run.id.text))),
                ("status", HTML.escaped(RunText.end(of: run) + took)), ("began", HTML.escaped(run.started.text)),
                ("by", HTML.escaped(run.origin.user ?? "")), ("versions", versions.joined(separator: ", ")),
                ("command", HTML.element("code", [], HTML.escaped(run.command.joined(separator: " ")))),
                ("code", HTML.escaped(code.compactMap { $0 }.joined(separator: ", "))),
                ("from", HTML.linked(run.code.remote ?? "")),
            ].filter { $0.1 != "<code></code>" }
        )
    }

    private var metrics: String {
        guard !run.metrics.isEmpty else { return "" }
        let rows = run.metrics.sorted { $0.key < $1.key }.map { name, metric in
            [
                HTML.escaped(name), RunText.number(metric.value), "\(metric.step)", RunText.number(metric.minimum),
                RunText.number(metric.maximum), "\(metric.count)",
            ]
        }
        let heads = ["metric", "last", "step", "lowest", "highest", "points"]
        return HTML.table(heads, numbers: [1, 2, 3, 4, 5], rows)
    }

    private var parameters: String {
        pairs(run.parameters.sorted { $0.key < $1.key }.map { ($0.key, $0.value.description) })
    }

    private func pairs(_ rows: [(String, String)]) -> String {
        guard !rows.isEmpty else { return "" }
        return HTML.table(["", ""], rows.map { [HTML.linked($0), HTML.escaped($1)] })
    }

    /// What a run found around it, as names and HTML.
    static func facts(of environment: RunEnvironment) -> [(String, String)] {
        let python = environment.python.map { "\($0.implementation) \($0.version)" } ?? ""
        let system = [environment.system, environment.architecture].compactMap { $0 }.joined(separator: ", ")
        return [
            ("system", system), ("processors", environment.processors.map(String.init) ?? ""),
            ("accelerators", environment.accelerators.joined(separator: ", ")), ("CUDA", environment.cuda ?? ""),
            ("python", python), ("packages", environment.packages == nil ? "" : environment.kind.rawValue),
            ("image", environment.image ?? ""), ("locks", environment.locks.keys.sorted().joined(separator: ", ")),
        ].map { ($0, HTML.escaped($1)) }
    }
}
