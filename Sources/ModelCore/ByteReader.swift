/// Reads the binary formats of `docs/formats.md` from bytes in memory, checking every length against what exists.
package struct ByteReader {
    private let bytes: UnsafeRawBufferPointer
    private let format: String
    /// The position of the next byte to read.
    package private(set) var position = 0

    /// Creates a reader at the start of `bytes`, which must outlive it; `format` names them in errors.
    package init(_ bytes: UnsafeRawBufferPointer, format: String) {
        self.bytes = bytes
        self.format = format
    }

    /// The number of bytes not yet read.
    package var remaining: Int { bytes.count - position }

    /// Returns an error of this reader's format.
    package func malformed(_ what: String) -> FormatError { FormatError(format, .malformed(what)) }

    /// Returns the next `count` bytes without copying them.
    package mutating func slice(_ count: Int) throws(FormatError) -> UnsafeRawBufferPointer {
        guard count >= 0, count <= remaining else { throw FormatError(format, .truncated) }
        defer { position += count }
        return UnsafeRawBufferPointer(rebasing: bytes[position..<(position + count)])
    }

    /// Returns a little-endian integer.
    package mutating func integer<Value: FixedWidthInteger>(_ type: Value.Type) throws(FormatError) -> Value {
        Value(littleEndian: try slice(MemoryLayout<Value>.size).loadUnaligned(as: type))
    }

    /// Returns a binary64 number.
    package mutating func double() throws(FormatError) -> Double { Double(bitPattern: try integer(UInt64.self)) }

    /// Returns a digest of 32 raw bytes.
    package mutating func digest() throws(FormatError) -> Digest { Digest(loading: try slice(Digest.byteCount)) }

    /// Returns an unsigned LEB128 number of at most `limit`, refusing encodings that are longer than needed.
    package mutating func varint(atMost limit: Int64 = .max) throws(FormatError) -> Int64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), through: 63, by: 7) {
            let byte = try integer(UInt8.self)
            let bits = UInt64(byte & 0x7f)
            guard shift < 63 || bits <= 1 else { throw malformed("a number is too large") }
            value |= bits << shift
            guard byte & 0x80 == 0 else { continue }
            guard byte != 0 || shift == 0 else { throw malformed("a number has a longer encoding than it needs") }
            guard value <= UInt64(limit) else { throw malformed("a number is over its limit of \(limit)") }
            return Int64(value)
        }
        throw malformed("a number is too long")
    }

    /// Returns a string of at most `limit` bytes of UTF-8.
    package mutating func string(atMost limit: Int64 = 65_536) throws(FormatError) -> String {
        let text = try slice(Int(try varint(atMost: limit)))
        guard let string = String(validating: text, as: UTF8.self) else { throw malformed("a name is not UTF-8") }
        return string
    }

    /// Skips `count` bytes that must be zero.
    package mutating func reserved(_ count: Int) throws(FormatError) {
        guard try slice(count).allSatisfy({ $0 == 0 }) else { throw FormatError(format, .newer("a reserved field")) }
    }

    /// Skips exactly these bytes.
    package mutating func expect(_ magic: String) throws(FormatError) {
        guard try slice(magic.utf8.count).elementsEqual(magic.utf8) else { throw malformed("its signature is wrong") }
    }

    /// Refuses bytes that are left over.
    package func expectEnd() throws(FormatError) {
        guard remaining == 0 else { throw malformed("\(remaining) bytes follow its end") }
    }
}
