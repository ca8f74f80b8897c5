/// The rows of a table as CSV (RFC 4180) or TSV, one after the other.
package struct DelimitedRows {
    private let bytes: [UInt8]
    private let separator: UInt8
    private var position = 0

    /// Begins with a table of UTF-8; `separator` is a comma or a tab.
    package init(_ bytes: [UInt8], separator: UInt8) {
        self.bytes = bytes
        self.separator = separator
        // A byte order mark, as spreadsheets write it.
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    /// Returns the cells of the next row that is not empty; `nil` at the end.
    package mutating func next() -> [String]? {
        while position < bytes.count {
            let cells = row()
            if cells.count > 1 || cells.first?.isEmpty == false { return cells }
        }
        return nil
    }

    private mutating func row() -> [String] {
        var cells: [String] = []
        var cell: [UInt8] = []
        var isQuoted = false
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if isQuoted {
                guard byte == UInt8(ascii: "\"") else {
                    cell.append(byte)
                    continue
                }
                // Two quotes are one; a single one ends the quoted part.
                if position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
                    cell.append(byte)
                    position += 1
                } else {
                    isQuoted = false
                }
            } else if byte == separator {
                cells.append(String(decoding: cell, as: UTF8.self))
                cell.removeAll()
            } else if byte == UInt8(ascii: "\n") {
                break
            } else if byte == UInt8(ascii: "\""), cell.isEmpty {
                isQuoted = true
            } else if byte != UInt8(ascii: "\r") {
                cell.append(byte)
            }
        }
        return cells + [String(decoding: cell, as: UTF8.self)]
    }
}
