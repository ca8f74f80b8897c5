/// Safetensors files for tests.
package enum SafetensorsSample {
    /// A file with that header, padded by spaces to a multiple of 8, and that many bytes of data.
    package static func file(_ header: String, dataByteCount: Int) -> [UInt8] {
        var header = Array(header.utf8)
        header += repeatElement(0x20, count: (8 - header.count % 8) % 8)
        let data = (0..<dataByteCount).map { UInt8(truncatingIfNeeded: $0) }
        return Little.endian(UInt64(header.count)) + header + data
    }

    /// Two tensors, an empty one, a scalar and metadata.
    package static let small = file(
        #"{"__metadata__":{"format":"pt"},"b":{"dtype":"BF16","shape":[3],"data_offsets":[24,30]},"#
            + #""a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"empty":{"dtype":"F32","shape":[0,4],"#
            + #""data_offsets":[24,24]},"s":{"dtype":"I64","shape":[],"data_offsets":[30,38]}}"#,
        dataByteCount: 38
    )
}

/// Integers as the formats store them.
package enum Little {
    package static func endian<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian, Array.init)
    }
}
