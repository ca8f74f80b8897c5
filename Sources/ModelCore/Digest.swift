/// A SHA-256 digest: the name of an object, a frame, a pack or an index.
///
/// Held as four big-endian words, so that comparing and hashing touch no heap; ordered as its 32 bytes are.
package struct Digest: Hashable, Sendable, Comparable {
    /// The digest's bytes 0–7, 8–15, 16–23 and 24–31, each read as a big-endian number.
    package let words: (UInt64, UInt64, UInt64, UInt64)

    /// The number of bytes in a digest.
    package static let byteCount = 32

    /// The digest of 32 zero bytes, which stands for "none" in fixed-size records.
    package static let zero = Digest(words: (0, 0, 0, 0))

    /// Creates a digest from its four big-endian words.
    package init(words: (UInt64, UInt64, UInt64, UInt64)) {
        self.words = words
    }

    /// Creates a digest from exactly 32 bytes; `nil` for any other count.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Digest.byteCount else { return nil }
        var iterator = bytes.makeIterator()
        func word() -> UInt64 {
            var value: UInt64 = 0
            for _ in 0..<8 { value = value << 8 | UInt64(iterator.next() ?? 0) }
            return value
        }
        words = (word(), word(), word(), word())
    }

    /// Creates a digest from the first 32 bytes of a buffer that has at least as many.
    package init(loading bytes: UnsafeRawBufferPointer) {
        func word(_ offset: Int) -> UInt64 {
            UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
        words = (word(0), word(8), word(16), word(24))
    }

    /// Creates a digest from 64 lowercase hexadecimal digits; `nil` for anything else.
    package init?(hex: some StringProtocol) {
        let digits = hex.utf8
        guard digits.count == 2 * Digest.byteCount else { return nil }
        var values: [UInt64] = []
        var word: UInt64 = 0
        for (position, digit) in digits.enumerated() {
            guard let value = Hexadecimal.value(ofLowercaseDigit: digit) else { return nil }
            word = word << 4 | UInt64(value)
            if position % 16 == 15 { values.append(word) }
        }
        words = (values[0], values[1], values[2], values[3])
    }

    /// The digest's 32 bytes.
    package var bytes: [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(Digest.byteCount)
        for word in [words.0, words.1, words.2, words.3] {
            for shift in stride(from: 56, through: 0, by: -8) {
                result.append(UInt8(truncatingIfNeeded: word >> shift))
            }
        }
        return result
    }

    /// The digest as 64 lowercase hexadecimal digits.
    package var hex: String {
        var text: [UInt8] = []
        text.reserveCapacity(2 * Digest.byteCount)
        appendHex(to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Appends the digest as 64 lowercase hexadecimal digits.
    func appendHex(to text: inout [UInt8]) {
        func append(_ word: UInt64) {
            Hexadecimal.append(UInt32(truncatingIfNeeded: word >> 32), to: &text)
            Hexadecimal.append(UInt32(truncatingIfNeeded: word), to: &text)
        }
        append(words.0)
        append(words.1)
        append(words.2)
        append(words.3)
    }

    /// The first byte, which names the directory of a two-digit fan-out.
    package var firstByte: UInt8 { UInt8(truncatingIfNeeded: words.0 >> 56) }

    /// The first two hexadecimal digits.
    package var fanOut: String { Hexadecimal.string([firstByte]) }

    /// The first twelve hexadecimal digits, for messages.
    package var abbreviated: String { String(hex.prefix(12)) }

    package static func == (left: Digest, right: Digest) -> Bool {
        left.words.0 == right.words.0 && left.words.1 == right.words.1 && left.words.2 == right.words.2
            && left.words.3 == right.words.3
    }

    package static func < (left: Digest, right: Digest) -> Bool { left.words < right.words }

    package func hash(into hasher: inout Hasher) {
        // A SHA-256 value is already uniform: one word of it is as good as all four.
        hasher.combine(words.0)
    }
}

extension Digest: CustomStringConvertible {
    /// The digest as `sha256:` and 64 hexadecimal digits, as pointers spell it.
    package var description: String { "sha256:" + hex }
}
