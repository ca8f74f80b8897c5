/// The element type of a segment, as manifests number it.
///
/// Numbers from 128 on are GGUF block types, of which git-model knows no element.
package struct DataType: RawRepresentable, Hashable, Sendable {
    /// The number in the manifest.
    package let rawValue: UInt8

    /// Creates a type from its number; every number is allowed, so that a later type's segment stays readable.
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Bytes of no known type.
    package static let bytes = DataType(rawValue: 0)

    private static let names = [
        "bytes", "bool", "u8", "i8", "u16", "i16", "u32", "i32", "u64", "i64", "f16", "bf16", "f32", "f64", "c64",
        "c128",
        "f8_e4m3", "f8_e5m2", "f8_e8m0", "f8_e4m3fnuz", "f8_e5m2fnuz", "f4", "f6_e2m3", "f6_e3m2",
    ]

    /// The name in messages and in `docs/formats.md`.
    package var name: String {
        if rawValue >= 128 { return "gguf-\(rawValue - 128)" }
        return Int(rawValue) < DataType.names.count ? DataType.names[Int(rawValue)] : "type-\(rawValue)"
    }
}
