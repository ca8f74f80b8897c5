import ModelCore

/// How GGUF stores the elements of a tensor: in blocks of so many elements and so many bytes.
///
/// Source: `ggml/include/ggml.h` (`enum ggml_type`) and `ggml/src/ggml-common.h` (the blocks) of
/// https://github.com/ggml-org/ggml. The gaps are types that were removed, what
/// later versions add, and Q8_1, whose blocks ggml has made smaller since its Python package was written.
struct GGUFType {
    /// How many elements a block has.
    let elementCount: Int64
    /// How many bytes a block has.
    let byteCount: Int64
    /// What manifests call the type.
    let type: DataType

    /// Creates the type of that number; `nil` for one that is not in the table.
    init?(_ number: UInt32) {
        if let plain = GGUFType.plain[number], let width = plain.elementWidth {
            self.init(elementCount: 1, byteCount: Int64(width), type: plain)
        } else if let block = GGUFType.blocks[number], let type = DataType(ggufBlock: number) {
            self.init(elementCount: block.elements, byteCount: block.bytes, type: type)
        } else {
            return nil
        }
    }

    private init(elementCount: Int64, byteCount: Int64, type: DataType) {
        self.elementCount = elementCount
        self.byteCount = byteCount
        self.type = type
    }

    private static let plain: [UInt32: DataType] = [
        0: .f32, 1: .f16, 24: .i8, 25: .i16, 26: .i32, 27: .i64, 28: .f64, 30: .bf16,
    ]

    private static let blocks: [UInt32: (elements: Int64, bytes: Int64)] = [
        2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34),  // Q4_0 to Q8_0
        10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292),  // Q2_K to Q8_K
        16: (256, 66), 17: (256, 74), 18: (256, 98), 19: (256, 50),  // IQ2_XXS, IQ2_XS, IQ3_XXS, IQ1_S
        20: (32, 18), 21: (256, 110), 22: (256, 82), 23: (256, 136),  // IQ4_NL, IQ3_S, IQ2_S, IQ4_XS
        29: (256, 56),  // IQ1_M
        34: (256, 54), 35: (256, 66), 39: (32, 17), 40: (64, 36),  // TQ1_0, TQ2_0, MXFP4, NVFP4
        41: (128, 18), 42: (64, 18),  // Q1_0, Q2_0
    ]
}
