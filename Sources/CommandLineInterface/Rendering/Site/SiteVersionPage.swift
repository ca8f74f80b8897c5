import ModelCore
import Operations
import Plots
import Runs

/// The page of a version: what it is, how it came about, and what differs from the one before it.
struct SiteVersionPage {
    private let version: Site.Version
    private let details: SiteVersionDetails
    private let frame: SiteFrame

    init(_ version: Site.Version, _ details: SiteVersionDetails, in site: Site) {
        self.version = version
        self.details = details
        frame = SiteFrame(site, at: SitePath.page(of: version))
    }

    var text: String {
        frame.document(
            "\(version.model) \(version.version)",
            [
                facts, message, SiteFrame.section("Metrics", metrics),
                SiteFrame.section("Learning curves", PlotSections(details.figures).html),
                SiteFrame.section("Parameters", pairs(details.parameters)),
                SiteFrame.section("Artifacts", artifacts), signature, environment, changes,
                SiteFrame.section("Get it", commands), SiteFrame.section("Card", SiteFrame.text(details.card ?? "")),
                SiteFrame.section("Metadata", pairs(details.description?.metadata ?? [:])),
            ]
        )
    }

    /// What the tag says, unless that is only what it is.
    private var message: String {
        version.message == "\(version.model) \(version.version)" ? "" : SiteFrame.text(version.message)
    }

    private var facts: String {
        let model = frame.link(version.model, to: SitePath.page(ofModel: version.model))
        let run = version.run.map { frame.link($0.name ?? $0.id.abbreviated, to: SitePath.page(of: $0.id)) }
        let description = details.description
        let isInRepository = details.card != nil
        return SiteFrame.facts([
            ("model", model),
            ("", version.isDeregistered ? HTML.element("span", [("class", "bad")], "taken back") : ""),
            (
                "",
                version.contradicted.map { path in
                    let text = HTML.escaped("the tag tells of another \(path) than the commit has")
                    return HTML.element("span", [("class", "bad")], text)
                } ?? ""
            ),
            ("stages", SiteFrame.chips(version.stages)),
            ("tag", HTML.element("code", [], HTML.escaped(version.tag)) + (version.isSigned ? " (signed)" : "")),
            ("date", HTML.escaped("\(version.date), by \(version.tagger)")),
            (
                "commit",
                HTML.element("code", [], HTML.escaped(String(version.commit.prefix(12)))) + " "
                    + HTML.escaped(version.commitSubject)
            ),
            ("run", run ?? ""), ("task", HTML.escaped(description?.task ?? "")),
            ("license", HTML.escaped(description?.license ?? "")),
            ("base model", HTML.linked(description?.base ?? "")),
            ("card", isInRepository ? "" : HTML.linked(description?.card ?? "")),
        ])
    }

    private var metrics: String {
        guard !details.metrics.isEmpty else { return "" }
        let rows = details.metrics.map { metric in
            let change = metric.before.flatMap { old in metric.after.map { $0 - old } }
            let kind = metric.isBetter.map { $0 ? "good" : "bad" } ?? ""
            let difference = change.map { $0 == 0 ? "" : ($0 > 0 ? "+" : "") + RunText.number($0) } ?? ""
            return [
                HTML.escaped(metric.name), metric.before.map(RunText.number) ?? "–",
                metric.after.map(RunText.number) ?? "–", HTML.element("span", [("class", kind)], difference),
            ]
        }
        let heads = ["metric", details.previous ?? "before", version.version, "change"].map(HTML.escaped)
        return HTML.table(heads, numbers: [1, 2, 3], rows)
    }

    private var artifacts: String {
        guard !version.artifacts.isEmpty else { return "" }
        let rows = version.artifacts.map { artifact in
            [
                HTML.element("code", [], HTML.escaped(artifact.path)), HTML.escaped(artifact.kind),
                Quantity.bytes(artifact.size),
                HTML.element("code", [], HTML.escaped(artifact.oid)),
            ]
        }
        return HTML.table(["path", "", "size", "object"], numbers: [2], rows)
    }

    private var signature: String {
        guard let signature = details.description?.signature else { return "" }
        let rows = [("in", signature.inputs), ("out", signature.outputs)].flatMap { direction, tensors in
            tensors.map { tensor in
                let shape = tensor.shape.map { "[\($0.map(\.description).joined(separator: ", "))]" } ?? ""
                return [direction, tensor.name, tensor.dtype, shape].map(HTML.escaped)
            }
        }
        return rows.isEmpty ? "" : SiteFrame.section("Signature", HTML.table(["", "name", "type", "shape"], rows))
    }

    private var environment: String {
        guard let environment = version.run?.environment else { return "" }
        return SiteFrame.section("Environment", SiteFrame.facts(SiteRunPage.facts(of: environment)))
    }

    private var changes: String {
        guard let previous = details.previous else { return "" }
        let parts = [
            ArtifactSections(details.changes, details.layers).html, rows("Parameters", details.parameterChanges),
            rows("Data", details.dataChanges), rows("Environment", details.environmentChanges),
            rows("Signature", details.signatureChanges),
        ]
        return SiteFrame.section("What differs from \(previous)", parts.joined())
    }

    private func rows(_ title: String, _ rows: [ReviewChanges.Report.Row]) -> String {
        guard !rows.isEmpty else { return "" }
        let cells = rows.map { row in [row.name, row.before ?? "–", row.after ?? "–"].map(HTML.escaped) }
        return HTML.element("h3", [], HTML.escaped(title)) + HTML.table(["", "before", "after"], cells)
    }

    private func pairs(_ values: [String: String]) -> String {
        guard !values.isEmpty else { return "" }
        let rows = values.sorted { $0.key < $1.key }.map { [HTML.escaped($0.key), HTML.linked($0.value)] }
        return HTML.table(["name", "value"], rows)
    }

    private var commands: String {
        let lines = ["git model checkout \(version.tag)", "git model verify \(version.tag)"]
        return HTML.element("pre", [], HTML.escaped(lines.joined(separator: "\n")))
    }
}
