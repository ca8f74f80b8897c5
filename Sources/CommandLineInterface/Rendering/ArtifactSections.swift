import Operations
import Plots

/// What changed in artifacts, in a page: a table of them, then a strip and a table of layers for each.
struct ArtifactSections {
    private let artifacts: [CompareVersions.Report.Artifact]
    private let layers: [ReviewChanges.Report.Layers]

    init(_ artifacts: [CompareVersions.Report.Artifact], _ layers: [ReviewChanges.Report.Layers]) {
        self.artifacts = artifacts
        self.layers = layers
    }

    /// Both.
    var html: String { artifacts.isEmpty ? "<p>None differs.</p>" : table + strips }

    /// The artifacts.
    var table: String {
        let rows = artifacts.map { artifact in
            let sizes = [artifact.before, artifact.after].map { $0.map { Quantity.bytes($0.size) } ?? "–" }
            let name = artifact.names.map { HTML.element("code", [], HTML.escaped($0)) }.joined(separator: " → ")
            return [
                HTML.escaped(artifact.change), name, sizes[0], sizes[1], HTML.escaped(artifact.tensorRemark),
            ]
        }
        return HTML.table(["", "artifact", "before", "after", "tensors"], numbers: [2, 3], rows)
    }

    /// How far their layers moved.
    var strips: String { layers.map(strip).joined() }

    private func strip(_ layers: ReviewChanges.Report.Layers) -> String {
        guard !layers.changes.isEmpty else { return "" }
        let scale = HeatScale(layers.changes)
        let cells = layers.changes.map { HeatStrip.Cell($0.place, scale.heat(of: $0)) }
        let strip = HeatStrip("Relative L2 distance of layers\(layers.origin)", cells)
        let hasRemarks = layers.changes.contains { !$0.remark.isEmpty }
        let rows = layers.changes.map { layer in
            [HTML.element("code", [], HTML.escaped(layer.place)), "\(layer.count)"] + LayerFigures(layer).cells
                + (hasRemarks ? [layer.remark] : [])
        }
        let heads = ["layer", "tensors", "relative L2", "max", "elements", "cosine"] + (hasRemarks ? [""] : [])
        let title = "Inside " + HTML.element("code", [], HTML.escaped(layers.path))
        let table = HTML.table(heads, numbers: [1, 2, 3, 4, 5], rows)
        let summary = HTML.element("summary", [], Quantity.count(rows.count, "layer") + " that changed")
        return HTML.element("h3", [], title)
            + HTML.element("div", [("class", "plot strip")], strip.svg(id: FigureID("layers-\(layers.path)")))
            + HTML.element("details", rows.count <= 12 ? [("open", "")] : [], summary + table)
    }
}
