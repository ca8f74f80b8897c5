/// The element type of a segment, as manifests number it.
///
/// Numbers from 128 on are GGUF block types, of which git-model knows no element.
package struct DataType: RawRepresentable, Hashable, Sendable {
    /// The number in the manifest.
    package let rawValue: UInt8

    /// Creates a type from its number; every number is allowed, so that a later type's segment stays readable.
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Creates the type of GGUF's blocks of that number; `nil` where manifests have no number for it.
    package init?(ggufBlock number: UInt32) {
        guard number < 128 else { return nil }
        rawValue = 128 + UInt8(number)
    }

    /// The name in messages and in `docs/formats.md`.
    package var name: String {
        if rawValue >= 128 { return "gguf-\(rawValue - 128)" }
        return Int(rawValue) < DataType.table.count ? DataType.table[Int(rawValue)].name : "type-\(rawValue)"
    }

    /// The number of bits of one element; `nil` for bytes, GGUF blocks and types of a later version.
    package var elementBitCount: Int? {
        guard self != .bytes, Int(rawValue) < DataType.table.count else { return nil }
        return DataType.table[Int(rawValue)].bitCount
    }

    /// The number of bytes of one element; `nil` where that is no whole number, and for bytes, GGUF blocks and types of
    /// a later version.
    package var elementWidth: Int? {
        guard let bits = elementBitCount, bits.isMultiple(of: 8) else { return nil }
        return bits / 8
    }

    /// Names and sizes by number: the table of `docs/formats.md`.
    private static let table: [(name: String, bitCount: Int)] = [
        ("bytes", 8), ("bool", 8), ("u8", 8), ("i8", 8), ("u16", 16), ("i16", 16), ("u32", 32), ("i32", 32),
        ("u64", 64), ("i64", 64), ("f16", 16), ("bf16", 16), ("f32", 32), ("f64", 64), ("c64", 64), ("c128", 128),
        ("f8_e4m3", 8), ("f8_e5m2", 8), ("f8_e8m0", 8), ("f8_e4m3fnuz", 8), ("f8_e5m2fnuz", 8), ("f4", 4),
        ("f6_e2m3", 6), ("f6_e3m2", 6),
    ]
}

extension DataType {
    /// Bytes of no known type.
    package static let bytes = DataType(rawValue: 0)
    /// Truth values of one byte each.
    package static let bool = DataType(rawValue: 1)
    /// Unsigned integers of 8 bits.
    package static let u8 = DataType(rawValue: 2)
    /// Signed integers of 8 bits.
    package static let i8 = DataType(rawValue: 3)
    /// Unsigned integers of 16 bits.
    package static let u16 = DataType(rawValue: 4)
    /// Signed integers of 16 bits.
    package static let i16 = DataType(rawValue: 5)
    /// Unsigned integers of 32 bits.
    package static let u32 = DataType(rawValue: 6)
    /// Signed integers of 32 bits.
    package static let i32 = DataType(rawValue: 7)
    /// Unsigned integers of 64 bits.
    package static let u64 = DataType(rawValue: 8)
    /// Signed integers of 64 bits.
    package static let i64 = DataType(rawValue: 9)
    /// IEEE 754 binary16.
    package static let f16 = DataType(rawValue: 10)
    /// The upper half of binary32.
    package static let bf16 = DataType(rawValue: 11)
    /// IEEE 754 binary32.
    package static let f32 = DataType(rawValue: 12)
    /// IEEE 754 binary64.
    package static let f64 = DataType(rawValue: 13)
    /// Complex numbers of two binary32.
    package static let c64 = DataType(rawValue: 14)
    /// Complex numbers of two binary64.
    package static let c128 = DataType(rawValue: 15)
    /// 8 bits, 4 of them exponent, without infinities (OCP's E4M3).
    package static let f8E4M3 = DataType(rawValue: 16)
    /// 8 bits, 5 of them exponent (OCP's E5M2).
    package static let f8E5M2 = DataType(rawValue: 17)
    /// Powers of two in 8 bits: the scales of OCP's microscaling formats.
    package static let f8E8M0 = DataType(rawValue: 18)
    /// 8 bits, 4 of them exponent, without infinities and negative zero.
    package static let f8E4M3FNUZ = DataType(rawValue: 19)
    /// 8 bits, 5 of them exponent, without infinities and negative zero.
    package static let f8E5M2FNUZ = DataType(rawValue: 20)
    /// 4 bits, two elements a byte.
    package static let f4 = DataType(rawValue: 21)
    /// 6 bits, 2 of them exponent.
    package static let f6E2M3 = DataType(rawValue: 22)
    /// 6 bits, 3 of them exponent.
    package static let f6E3M2 = DataType(rawValue: 23)
}
