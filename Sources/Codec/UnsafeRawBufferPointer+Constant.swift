extension UnsafeRawBufferPointer {
    /// Whether every byte is the same as the first; false of no bytes.
    var isConstant: Bool {
        guard let first else { return false }
        let pattern = UInt64(first) &* 0x0101_0101_0101_0101
        let wordCount = count / 8
        for index in 0..<wordCount where loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self) != pattern {
            return false
        }
        return self[(8 * wordCount)...].allSatisfy { $0 == first }
    }
}
