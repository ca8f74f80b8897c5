/// Finds the rows of a table as CSV (RFC 4180) or TSV in bytes that arrive one after the other.
package struct DelimitedRowParser: Sendable {
    private enum State {
        case plain
        /// Between quotes.
        case quoted
        /// Behind a quote between quotes, which ends them unless another follows.
        case closing
    }

    /// A byte order mark, as spreadsheets write it.
    private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

    private let separator: UInt8
    private var state = State.plain
    private var isFirst = true
    private var cells: [[UInt8]] = []
    private var cell: [UInt8] = []

    /// How many bytes the cells of the row have so far.
    package private(set) var byteCount = 0

    /// Begins a table; `separator` is a comma or a tab.
    package init(separator: UInt8) { self.separator = separator }

    /// Takes the next byte; returns the cells of the row that it ends, unless that is empty.
    package mutating func take(_ byte: UInt8) -> [[UInt8]]? {
        switch state {
        case .quoted:
            if byte == UInt8(ascii: "\"") { state = .closing } else { append(byte) }
            return nil
        case .closing where byte == UInt8(ascii: "\""):
            // Two quotes are one.
            append(byte)
            state = .quoted
            return nil
        case .closing, .plain: return takePlain(byte)
        }
    }

    /// Ends the table; returns the cells of a row that no line feed ended.
    package mutating func end() -> [[UInt8]]? { row() }

    private mutating func takePlain(_ byte: UInt8) -> [[UInt8]]? {
        state = .plain
        switch byte {
        case separator: endCell()
        case UInt8(ascii: "\n"): return row()
        case UInt8(ascii: "\"") where cell.isEmpty: state = .quoted
        case UInt8(ascii: "\r"): break
        default:
            append(byte)
            if isFirst, cells.isEmpty, cell == DelimitedRowParser.mark { cell = [] }
        }
        return nil
    }

    private mutating func append(_ byte: UInt8) {
        cell.append(byte)
        byteCount += 1
    }

    private mutating func endCell() {
        cells.append(cell)
        cell = []
        byteCount += 1
    }

    private mutating func row() -> [[UInt8]]? {
        endCell()
        defer {
            cells = []
            byteCount = 0
            state = .plain
            isFirst = false
        }
        return cells.count > 1 || cells.first?.isEmpty == false ? cells : nil
    }
}
