import ModelCore
import Operations

/// What differs around two versions, as lines and as Markdown.
struct FactText {
    /// The most lines of each kind in a terminal.
    private static let lineLimit = 20

    /// What differs, by kinds.
    private let sections: [(title: String, rows: [Row])]

    private struct Row {
        let name: String
        let before: String?, after: String?
        var verdict = ""
    }

    init(_ facts: FactChanges) {
        let metrics = facts.metrics.map { metric in
            Row(
                name: metric.name,
                before: metric.before.map(RunText.number),
                after: metric.after.map(RunText.number),
                verdict: metric.isBetter.map { $0 ? "better" : "worse" } ?? ""
            )
        }
        let others = [
            ("parameters", facts.parameters), ("data", facts.data), ("environment", facts.environment),
            ("signature", facts.signature),
        ].map { title, rows in (title, rows.map { Row(name: $0.name, before: $0.before, after: $0.after) }) }
        sections = ([("metrics", metrics)] + others).filter { !$0.1.isEmpty }
    }

    /// Prints a paragraph for each kind.
    func render(to text: inout Text) {
        for (title, rows) in sections {
            text.line()
            text.line(text.painted(title, .bold))
            var table = Table([.left, .left, .left], indent: 2)
            for row in rows.prefix(FactText.lineLimit) {
                let values = [row.before, row.after].map { $0.map(DisplayText.sanitized) ?? "–" }
                table.row(DisplayText.sanitized(row.name), values.joined(separator: " → "), row.verdict)
            }
            text.table(table)
            let rest = rows.count - FactText.lineLimit
            if rest > 0 { text.line("  … \(rest) more: `--json`") }
        }
    }

    /// Adds a table for each kind, of at most so many rows.
    func render(to page: inout Markdown, rowLimit: Int) {
        for (title, rows) in sections {
            page.heading(title.capitalizedFirst, level: 4)
            let cells = rows.map { row in
                [Markdown.code(row.name)] + [row.before, row.after].map { $0.map(Markdown.code) ?? "–" } + [row.verdict]
            }
            page.table(["", "before", "after", ""], cells, limit: rowLimit)
        }
    }
}

extension String {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
