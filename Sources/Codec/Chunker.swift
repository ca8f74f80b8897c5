import ModelCore

/// FastCDC with normalised chunking (Xia and others, 2016 and 2020): cuts bytes where their content says so.
///
/// This is chunker `fastcdc-1` of docs/formats.md, fixed for ever:
///
/// * `gear[i]`, for i from 0 to 255, is the big-endian number in the first 8 bytes of the SHA-256 of the ASCII text
///   `git-model fastcdc-1 ` (with the space) followed by i in decimal, without a newline.
/// * The fingerprint of the 64 bytes b₀ … b₆₃ is Σ gear[bₖ] · 2^(63−k), modulo 2^64. Rolling: shift left by one, add
///   the gear of the next byte; a byte's weight is gone after 64 steps.
/// * A chunk is cut after the fewest n bytes, counted from its start, for which
///   65,536 ≤ n < 262,144 and the upper 20 bits of the fingerprint of its last 64 bytes are zero, or
///   262,144 ≤ n < 1,048,576 and the upper 16 bits are zero (normalisation level 2: 18 bits ± 2), or
///   n = 1,048,576, or n is the end of the bytes.
///
/// So a boundary depends on the 64 bytes before it and on where the chunk began, and on nothing else.
package enum Chunker {
    /// The chunker's name in a store's `format` file.
    package static let identifier = "fastcdc-1"

    /// No chunk is shorter, but the last one.
    package static let minimumLength = 64 << 10

    /// Where the condition for a cut becomes easier, which draws the lengths towards this one.
    package static let normalLength = 256 << 10

    /// No chunk is longer.
    package static let maximumLength = 1 << 20

    private static let window = 64
    private static let strictBits: UInt64 = 20
    private static let easyBits: UInt64 = 16

    private static let gear: [UInt64] = (0..<256).map { index in
        SHA256.digest(of: Array("git-model fastcdc-1 \(index)".utf8)).words.0
    }

    /// Returns the length of the chunk that the bytes begin with; `nil` when more bytes are needed to know.
    ///
    /// `isEnd` says that no bytes follow, so `nil` then means that there are none at all. With `maximumLength` bytes
    /// the answer is never `nil`.
    package static func firstBoundary(in bytes: UnsafeRawBufferPointer, isEnd: Bool) -> Int? {
        let limit = min(bytes.count, maximumLength)
        let end: Int? = (isEnd || limit == maximumLength) && limit > 0 ? limit : nil
        guard limit > minimumLength, let start = bytes.baseAddress else { return end }
        let input = start.assumingMemoryBound(to: UInt8.self)
        let middle = min(limit, normalLength)
        return gear.withUnsafeBufferPointer { table -> Int? in
            guard let gear = table.baseAddress else { return end }
            var fingerprint: UInt64 = 0
            for position in minimumLength - window..<minimumLength - 1 {
                fingerprint = fingerprint << 1 &+ gear[Int(input[position])]
            }
            // A cut after n bytes looks at the byte at n - 1. The limit itself is a cut anyway, or not yet decided.
            return cut(input, gear, &fingerprint, minimumLength - 1..<middle - 1, bits: strictBits)
                ?? cut(input, gear, &fingerprint, middle - 1..<limit - 1, bits: easyBits)
                ?? end
        }
    }

    /// Rolls over the positions and returns the length of the chunk that ends at the first one that qualifies.
    @inline(__always)
    private static func cut(
        _ input: UnsafePointer<UInt8>,
        _ gear: UnsafePointer<UInt64>,
        _ fingerprint: inout UInt64,
        _ positions: Range<Int>,
        bits: UInt64
    ) -> Int? {
        // Wrapping and shifting out on purpose: that is what forgets old bytes.
        let threshold: UInt64 = 1 << (64 - bits)
        var rolling = fingerprint
        var position = positions.lowerBound
        let end = positions.upperBound
        while position < end {
            rolling = rolling << 1 &+ gear[Int(input[position])]
            position &+= 1
            if rolling < threshold { return position }
        }
        fingerprint = rolling
        return nil
    }
}
