/// A table that a page's script sorts, and that is one without it.
struct SiteTable {
    /// A cell.
    struct Cell {
        /// What it shows, as HTML.
        let html: String
        /// What it is sorted by, where that is something else.
        let key: String?

        /// Creates a cell of HTML.
        init(_ html: String, key: String? = nil) {
            self.html = html
            self.key = key
        }

        /// Creates a cell of a text.
        init(text: String) { self.init(HTML.escaped(text)) }

        /// Creates a cell of a number.
        init(number: Double?) {
            let key = number.map { $0.isNaN ? "NaN" : $0.isInfinite ? ($0 < 0 ? "-Infinity" : "Infinity") : "\($0)" }
            self.init(number.map(RunText.number) ?? "", key: key ?? "")
        }

        /// Creates a cell of a size in bytes.
        init(size: Int64) { self.init(Quantity.bytes(size), key: "\(size)") }
    }

    /// The columns, by name; whether they hold numbers.
    let columns: [(name: String, isNumber: Bool)]
    /// The rows.
    let rows: [[Cell]]
    /// Whether it can be searched.
    var isSearched = false
    /// More rows scroll within the page, so that what follows is found.
    private static let rowLimit = 25

    /// The table in a box that scrolls by itself.
    var html: String {
        let head = columns.map { HTML.element("th", SiteTable.attributes($0.isNumber, nil), HTML.escaped($0.name)) }
        let body = rows.map { row in
            let cells = zip(columns, row).map { column, cell in
                HTML.element(
                    "td",
                    SiteTable.attributes(column.isNumber, cell.key == cell.html ? nil : cell.key),
                    cell.html
                )
            }
            return HTML.element("tr", [], cells.joined()) + "\n"
        }
        let table = HTML.element(
            "table",
            [("class", "sortable")] + (isSearched ? [("data-search", "")] : []),
            HTML.element("thead", [], HTML.element("tr", [], head.joined())) + "\n"
                + HTML.element("tbody", [], body.joined())
        )
        let box = rows.count > SiteTable.rowLimit ? "scroll tall" : "scroll"
        return HTML.element("div", [("class", box)], table) + "\n"
    }

    private static func attributes(_ isNumber: Bool, _ key: String?) -> [(String, String)] {
        (isNumber ? [("class", "number")] : []) + (key.map { [("data-v", $0)] } ?? [])
    }
}
