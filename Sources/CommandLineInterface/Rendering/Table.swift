/// Rows of cells in aligned columns, two spaces apart, without lines or trailing blanks.
struct Table: Sendable {
    /// Where a column's cells stand.
    enum Alignment: Sendable {
        /// At the left edge: names.
        case left

        /// At the right edge: numbers.
        case right
    }

    private let alignments: [Alignment]
    private let indent: Int
    private var rows: [[String]] = []

    /// Creates a table with one alignment a column, each line of it indented by a number of blanks.
    init(_ alignments: [Alignment], indent: Int = 0) {
        self.alignments = alignments
        self.indent = indent
    }

    /// Adds a row; cells that are left out are empty.
    mutating func row(_ cells: String...) {
        row(cells)
    }

    /// Adds a row of as many cells as there are.
    mutating func row(_ cells: [String]) {
        // What comes from elsewhere must not make rows of its own.
        rows.append(cells.map(DisplayText.oneLine))
    }

    /// Whether no row was added.
    var isEmpty: Bool { rows.isEmpty }

    /// The rows as lines.
    var lines: [String] {
        let widths = alignments.indices.map { column in
            rows.map { $0.count > column ? DisplayText.width(of: $0[column]) : 0 }.max() ?? 0
        }
        return rows.map { row in
            var line = String(repeating: " ", count: indent)
            for (column, alignment) in alignments.enumerated() where widths[column] > 0 {
                let cell = column < row.count ? row[column] : ""
                let padding = String(repeating: " ", count: widths[column] - DisplayText.width(of: cell))
                line += alignment == .left ? cell + padding : padding + cell
                line += "  "
            }
            return String(line[..<(line.lastIndex { $0 != " " }.map { line.index(after: $0) } ?? line.startIndex)])
        }
    }
}
