/// A header in text, read from its start to its end: what grammars of tokens and white space have in common.
protocol HeaderText {
    /// The header.
    var bytes: [UInt8] { get }
    /// Where the next byte to read is; at most the number of bytes.
    var position: Int { get set }
}

extension HeaderText {
    /// The next byte, or `nil` at the end.
    var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    /// Skips the white space of JSON (RFC 8259).
    mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    /// Skips one token and the space before it; returns whether it was there.
    mutating func skip(_ token: Unicode.Scalar) -> Bool {
        skipSpace()
        guard next == UInt8(ascii: token) else { return false }
        position += 1
        return true
    }
}
