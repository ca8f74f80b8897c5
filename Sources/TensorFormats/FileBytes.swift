/// The file that a parser reads, with its bounds checked: a range that is not in the file is an oddity of the format.
struct FileBytes {
    /// The most bytes that one read returns, so that no header makes a parser hold more.
    static let readLimit: Int64 = 128 << 20

    /// The number of bytes of the file.
    let byteCount: Int64
    private let body: (Range<Int64>) -> [UInt8]?

    /// Creates a file of that size; `body` returns `nil` where a read failed.
    init(byteCount: Int64, body: @escaping (Range<Int64>) -> [UInt8]?) {
        self.byteCount = byteCount
        self.body = body
    }

    /// Returns what `parse` makes of the bytes of a source; throws what the source throws, and nothing else.
    static func parse<Source: ByteSource & ~Copyable, Value>(
        _ source: borrowing Source,
        _ parse: (FileBytes) -> Value
    ) throws(Source.Failure) -> Value {
        var failure: Source.Failure?
        let byteCount = source.byteCount
        let value = lend(byteCount: byteCount, to: parse) { range in
            do throws(Source.Failure) {
                return try source.read(range)
            } catch {
                failure = error
                return nil
            }
        }
        if let failure { throw failure }
        return value
    }

    private static func lend<Value>(
        byteCount: Int64,
        to parse: (FileBytes) -> Value,
        _ body: (Range<Int64>) -> [UInt8]?
    ) -> Value {
        withoutActuallyEscaping(body) { body in parse(FileBytes(byteCount: byteCount, body: body)) }
    }

    /// Returns `count` bytes from `offset`; `what` names them in the refusal where the file ends before.
    func read(_ count: Int64, at offset: Int64, _ what: String) throws(Refusal) -> [UInt8] {
        let range = try range(count, at: offset, what)
        guard count <= FileBytes.readLimit else { throw .odd("\(what) is longer than \(FileBytes.readLimit) bytes") }
        guard let bytes = range.isEmpty ? [] : body(range) else { throw .unreadable }
        guard bytes.count == Int(count) else { throw .odd("\(what) is cut short") }
        return bytes
    }

    /// Returns the range of `count` bytes from `offset`, if the file has it.
    func range(_ count: Int64, at offset: Int64, _ what: String) throws(Refusal) -> Range<Int64> {
        guard offset >= 0, count >= 0, offset <= byteCount, count <= byteCount - offset else {
            throw .odd("\(what) ends behind the end of the file")
        }
        return offset..<(offset + count)
    }
}
