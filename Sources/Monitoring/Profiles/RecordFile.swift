import SystemIO
import SystemPackage

/// The records of a file of any size, one after the other: lines, or rows of a table, whose quoted cells may have line
/// feeds in them.
struct RecordFile: ~Copyable {
    /// The most bytes that a record may have.
    static let recordLimit = 16 << 20
    private static let blockSize = 1 << 20

    private let file: OpenFile
    /// What ends a cell outside of quotes; `nil` for lines.
    private let separator: UInt8?
    private var offset: Int64
    private var block: [UInt8] = []
    private var position = 0
    private var count = 0

    init(_ path: FilePath, separator: UInt8?, from offset: Int64 = 0) throws(ReferenceDataError) {
        do { file = try OpenFile(reading: path, followingLinks: true) } catch { throw .file(error) }
        self.separator = separator
        self.offset = offset
    }

    /// Returns the next record without the line feed that ends it; `nil` at the end.
    mutating func next() throws(ReferenceDataError) -> [UInt8]? {
        var record: [UInt8] = []
        var (isQuoted, isAfterQuote, isAtStart) = (false, false, true)
        var hasAny = false
        while try fill() {
            hasAny = true
            let start = position
            var end: Int?
            while position < block.count {
                let byte = block[position]
                position += 1
                if byte == UInt8(ascii: "\n"), !isQuoted {
                    end = position - 1
                    break
                }
                guard let separator else { continue }
                if byte == UInt8(ascii: "\"") {
                    // Two quotes are one; a single one ends the quoted part.
                    if isQuoted {
                        (isQuoted, isAfterQuote) = (false, true)
                    } else if isAfterQuote || isAtStart {
                        (isQuoted, isAfterQuote) = (true, false)
                    }
                    isAtStart = false
                } else if !isQuoted {
                    isAfterQuote = false
                    isAtStart = byte == separator
                }
            }
            record += block[start..<(end ?? position)]
            guard record.count <= RecordFile.recordLimit else {
                throw .row(count + 1, "is longer than \(RecordFile.recordLimit) bytes")
            }
            if end != nil { break }
        }
        guard hasAny else { return nil }
        count += 1
        return record
    }

    /// Reads the next block where the last one is used up; returns whether there is any.
    private mutating func fill() throws(ReferenceDataError) -> Bool {
        guard position == block.count else { return true }
        var bytes = [UInt8](repeating: 0, count: RecordFile.blockSize)
        var read = Result<Int, IOError>.success(0)
        bytes.withUnsafeMutableBytes { buffer in
            do throws(IOError) { read = .success(try file.read(into: buffer, at: offset)) } catch {
                read = .failure(error)
            }
        }
        switch read {
        case .failure(let error): throw .file(error)
        case .success(let count): block = Array(bytes.prefix(count))
        }
        position = 0
        offset += Int64(block.count)
        return !block.isEmpty
    }
}
