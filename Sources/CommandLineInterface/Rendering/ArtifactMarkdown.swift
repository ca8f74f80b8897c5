import Operations
import Plots

/// Artifacts that differ, and what changed inside them, as Markdown.
struct ArtifactMarkdown {
    private static let blocks: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
    /// The most blocks of a strip.
    private static let blockLimit = 120

    /// The most rows of a table, where they fit into a comment and where they do not.
    private static let (rowLimit, shortRowLimit) = (200, 25)

    /// The most rows of a table.
    let rowLimit: Int

    /// Returns a comparison as a document of its own, short enough for a comment.
    static func document(of report: CompareVersions.Report) -> String {
        let page = page(of: report, rowLimit: rowLimit)
        if page.fits() { return page.text }
        // What comes last would be cut first.
        return self.page(of: report, rowLimit: shortRowLimit).fitting(note: "`--json` has all")
    }

    private static func page(of report: CompareVersions.Report, rowLimit: Int) -> Markdown {
        var page = Markdown()
        page.line("\(Markdown.code(report.from)) → \(Markdown.code(report.to ?? "work tree"))")
        page.line()
        let layers = report.artifacts.compactMap(ReviewChanges.Report.Layers.init)
        ArtifactMarkdown(rowLimit: rowLimit).add(report, layers, to: &page)
        if let facts = report.facts { FactText(facts).render(to: &page, rowLimit: rowLimit) }
        return page
    }

    /// Adds a table of artifacts, and for each whose tensors changed a strip and a table of its layers.
    func add(_ report: CompareVersions.Report, _ layers: [ReviewChanges.Report.Layers], to page: inout Markdown) {
        if report.artifacts.isEmpty, report.problems.isEmpty { page.line("No artifact differs.") }
        let rows = report.artifacts.map { artifact in
            let sizes = [artifact.before, artifact.after].map { $0.map { Quantity.bytes($0.size) } ?? "–" }
            let found = Markdown.escaped(artifact.tensorRemark)
            let name = artifact.names.map(Markdown.code).joined(separator: " → ")
            return [artifact.change, name, sizes[0], sizes[1], found]
        }
        page.table(["", "artifact", "before", "after", "tensors"], numbers: [2, 3], rows, limit: rowLimit)
        for artifact in report.artifacts { add(artifact.contradictions ?? [], of: artifact.path, to: &page) }
        for layers in layers where !layers.changes.isEmpty { add(layers, to: &page) }
    }

    private func add(
        _ contradictions: [CompareVersions.Report.Contradiction],
        of path: String,
        to page: inout Markdown
    ) {
        guard !contradictions.isEmpty else { return }
        page.heading("What was written down of \(Markdown.code(path)) is not so", level: 4)
        let rows = contradictions.map { wrong in
            let names = [wrong.file, wrong.name].compactMap { $0 }.map(Markdown.code)
            return [names.joined(separator: ": "), Markdown.escaped(wrong.clause)]
        }
        page.table(["tensor", "what"], numbers: [], rows, limit: rowLimit)
    }

    private func add(_ layers: ReviewChanges.Report.Layers, to page: inout Markdown) {
        let scale = HeatScale(layers.changes)
        page.heading("Inside \(Markdown.code(layers.path))", level: 4)
        let cells = HeatStrip("", layers.changes.map { HeatStrip.Cell($0.place, scale.heat(of: $0)) })
            .merged(to: ArtifactMarkdown.blockLimit)
        let blocks = cells.map { $0.value.map { ArtifactMarkdown.blocks[min(7, Int($0 * 8))] } ?? "?" }
        let note = cells.count < layers.changes.count ? ", neighbours as one block" : ""
        let count = Quantity.count(layers.changes.count, "layer")
        page.line("`\(String(blocks))` \(count) changed, by relative L2 distance\(layers.origin)\(note)")
        page.line()
        let hasRemarks = layers.changes.contains { !$0.remark.isEmpty }
        let rows = layers.changes.map { layer in
            [Markdown.code(layer.place), "\(layer.count)"] + LayerFigures(layer).cells
                + (hasRemarks ? [layer.remark] : [])
        }
        let heads = ["layer", "tensors", "relative L2", "max", "elements", "cosine"] + (hasRemarks ? [""] : [])
        page.table(heads, numbers: [1, 2, 3, 4, 5], rows, limit: rowLimit)
    }
}

extension CompareVersions.Report.Artifact {
    /// Its path, after the one that it had before where that is another.
    var names: [String] { [previousPath, path].compactMap { $0 } }

    /// What is known of its tensors, and why not more, for a cell of a table.
    var tensorRemark: String {
        let known = [tensors?.counts, problem].compactMap { $0 }
        return known.isEmpty ? "–" : known.joined(separator: "; ")
    }
}

extension CompareVersions.Report.Tensors {
    /// How many tensors changed in which way, such as `4 changed, 20 unchanged`.
    var counts: String {
        [(changed, "changed"), (added, "added"), (removed, "removed"), (unchanged, "unchanged")]
            .filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    }
}
