/// The rows of a table as CSV (RFC 4180) or TSV, one after the other.
package struct DelimitedRows {
    private let bytes: [UInt8]
    private var parser: DelimitedRowParser
    private var position = 0
    private var hasEnded = false

    /// Begins with a table of UTF-8; `separator` is a comma or a tab.
    package init(_ bytes: [UInt8], separator: UInt8) {
        self.bytes = bytes
        parser = DelimitedRowParser(separator: separator)
    }

    /// Returns the cells of the next row that is not empty; `nil` at the end.
    package mutating func next() -> [String]? {
        while position < bytes.count {
            defer { position += 1 }
            if let cells = parser.take(bytes[position]) { return cells.map { String(decoding: $0, as: UTF8.self) } }
        }
        guard !hasEnded else { return nil }
        hasEnded = true
        return parser.end()?.map { String(decoding: $0, as: UTF8.self) }
    }
}
