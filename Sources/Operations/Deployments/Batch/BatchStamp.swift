import Deployment
import ModelCore
import Runs
import SystemIO
import SystemPackage

/// Copies what a batch command wrote, with the version that made it in every row, and counts the rows that failed.
struct BatchStamp {
    /// What came of the rows.
    struct Result: Sendable {
        /// How many rows the command wrote.
        var rows = 0
        /// How many of them are in the copy.
        var written = 0
        /// How many failed.
        var failed = 0
        /// The first of those, by their numbers, and why.
        var first: [Problem] = []

        /// Notes a row that failed.
        mutating func fail(_ message: String) {
            failed += 1
            if first.count < BatchStamp.shownCount { first.append(Problem("row \(rows)", message: message)) }
        }
    }

    /// How many of the rows that failed are named.
    static let shownCount = 5
    /// The field, or column, in which a command says what is wrong with a row.
    private static let errorName = "error"

    private let stamps: [(name: String, value: String)]
    private let format: BatchFormat
    private let leavesOutFailed: Bool

    /// Creates a stamp of a release; with `leavesOutFailed`, rows that failed are not in the copy.
    init(_ seal: ReleaseSeal, _ format: BatchFormat, leavesOutFailed: Bool) {
        stamps = [("model", seal.model), ("version", seal.version), ("digest", seal.digest)]
        self.format = format
        self.leavesOutFailed = leavesOutFailed
    }

    /// Copies a file to another, which appears when it is whole; blocks.
    func copy(_ source: FilePath, to destination: FilePath, until cancellation: Cancellation) throws -> Result {
        let reader = try BatchReader(source, format)
        let file = try TemporaryFile(beside: destination)
        var output = Output()
        var result = Result()
        var header: Header?
        while let row = try reader.next() {
            switch row {
            case .cells(let cells):
                if let header {
                    result.rows += 1
                    stamp(cells, header, &output, &result)
                } else {
                    header = Header(cells, stamps.map(\.name), errorName: BatchStamp.errorName)
                    output.row(header?.names ?? [], separator: separator)
                }
            case .line(let line):
                result.rows += 1
                stamp(line, &output, &result)
            }
            if output.isFull {
                try cancellation.check()
                try output.flush(to: file)
            }
        }
        try output.flush(to: file)
        try file.commit(to: destination, durable: true)
        return result
    }

    private var separator: UInt8 { if case .table(let separator) = format { separator } else { UInt8(ascii: ",") } }

    private func stamp(_ cells: [[UInt8]], _ header: Header, _ output: inout Output, _ result: inout Result) {
        guard cells.count == header.count else {
            return result.fail("it has \(cells.count) cells instead of \(header.count)")
        }
        if let column = header.error, !cells[column].isEmpty {
            result.fail(BatchStamp.printable(String(decoding: cells[column], as: UTF8.self)))
            if leavesOutFailed { return }
        }
        var cells = cells + [[UInt8]](repeating: [], count: header.names.count - header.count)
        for (column, stamp) in zip(header.stamps, stamps) { cells[column] = Array(stamp.value.utf8) }
        output.row(cells, separator: separator)
        result.written += 1
    }

    private func stamp(_ line: [UInt8], _ output: inout Output, _ result: inout Result) {
        guard let value = try? JSONValue(parsing: line, allowsNonFinite: true), var members = value.object else {
            return result.fail("it is no JSON object")
        }
        if let error = BatchStamp.error(in: members) {
            result.fail(BatchStamp.printable(error))
            if leavesOutFailed { return }
        }
        for stamp in stamps { members[stamp.name] = .string(stamp.value) }
        output.bytes += JSONValue.object(members).line
        result.written += 1
    }

    /// What a row says is wrong with it; `nil` where nothing is.
    private static func error(in members: [String: JSONValue]) -> String? {
        switch members[errorName] {
        case nil, .null, .bool(false), .string(""): nil
        case .string(let text): text
        case .some(let value): String(decoding: value.line.dropLast(), as: UTF8.self)
        }
    }

    /// A text of somebody's, without what a terminal could take for more.
    private static func printable(_ text: String) -> String {
        let shown = String(text.prefix(200))
        return shown.unicodeScalars.contains { $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) }
            ? QuotedPath.encode(shown) : shown
    }
}

/// The columns of a table, and those that are added.
private struct Header {
    /// The names of all columns.
    var names: [[UInt8]]
    /// How many columns the command wrote.
    let count: Int
    /// Where the stamps go: into columns of their own, or into those that have the names already.
    var stamps: [Int] = []
    /// Where a row says what is wrong with it.
    let error: Int?

    init(_ cells: [[UInt8]], _ added: [String], errorName: String) {
        names = cells
        count = cells.count
        error = cells.firstIndex { $0.elementsEqual(errorName.utf8) }
        for name in added {
            if let column = cells.firstIndex(where: { $0.elementsEqual(name.utf8) }) {
                stamps.append(column)
            } else {
                stamps.append(names.count)
                names.append(Array(name.utf8))
            }
        }
    }
}

/// Bytes on their way to a file.
private struct Output {
    private static let limit = 1 << 20

    var bytes: [UInt8] = []
    private var offset: Int64 = 0

    var isFull: Bool { bytes.count >= Output.limit }

    mutating func row(_ cells: [[UInt8]], separator: UInt8) {
        for (column, cell) in cells.enumerated() {
            if column > 0 { bytes.append(separator) }
            bytes += DelimitedCell.bytes(cell, separator: separator)
        }
        bytes.append(UInt8(ascii: "\n"))
    }

    mutating func flush(to file: borrowing TemporaryFile) throws {
        let start = offset
        try bytes.withUnsafeBytes { try file.write($0, at: start) }
        offset += Int64(bytes.count)
        bytes.removeAll(keepingCapacity: true)
    }
}
