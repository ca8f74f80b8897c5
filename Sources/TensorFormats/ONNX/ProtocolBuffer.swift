/// Reads the wire format of a protocol buffer forwards; it knows no schema.
///
/// Source: https://protobuf.dev/programming-guides/encoding/. Groups, which nobody writes any more, are refused.
struct ProtocolBuffer {
    /// A field's value.
    enum Value {
        case varint(UInt64)
        /// Of four or eight bytes, which no layout depends on.
        case fixed
        /// A string, bytes or another message, which is skipped.
        case bytes(Range<Int64>)
    }

    private var cursor: FileCursor

    /// Creates a reader of the fields in a part of the file.
    init(_ cursor: FileCursor) {
        self.cursor = cursor
    }

    /// Returns the next field's number and value; `nil` at the end.
    mutating func next() throws(Refusal) -> (field: UInt64, value: Value)? {
        guard cursor.remaining > 0 else { return nil }
        let tag = try varint()
        guard tag >> 3 > 0, tag >> 3 < 1 << 29 else { throw .odd("a field's number is wrong") }
        switch tag & 7 {
        case 0: return (tag >> 3, .varint(try varint()))
        case 1:
            _ = try cursor.skip(8, "a field")
            return (tag >> 3, .fixed)
        case 2:
            guard let count = Int64(exactly: try varint()) else { throw .odd("a field is too long") }
            return (tag >> 3, .bytes(try cursor.skip(count, "a field")))
        case 5:
            _ = try cursor.skip(4, "a field")
            return (tag >> 3, .fixed)
        default: throw .odd("a field's wire type is unknown")
        }
    }

    /// Returns a reader of a field that is a message.
    func message(_ range: Range<Int64>) -> ProtocolBuffer { ProtocolBuffer(cursor.part(range)) }

    /// Returns a field that is a text of at most so many bytes of UTF-8.
    func text(_ range: Range<Int64>, atMost limit: Int) throws(Refusal) -> String {
        guard range.count <= limit else { throw .odd("a name is longer than \(limit) bytes") }
        var cursor = cursor.part(range)
        guard let text = String(validating: try cursor.bytes(Int64(range.count), "a name"), as: UTF8.self) else {
            throw .odd("a name is not UTF-8")
        }
        return text
    }

    /// Returns a base-128 number of at most ten bytes.
    mutating func varint() throws(Refusal) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), through: 63, by: 7) {
            let byte = try cursor.integer(UInt8.self, "a number")
            guard shift < 63 || byte <= 1 else { throw .odd("a number is too large") }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw .odd("a number is too long")
    }

    /// The number of bytes that are left.
    var remaining: Int64 { cursor.remaining }
}
