import ModelCore

/// Turns elements into `Double`, which holds every value of every type but the largest 64-bit integers exactly.
///
/// Each loop is plain and of one type, so that it vectorises.
enum ElementConversion {
    /// Whether elements of a type are single numbers that this version can read.
    static func reads(_ type: DataType) -> Bool {
        switch type {
        case .bool, .u8, .i8, .u16, .i16, .u32, .i32, .u64, .i64, .f16, .bf16, .f32, .f64, .f8E4M3, .f8E5M2: true
        default: false
        }
    }

    /// Writes the values of `count` elements at `raw`, of a type that it `reads`.
    static func convert(
        _ type: DataType,
        _ raw: UnsafeRawPointer,
        _ count: Int,
        into values: UnsafeMutablePointer<Double>
    ) {
        switch type {
        case .bool: map(UInt8.self, raw, count, values) { $0 == 0 ? 0 : 1 }
        case .u8: map(UInt8.self, raw, count, values) { Double($0) }
        case .i8: map(UInt8.self, raw, count, values) { Double(Int8(bitPattern: $0)) }
        case .u16: map(UInt16.self, raw, count, values) { Double($0) }
        case .i16: map(UInt16.self, raw, count, values) { Double(Int16(bitPattern: $0)) }
        case .u32: map(UInt32.self, raw, count, values) { Double($0) }
        case .i32: map(UInt32.self, raw, count, values) { Double(Int32(bitPattern: $0)) }
        case .u64: map(UInt64.self, raw, count, values) { Double($0) }
        case .i64: map(UInt64.self, raw, count, values) { Double(Int64(bitPattern: $0)) }
        case .f16: map(UInt16.self, raw, count, values) { Double(half($0)) }
        case .bf16: map(UInt16.self, raw, count, values) { Double(Float(bitPattern: UInt32($0) &<< 16)) }
        case .f32: map(UInt32.self, raw, count, values) { Double(Float(bitPattern: $0)) }
        case .f64: map(UInt64.self, raw, count, values) { Double(bitPattern: $0) }
        case .f8E4M3: map(UInt8.self, raw, count, values) { Double(eighth4($0)) }
        case .f8E5M2: map(UInt8.self, raw, count, values) { Double(half(UInt16($0) &<< 8)) }
        default: preconditionFailure("\(type.name) has no values")
        }
    }

    @inline(__always)
    private static func map<Word: FixedWidthInteger>(
        _: Word.Type,
        _ raw: UnsafeRawPointer,
        _ count: Int,
        _ values: UnsafeMutablePointer<Double>,
        _ value: (Word) -> Double
    ) {
        for index in 0..<count {
            let offset = index &* MemoryLayout<Word>.size
            values[index] = value(Word(littleEndian: raw.loadUnaligned(fromByteOffset: offset, as: Word.self)))
        }
    }

    /// Widens binary16 by moving its bits and mending the exponent; denormals get theirs by a subtraction.
    ///
    /// `Float16` would call a function for each element where the processor's baseline has no instruction for it.
    @inline(__always)
    private static func half(_ bits: UInt16) -> Float {
        let magnitude = UInt32(bits & 0x7FFF) &<< 13
        let exponent = magnitude & 0x0F80_0000
        let moved = magnitude &+ 112 &<< 23
        let normal = moved &+ (exponent == 0x0F80_0000 ? 112 &<< 23 : 0)
        let small = (Float(bitPattern: moved &+ 1 &<< 23) - Float(bitPattern: 113 &<< 23)).bitPattern
        return Float(bitPattern: (exponent == 0 ? small : normal) | UInt32(bits & 0x8000) &<< 16)
    }

    /// Widens OCP's E4M3 likewise: its exponents reach the top, and only all ones is NaN.
    @inline(__always)
    private static func eighth4(_ bits: UInt8) -> Float {
        let magnitude = UInt32(bits & 0x7F) &<< 20
        let moved = magnitude &+ 120 &<< 23
        let small = (Float(bitPattern: moved &+ 1 &<< 23) - Float(bitPattern: 121 &<< 23)).bitPattern
        let finite = magnitude < 1 &<< 23 ? small : moved
        let widened: UInt32 = bits & 0x7F == 0x7F ? 0x7FC0_0000 : finite
        return Float(bitPattern: widened | UInt32(bits & 0x80) &<< 24)
    }
}
