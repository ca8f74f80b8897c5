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
            alignments.indices.map { $0 < row.count ? MarkdownTable.escaped(row[$0]) : "" }
        }
        lines.insert(alignments.map { $0 == .left ? "---" : "---:" }, at: 1)
        return lines.map { "| " + $0.joined(separator: " | ") + " |\n" }.joined()
    }

    /// Returns a text so that Markdown shows it as it is, in one line.
    static func escaped(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        // By scalars: one that a following mark combines with is none for Swift's characters, but is for Markdown.
        for scalar in DisplayText.sanitized(text).unicodeScalars {
            if scalar == "\n" || scalar == "\t" {
                result.append(" ")
            } else {
                if markup.contains(scalar) { result.append("\\") }
                result.append(scalar)
            }
        }
        return String(result)
    }

    /// What Markdown, its tables, HTML and the formulas of GitHub and GitLab begin with, wherever it stands in a line.
    private static let markup = Set("\\`*_[]<>&|~$".unicodeScalars)
}
