import Operations
import Runs

/// The pages of a site: HTML files that need no server and nothing from elsewhere, light and dark, wide and narrow.
struct SitePages: SiteRenderer {
    func index(of site: Site) -> String {
        let frame = SiteFrame(site, at: SitePath.index)
        let rows = site.models.map { model in
            let stages = model.versions.flatMap { version in
                version.stages.map { (stage: $0, version: version) }
            }.sorted { $0.stage < $1.stage }
            let places = stages.map { item in
                SiteFrame.chips([item.stage]) + " " + frame.link(to: item.version)
            }
            let name = frame.link(model.name, to: SitePath.page(ofModel: model.name))
            let note = model.isDeprecated ? " " + HTML.element("span", [("class", "bad")], "deprecated") : ""
            return [
                SiteTable.Cell(name + note, key: model.name),
                SiteTable.Cell(model.latest.map { frame.link(to: $0) } ?? "", key: model.latest?.version ?? ""),
                SiteTable.Cell(places.joined(separator: "<br>")),
                SiteTable.Cell(number: Double(model.versions.count)),
                SiteTable.Cell(text: model.latest?.date ?? ""),
                SiteTable.Cell(text: model.description?.task ?? ""),
                SiteTable.Cell(text: model.description?.license ?? ""),
            ]
        }
        let columns = [
            ("model", false), ("latest", false), ("stages", false), ("versions", true), ("date", false),
            ("task", false),
            ("license", false),
        ]
        let table = rows.isEmpty ? "<p>There is no model yet.</p>" : SiteTable(columns: columns, rows: rows).html
        let runs = "<p>\(frame.link(Quantity.count(site.runs.count, "kept run"), to: SitePath.runs))</p>"
        return frame.document(
            site.title,
            [SiteFrame.section("Models", table), SiteFrame.section("Runs", runs)],
            script: SiteScript.script
        )
    }

    func page(of model: Site.Model, _ figures: SiteFigures, in site: Site) -> String {
        SiteModelPage(model, figures, in: site).text
    }

    func page(of version: Site.Version, _ details: SiteVersionDetails, in site: Site) -> String {
        SiteVersionPage(version, details, in: site).text
    }

    func runs(of site: Site, _ figures: SiteFigures) -> String { SiteRunsPage(site, figures).text }

    func page(of run: RunRecord, _ figures: SiteFigures, in site: Site) -> String {
        SiteRunPage(run, figures, in: site).text
    }
}
