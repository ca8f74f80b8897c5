import FuzzTargets
import ModelCore
import TensorFormats
import Testing

struct NumPyTests {
    @Test(arguments: [UInt8(1), 2, 3])
    func `An array is found in each version`(version: UInt8) throws {
        let bytes = NumPySample.array(
            NumPySample.header("<f4", "(2, 3)"),
            [UInt8](repeating: 7, count: 24),
            version: version
        )
        let layout = try Recognition.of(bytes: bytes).layout
        let end = Int64(bytes.count)
        #expect(layout.format == .npy)
        #expect(layout.tensors == [Tensor(name: "array", type: .f32, shape: [2, 3], range: (end - 24)..<end)])
    }

    @Test(arguments: [("(2, 3)", [Int64(6)]), ("(1, 2, 3)", [6]), ("(1, 6)", [1, 6]), ("(6,)", [6])])
    func `A shape counts only where the elements lie row by row`(shape: String, found: [Int64]) throws {
        let header = NumPySample.header("<f4", shape, isFortranOrder: true)
        let bytes = NumPySample.array(header, [UInt8](repeating: 7, count: 24))
        #expect(try Recognition.of(bytes: bytes).layout.tensors.map(\.shape) == [found])
    }

    @Test(arguments: [
        ("|b1", DataType.bool, 1), ("|u1", .u8, 1), ("|i1", .i8, 1), ("<u2", .u16, 2), ("<i2", .i16, 2),
        ("<f2", .f16, 2),
        ("<u4", .u32, 4), ("<i4", .i32, 4), ("<u8", .u64, 8), ("<i8", .i64, 8), ("<f8", .f64, 8), ("<c8", .c64, 8),
        ("<c16", .c128, 16), ("<M8[ns]", .i64, 8), ("|S5", .bytes, 5), ("<U2", .bytes, 8), ("|V3", .bytes, 3),
        ("<f16", .bytes, 16), ("=f4", .f32, 4),
    ])
    func `Every type is known by its size`(description: String, type: DataType, width: Int) throws {
        let bytes = NumPySample.array(NumPySample.header(description, "(3,)"), [UInt8](repeating: 0, count: 3 * width))
        let tensor = try #require(try Recognition.of(bytes: bytes).layout.tensors.first)
        #expect(tensor.type == type && tensor.range.count == 3 * width && tensor.shape == (type == .bytes ? [] : [3]))
    }

    @Test(arguments: [
        ([UInt8](arrayLiteral: 0x80, 0x3F, 0, 0, 0x12, 0xBD), DataType.bf16), ([1, 0xFF, 2, 0xFE, 3, 4], .bytes),
    ])
    func `Two bytes of nothing are bfloat16 where they look like weights`(data: [UInt8], type: DataType) throws {
        let bytes = NumPySample.array(NumPySample.header("|V2", "(3,)"), data)
        #expect(try Recognition.of(bytes: bytes).layout.tensors.map(\.type) == [type])
    }

    static let hostile: [(header: String, dataByteCount: Int, reason: String)] = [
        (NumPySample.header(">f4", "(1,)"), 4, "big-endian"),
        (NumPySample.header("|O", "(1,)"), 8, "pickled Python objects"),
        (NumPySample.header("<x4", "(1,)"), 4, "unknown type"), (NumPySample.header("", "(1,)"), 4, "unknown type"),
        (NumPySample.header("|V99999999999", "(1,)"), 4, "unknown type"),
        (NumPySample.header("<f4", "(2,)"), 4, "need other bytes"),
        (NumPySample.header("<f4", "(1,)"), 8, "need other bytes"),
        (NumPySample.header("<f4", "(4611686018427387904,)"), 0, "need other bytes"),
        (NumPySample.header("<f4", "(4611686018427387904, 4)"), 0, "too large"),
        (NumPySample.header("<f4", "(9223372036854775808,)"), 0, "missing or too large"),
        (NumPySample.header("<f4", "(-1,)"), 0, "a number is missing"),
        (NumPySample.header("<f4", "1"), 4, "a \"(\" is missing"),
        (NumPySample.header("<f4", "(\(String(repeating: "1,", count: 65)))"), 4, "the shape is too long"),
        ("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", 4, "structures"),
        ("{'descr': '<f4', 'fortran_order': False}", 4, "a key is missing"),
        ("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': ()}", 4, "unknown or occurs twice"),
        ("{'descr': '<f4', 'fortran_order': exit(), 'shape': ()}", 4, "a truth value is missing"),
        ("{'descr': '<f\\x34', 'fortran_order': False, 'shape': ()}", 4, "a string has an escape"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': ()} + 1", 4, "something follows it"),
        ("", 4, "a \"{\" is missing"), (String(repeating: "(", count: 60_000), 4, "a \"{\" is missing"),
    ]

    @Test(arguments: hostile.indices)
    func `A header that breaks a rule makes the file opaque and says why`(number: Int) throws {
        let hostile = Self.hostile[number]
        let bytes = NumPySample.array(hostile.header, [UInt8](repeating: 0, count: hostile.dataByteCount))
        let reason = try Recognition.of(bytes: bytes).reason ?? "none"
        #expect(reason.hasPrefix("npy: ") && reason.contains(hostile.reason), "\(reason)")
    }

    @Test func `A header longer than the file, or than anybody writes, is refused`() throws {
        let start: [UInt8] = [0x93] + Array("NUMPY".utf8) + [2, 0]
        #expect(
            try Recognition.of(bytes: start + [255, 255, 255, 255]).reason?.contains("longer than 1048576") == true
        )
        #expect(try Recognition.of(bytes: start + [255, 255, 0, 0]).reason?.contains("ends behind") == true)
        #expect(try Recognition.of(bytes: [0x93] + Array("NUMPY".utf8) + [4, 0]).reason?.contains("version 4") == true)
    }

    @Test func `An archive's arrays are found`() throws {
        let layout = try Recognition.of(bytes: NumPySample.archive.file).layout
        #expect(layout.format == .npz && layout.notes == [])
        #expect(layout.tensors.map(\.name) == ["a", "b"] && layout.tensors.map(\.type) == [.f32, .i64])
    }

    @Test func `A compressed or damaged member is no tensor, and a note says so`() throws {
        var sample = NumPySample.archive
        sample.members[1].method = 8
        sample.members.append(.init("o.npy", NumPySample.array(NumPySample.header("|O", "()"), [0])))
        let layout = try Recognition.of(bytes: sample.file).layout
        #expect(layout.tensors.map(\.name) == ["a"])
        #expect(
            layout.notes == [
                "1 of 3 members are compressed, and no tensors",
                "member \"o.npy\" is no tensor: its elements are pickled Python objects",
            ]
        )
    }

    @Test func `An archive of compressed members is opaque`() throws {
        var sample = NumPySample.archive
        for position in sample.members.indices { sample.members[position].method = 8 }
        #expect(try Recognition.of(bytes: sample.file).reason == "npz: its members are compressed")
    }
}
