import ModelCore
import Runs
import SystemIO
import SystemPackage

/// The rows of a file of inputs or outputs, one after the other, however large the file is; for one thread.
final class BatchReader {
    /// A row.
    enum Row {
        /// The cells of a table's row.
        case cells([[UInt8]])
        /// A line that is to hold a JSON object.
        case line([UInt8])
    }

    private static let blockByteCount = 256 << 10
    /// The most bytes of one row.
    private static let rowLimit = 64 << 20

    private let file: OpenFile
    private let format: BatchFormat
    private var parser: DelimitedRowParser
    private var line: [UInt8] = []
    private var block: [UInt8] = []
    private var position = 0
    private var offset: Int64 = 0
    private var hasEnded = false

    /// Opens a file; the first row of a table is a row like any other here.
    init(_ path: FilePath, _ format: BatchFormat) throws {
        file = try OpenFile(reading: path, followingLinks: true)
        self.format = format
        if case .table(let separator) = format {
            parser = DelimitedRowParser(separator: separator)
        } else {
            parser = DelimitedRowParser(separator: 0)
        }
    }

    /// Returns the next row that is not empty; `nil` at the end.
    func next() throws -> Row? {
        while true {
            while position < block.count {
                defer { position += 1 }
                if let row = take(block[position]) { return row }
            }
            guard !hasEnded else { return nil }
            guard parser.byteCount <= BatchReader.rowLimit, line.count <= BatchReader.rowLimit else {
                throw Failure(.failed, "a row of \(file.path) has more than \(BatchReader.rowLimit) bytes")
            }
            if try !fill() {
                hasEnded = true
                return end()
            }
        }
    }

    private func take(_ byte: UInt8) -> Row? {
        guard format == .jsonLines else { return parser.take(byte).map(Row.cells) }
        guard byte == UInt8(ascii: "\n") else {
            line.append(byte)
            return nil
        }
        return completeLine()
    }

    private func end() -> Row? { format == .jsonLines ? completeLine() : parser.end().map(Row.cells) }

    private func completeLine() -> Row? {
        defer { line.removeAll(keepingCapacity: line.count < BatchReader.blockByteCount) }
        let isBlank = line.allSatisfy { [0x20, 0x09, 0x0D].contains($0) }
        return isBlank ? nil : .line(line)
    }

    /// Reads the next bytes; false at the end.
    private func fill() throws -> Bool {
        block = [UInt8](repeating: 0, count: BatchReader.blockByteCount)
        let count = try block.withUnsafeMutableBytes { try file.read(into: $0, at: offset) }
        block.removeLast(block.count - count)
        offset += Int64(count)
        position = 0
        return count > 0
    }
}

extension BatchReader {
    /// Counts the rows of a file, without the one that names the columns of a table.
    static func count(of path: FilePath, _ format: BatchFormat, until cancellation: Cancellation) throws -> Int {
        let reader = try BatchReader(path, format)
        var count = 0
        while try reader.next() != nil {
            count += 1
            if count % 4096 == 0 { try cancellation.check() }
        }
        return format == .jsonLines ? count : max(0, count - 1)
    }
}
