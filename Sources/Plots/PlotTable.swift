import Documents
import ModelCore
import Runs

/// What a plot's source has, as a table of texts: a column a field, a row a point.
struct PlotTable: Sendable {
    /// The most fields, so that a hostile source cannot make every row a column.
    static let fieldLimit = 1000
    /// The most cells, empty ones included.
    static let cellLimit = 1 << 24

    /// The file.
    let source: String
    /// The fields: a table's from left to right, others' in the order in which the rows have them, each row's by name.
    private(set) var fields: [String] = []
    /// How many rows there are.
    private(set) var rowCount = 0
    /// How many rows could not be read.
    private(set) var unreadableCount = 0
    private var columns: [[String?]] = []
    private var positions: [String: Int] = [:]

    /// Reads a file by what its name ends with.
    ///
    /// `.csv` and `.tsv` name their columns in the first row, unless `hasHeader` is false: then they are 0, 1 and so
    /// on. `.json`, `.yaml` and `.yml` have a list of objects somewhere; those of several lists are put together, the
    /// first with the first.
    init(_ bytes: [UInt8], source: String, hasHeader: Bool) throws(PlotError) {
        self.source = source
        let name = source.lowercased()
        if name.hasSuffix(".csv") {
            try read(DelimitedRows(bytes, separator: UInt8(ascii: ",")), hasHeader: hasHeader)
        } else if name.hasSuffix(".tsv") {
            try read(DelimitedRows(bytes, separator: UInt8(ascii: "\t")), hasHeader: hasHeader)
        } else if let document = try PlotTable.document(bytes, source: source, name: name) {
            try read(document)
        } else {
            throw PlotError(source, "its name ends with none of .json, .yaml, .yml, .csv and .tsv")
        }
        guard rowCount > 0 else {
            throw PlotError(source, unreadableCount > 0 ? "none of its rows can be read" : "it has no rows")
        }
    }

    /// The texts of a field, one a row; `nil` where no row has it.
    func texts(_ field: String) -> [String?]? {
        guard let position = positions[field] else { return nil }
        let column = columns[position]
        return column + repeatElement(String?.none, count: rowCount - column.count)
    }

    /// The numbers of a field, one a row, NaN and infinities among them; `nil` where no row has the field.
    func numbers(_ field: String) -> [Double?]? {
        texts(field)?.map { text in text.flatMap { Double($0) } }
    }

    /// Whether the first text of a field is a number.
    func isNumeric(_ field: String) -> Bool {
        guard let position = positions[field], let text = columns[position].lazy.compactMap({ $0 }).first else {
            return false
        }
        return Double(text) != nil
    }
}

extension PlotTable {
    private static func document(_ bytes: [UInt8], source: String, name: String) throws(PlotError) -> JSONValue? {
        do throws(FormatError) {
            if name.hasSuffix(".json") { return try JSONValue(parsing: bytes, allowsNonFinite: true) }
            guard name.hasSuffix(".yaml") || name.hasSuffix(".yml") else { return nil }
            guard let document = try JSONValue.texts(ofYAML: bytes) else { return .null }
            return document
        } catch {
            throw PlotError(source, "\(error)")
        }
    }

    private mutating func read(_ rows: DelimitedRows, hasHeader: Bool) throws(PlotError) {
        var rows = rows
        guard let first = rows.next() else { return }
        for (number, cell) in first.enumerated() {
            _ = try position(of: hasHeader ? unused(PlotTable.trimmed(cell)) : "\(number)")
        }
        if !hasHeader { try append(first) }
        while let cells = rows.next() { try append(cells) }
    }

    private mutating func append(_ cells: [String]) throws(PlotError) {
        guard cells.count == fields.count else {
            unreadableCount += 1
            return
        }
        for (position, cell) in cells.enumerated() {
            let text = PlotTable.trimmed(cell)
            columns[position].append(text.isEmpty ? nil : text)
        }
        rowCount += 1
        try checkSize()
    }

    private mutating func read(_ document: JSONValue) throws(PlotError) {
        let lists = PlotTable.lists(in: document)
        guard !lists.isEmpty else { throw PlotError(source, "there is no list of objects in it") }
        for list in lists {
            rowCount = max(rowCount, list.count)
            try checkSize()
            for (row, element) in list.enumerated() {
                guard element.object != nil else {
                    unreadableCount += 1
                    continue
                }
                for leaf in Flattened.leaves(of: element) {
                    if let text = PlotTable.text(of: leaf.value) { try set(text, leaf.name, row: row) }
                }
            }
        }
        if fields.isEmpty { rowCount = 0 }
    }

    /// The lists of objects in a document, those in objects by their keys.
    private static func lists(in value: JSONValue) -> [[JSONValue]] {
        switch value {
        case .array(let elements):
            elements.isEmpty || elements.contains(where: { $0.object != nil }) ? [elements] : []
        case .object(let members):
            members.sorted { $0.key < $1.key }.flatMap { lists(in: $0.value) }
        default: []
        }
    }

    private static func text(of leaf: JSONValue) -> String? {
        switch leaf {
        case .string(let text), .number(let text): text
        case .bool(let value): "\(value)"
        case .null, .array, .object: nil
        }
    }

    private mutating func set(_ text: String, _ field: String, row: Int) throws(PlotError) {
        let position = try position(of: field)
        let missing = row - columns[position].count
        if missing > 0 { columns[position] += repeatElement(String?.none, count: missing) }
        if missing >= 0 {
            columns[position].append(text)
        } else {
            columns[position][row] = text
        }
    }

    /// Returns a field's position, as a new column where it has none yet.
    private mutating func position(of field: String) throws(PlotError) -> Int {
        if let position = positions[field] { return position }
        guard fields.count < PlotTable.fieldLimit else {
            throw PlotError(source, "it has more than \(PlotTable.fieldLimit) fields")
        }
        positions[field] = fields.count
        fields.append(field)
        columns.append([])
        try checkSize()
        return fields.count - 1
    }

    private func checkSize() throws(PlotError) {
        guard rowCount * fields.count <= PlotTable.cellLimit else {
            throw PlotError(source, "it has more than \(PlotTable.cellLimit) cells")
        }
    }

    /// Returns a name, with a number behind it where an earlier column has it.
    private func unused(_ name: String) -> String {
        guard positions[name] != nil else { return name }
        var number = 2
        while positions["\(name) (\(number))"] != nil { number += 1 }
        return "\(name) (\(number))"
    }

    private static func trimmed(_ cell: String) -> String {
        guard cell.utf8.first == UInt8(ascii: " ") || cell.utf8.last == UInt8(ascii: " ") else { return cell }
        let rest = cell.drop { $0 == " " }
        guard let end = rest.lastIndex(where: { $0 != " " }) else { return "" }
        return String(rest[...end])
    }
}
