/// SplitMix64: the same bytes from the same seed on every machine.
package struct PseudoRandom: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) {
        state = seed
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }

    /// Returns bytes in which no codec finds anything: the words, little-endian.
    package mutating func bytes(_ count: Int) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(count + 8)
        while result.count < count {
            var word = next().littleEndian
            withUnsafeBytes(of: &word) { result.append(contentsOf: $0) }
        }
        result.removeLast(result.count - count)
        return result
    }

    /// Returns bytes with an uneven distribution, as weights have.
    package mutating func skewedBytes(_ count: Int) -> [UInt8] {
        bytes(count).map { $0 & 0x07 == 0 ? $0 : $0 & 0x0F }
    }
}
