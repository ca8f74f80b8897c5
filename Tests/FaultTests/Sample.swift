/// Bytes that are the same in every run.
enum Sample {
    /// Bytes that no codec shrinks.
    static func noise(_ count: Int, seed: UInt64) -> [UInt8] {
        var state = seed
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 8)
        while bytes.count < count {
            // SplitMix64.
            state &+= 0x9E37_79B9_7F4A_7C15
            var word = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
            word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
            withUnsafeBytes(of: (word ^ (word >> 31)).littleEndian) { bytes.append(contentsOf: $0) }
        }
        return Array(bytes.prefix(count))
    }

    /// Zeros with a number every MiB: many frames, quickly packed.
    static func numberedZeros(mebibytes: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: mebibytes << 20)
        for block in 0..<mebibytes { bytes[block << 20] = UInt8(block + 1) }
        return bytes
    }
}
