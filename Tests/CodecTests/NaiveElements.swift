import ModelCore

/// The values of elements, one at a time and from their definitions: what `ElementConversion` is compared with.
enum NaiveElements {
    static func values(_ bytes: [UInt8], _ type: DataType) -> [Double] {
        let width = type.elementWidth ?? 1
        return stride(from: 0, to: bytes.count - width + 1, by: width).map { start in
            let bits = (0..<width).reduce(UInt64(0)) { $0 | UInt64(bytes[start + $1]) << UInt64(8 * $1) }
            return value(bits, type)
        }
    }

    private static func value(_ bits: UInt64, _ type: DataType) -> Double {
        switch type {
        case .bool: bits == 0 ? 0 : 1
        case .i8: Double(Int8(truncatingIfNeeded: bits))
        case .i16: Double(Int16(truncatingIfNeeded: bits))
        case .i32: Double(Int32(truncatingIfNeeded: bits))
        case .i64: Double(Int64(truncatingIfNeeded: bits))
        case .f32: Double(Float(bitPattern: UInt32(bits)))
        case .f64: Double(bitPattern: bits)
        case .bf16: float(bits, exponentBits: 8, mantissaBits: 7)
        case .f16: float(bits, exponentBits: 5, mantissaBits: 10)
        case .f8E5M2: float(bits, exponentBits: 5, mantissaBits: 2)
        case .f8E4M3: bits & 0x7F == 0x7F ? .nan : float(bits, exponentBits: 4, mantissaBits: 3, hasInfinity: false)
        default: Double(bits)
        }
    }

    /// Sign, exponent and mantissa as IEEE 754 defines them.
    private static func float(
        _ bits: UInt64,
        exponentBits: Int,
        mantissaBits: Int,
        hasInfinity: Bool = true
    ) -> Double {
        let mantissa = bits & (1 << mantissaBits - 1)
        let largest = 1 << exponentBits - 1
        let exponent = Int(bits >> UInt64(mantissaBits)) & largest
        let sign: Double = bits >> UInt64(exponentBits + mantissaBits) & 1 == 1 ? -1 : 1
        if hasInfinity, exponent == largest { return mantissa == 0 ? sign * .infinity : .nan }
        let significand = Double(mantissa) + (exponent == 0 ? 0 : Double(1 << mantissaBits))
        let power = max(1, exponent) - largest / 2 - mantissaBits
        return sign * significand * Double(sign: .plus, exponent: power, significand: 1)
    }
}
