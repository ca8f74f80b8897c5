import CIntrinsics

/// CRC-32C (Castagnoli, RFC 3720 appendix B.4): reflected polynomial 0x82F63B78, register and result inverted.
///
/// Finds damage, proves nothing: whoever means harm can keep it.
package enum CRC32C {
    private static let isInHardware = ci_has_crc32c() != 0

    private static let table: [UInt32] = (0..<256).map { index in
        var value = UInt32(index)
        for _ in 0..<8 { value = value & 1 == 0 ? value >> 1 : value >> 1 ^ 0x82F6_3B78 }
        return value
    }

    /// Returns the checksum of the bytes; of `earlier + bytes` when `continuing` is the checksum of `earlier`.
    package static func checksum(_ bytes: UnsafeRawBufferPointer, continuing: UInt32 = 0) -> UInt32 {
        guard isInHardware, let start = bytes.baseAddress else {
            return portableChecksum(bytes, continuing: continuing)
        }
        return ~ci_crc32c(~continuing, start.assumingMemoryBound(to: UInt8.self), bytes.count)
    }

    /// The same by a table, for processors without the instruction.
    static func portableChecksum(_ bytes: UnsafeRawBufferPointer, continuing: UInt32 = 0) -> UInt32 {
        table.withUnsafeBufferPointer { table in
            var register = ~continuing
            for byte in bytes {
                register = register >> 8 ^ table[Int(UInt8(truncatingIfNeeded: register) ^ byte)]
            }
            return ~register
        }
    }
}
