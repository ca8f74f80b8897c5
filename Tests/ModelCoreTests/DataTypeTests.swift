import ModelCore
import Testing

struct DataTypeTests {
    @Test(
        arguments: [
            (DataType.bytes, 0, "bytes", nil), (.bool, 1, "bool", 1), (.u8, 2, "u8", 1), (.i8, 3, "i8", 1),
            (.u16, 4, "u16", 2),
            (.i16, 5, "i16", 2), (.u32, 6, "u32", 4), (.i32, 7, "i32", 4), (.u64, 8, "u64", 8), (.i64, 9, "i64", 8),
            (.f16, 10, "f16", 2), (.bf16, 11, "bf16", 2), (.f32, 12, "f32", 4), (.f64, 13, "f64", 8),
            (.c64, 14, "c64", 8),
            (.c128, 15, "c128", 16), (.f8E4M3, 16, "f8_e4m3", 1), (.f8E5M2, 17, "f8_e5m2", 1),
            (.f8E8M0, 18, "f8_e8m0", 1),
            (.f8E4M3FNUZ, 19, "f8_e4m3fnuz", 1), (.f8E5M2FNUZ, 20, "f8_e5m2fnuz", 1), (.f4, 21, "f4", nil),
            (.f6E2M3, 22, "f6_e2m3", nil), (.f6E3M2, 23, "f6_e3m2", nil), (DataType(rawValue: 24), 24, "type-24", nil),
            (DataType(rawValue: 140), 140, "gguf-12", nil),
        ] as [(DataType, UInt8, String, Int?)]
    )
    func `Each type has the number and the name of docs formats, and its width`(
        type: DataType,
        number: UInt8,
        name: String,
        width: Int?
    ) {
        #expect(type.rawValue == number && type.name == name && type.elementWidth == width)
    }

    @Test func `Only GGUF's first 128 block types have a number`() {
        #expect(DataType(ggufBlock: 0)?.rawValue == 128 && DataType(ggufBlock: 127)?.rawValue == 255)
        #expect(DataType(ggufBlock: 128) == nil && DataType(ggufBlock: .max) == nil)
    }
}
