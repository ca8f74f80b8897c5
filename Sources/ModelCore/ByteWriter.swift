/// Writes the binary formats of `docs/formats.md` into memory; the counterpart of `ByteReader`.
package struct ByteWriter {
    /// What was written so far.
    package private(set) var bytes: [UInt8] = []

    /// Creates an empty writer with room for `capacity` bytes.
    package init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    /// The number of bytes written so far.
    package var count: Int { bytes.count }

    /// Appends a little-endian integer.
    package mutating func integer<Value: FixedWidthInteger>(_ value: Value) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// Appends a binary64 number.
    package mutating func double(_ value: Double) { integer(value.bitPattern) }

    /// Appends a digest as 32 raw bytes.
    package mutating func digest(_ digest: Digest) {
        integer(digest.words.0.bigEndian)
        integer(digest.words.1.bigEndian)
        integer(digest.words.2.bigEndian)
        integer(digest.words.3.bigEndian)
    }

    /// Appends an unsigned LEB128 number in its shortest encoding; `value` is not negative.
    package mutating func varint(_ value: Int64) {
        var rest = UInt64(value)
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// Appends a string with its length.
    package mutating func string(_ text: String) {
        varint(Int64(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    /// Appends bytes as they are.
    package mutating func raw(_ content: some Sequence<UInt8>) { bytes.append(contentsOf: content) }

    /// Appends `count` zero bytes.
    package mutating func reserved(_ count: Int) { bytes.append(contentsOf: repeatElement(0, count: count)) }
}
