import ModelCore

/// The fields of a protocol buffer in memory; it knows no schema.
///
/// Source: https://protobuf.dev/programming-guides/encoding/. The memory must outlive it.
struct WireFields {
    /// A field's value.
    enum Value {
        case varint(UInt64)
        case eight(UInt64)
        case four(UInt32)
        /// A string, bytes, another message, or a list of numbers.
        case bytes(UnsafeRawBufferPointer)
    }

    private var reader: ByteReader

    init(_ bytes: UnsafeRawBufferPointer) { reader = ByteReader(bytes, format: "protocol buffer") }

    /// Returns the next field's number and value; `nil` at the end.
    mutating func next() throws(FormatError) -> (number: UInt64, value: Value)? {
        guard reader.remaining > 0 else { return nil }
        let tag = try varint()
        switch tag & 7 {
        case 0: return (tag >> 3, .varint(try varint()))
        case 1: return (tag >> 3, .eight(try reader.integer(UInt64.self)))
        case 2:
            guard let count = Int(exactly: try varint()) else { throw reader.malformed("a field is too long") }
            return (tag >> 3, .bytes(try reader.slice(count)))
        case 5: return (tag >> 3, .four(try reader.integer(UInt32.self)))
        default: throw reader.malformed("a field's wire type is unknown")
        }
    }

    private mutating func varint() throws(FormatError) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), through: 63, by: 7) {
            let byte = try reader.integer(UInt8.self)
            guard shift < 63 || byte <= 1 else { throw reader.malformed("a number is too large") }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw reader.malformed("a number is too long")
    }
}
