/// Reads a part of a file forwards, in blocks, and skips what nobody asks for.
struct FileCursor {
    private static let blockByteCount: Int64 = 64 << 10

    /// The position in the file of the next byte to read.
    private(set) var position: Int64
    /// Where the part ends.
    private(set) var end: Int64
    private let file: FileBytes
    private var block: [UInt8] = []
    private var blockStart: Int64 = 0

    init(_ file: FileBytes) {
        self.init(file, 0..<file.byteCount)
    }

    /// Creates a cursor over a range that lies inside the file.
    init(_ file: FileBytes, _ range: Range<Int64>) {
        self.file = file
        position = range.lowerBound
        end = range.upperBound
    }

    /// Returns a cursor over a part of this one, which shares what is read already.
    func part(_ range: Range<Int64>) -> FileCursor {
        var cursor = self
        let range = range.clamped(to: min(range.lowerBound, end)..<end)
        cursor.position = range.lowerBound
        cursor.end = range.upperBound
        return cursor
    }

    /// The number of bytes that are left.
    var remaining: Int64 { end - position }

    /// Skips `count` bytes and returns where they are.
    mutating func skip(_ count: Int64, _ what: String) throws(Refusal) -> Range<Int64> {
        guard count >= 0, count <= remaining else { throw .odd("\(what) ends behind what surrounds it") }
        defer { position += count }
        return position..<(position + count)
    }

    /// Returns a little-endian integer.
    mutating func integer<Value: FixedWidthInteger>(_ type: Value.Type, _ what: String) throws(Refusal) -> Value {
        let start = try buffer(Int64(MemoryLayout<Value>.size), what)
        // SAFETY: `buffer` returns a position with as many bytes behind it in the block as it was asked for.
        return block.withUnsafeBytes { Value(littleEndian: $0.loadUnaligned(fromByteOffset: start, as: type)) }
    }

    /// Returns the next `count` bytes, which the caller has held against a limit of its own.
    mutating func bytes(_ count: Int64, _ what: String) throws(Refusal) -> [UInt8] {
        guard count > FileCursor.blockByteCount else {
            let start = try buffer(count, what)
            return Array(block[start..<(start + Int(count))])
        }
        let range = try skip(count, what)
        return try file.read(count, at: range.lowerBound, what)
    }

    /// Skips `count` bytes that are in the block afterwards, and returns where they are in it.
    private mutating func buffer(_ count: Int64, _ what: String) throws(Refusal) -> Int {
        let range = try skip(count, what)
        if range.lowerBound < blockStart || range.upperBound > blockStart + Int64(block.count) {
            let blockEnd = min(end, range.lowerBound + max(count, FileCursor.blockByteCount))
            block = try file.read(blockEnd - range.lowerBound, at: range.lowerBound, what)
            blockStart = range.lowerBound
        }
        return Int(range.lowerBound - blockStart)
    }
}
