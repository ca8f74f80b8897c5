import ModelCore

/// The header of a `.npy` file, version 1.0 (numpy.lib.format).
struct NumPyHeader {
    /// NumPy's description of the element type, such as `<f4`.
    let type: String
    /// The dimensions, outermost first.
    let shape: [Int64]

    private static let alignment = 64
    private static let prefix: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]

    /// Returns NumPy's description of a type, little-endian; `nil` where NumPy has none, or none without an extension.
    static func description(of type: DataType) -> String? {
        switch type {
        case .bool: "|b1"
        case .u8: "|u1"
        case .i8: "|i1"
        case .u16, .bf16: "<u2"
        case .i16: "<i2"
        case .u32: "<u4"
        case .i32: "<i4"
        case .u64: "<u8"
        case .i64: "<i8"
        case .f16: "<f2"
        case .f32: "<f4"
        case .f64: "<f8"
        case .c64: "<c8"
        case .c128: "<c16"
        default: nil
        }
    }

    /// The header's bytes, padded so that the data behind them is aligned.
    var bytes: [UInt8] {
        let dimensions = shape.map { "\($0)," }.joined(separator: " ")
        var text = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(dimensions)), }"
        let unpadded = NumPyHeader.prefix.count + 2 + text.utf8.count + 1
        let rest = unpadded % NumPyHeader.alignment
        text += String(repeating: " ", count: rest == 0 ? 0 : NumPyHeader.alignment - rest)
        text += "\n"
        let length = UInt16(text.utf8.count)
        return NumPyHeader.prefix + [UInt8(length & 0xff), UInt8(length >> 8)] + Array(text.utf8)
    }
}
