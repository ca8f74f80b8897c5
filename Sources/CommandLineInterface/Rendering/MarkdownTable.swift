/// A table as GitHub and GitLab render it from Markdown: whatever stands in a cell is text, and never markup or HTML.
struct MarkdownTable: Sendable {
    private let alignments: [Table.Alignment]
    private var rows: [[String]]

    /// Creates a table with a heading and an alignment for each column.
    init(_ headings: [String], _ alignments: [Table.Alignment]) {
        self.alignments = alignments
        rows = [headings]
    }

    /// Adds a row; cells that are left out are empty.
    mutating func row(_ cells: [String]) { rows.append(cells) }

    /// The table's lines, each ended by a line feed.
    var text: String {
        var lines = rows.map { row in
            alignments.indices.map { $0 < row.count ? Markdown.escaped(row[$0]) : "" }
        }
        lines.insert(alignments.map { $0 == .left ? "---" : "---:" }, at: 1)
        return lines.map { "| " + $0.joined(separator: " | ") + " |\n" }.joined()
    }
}
