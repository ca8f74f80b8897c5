import FuzzTargets
import ModelCore
import TensorFormats
import Testing

struct SafetensorsTests {
    private static func tensor(_ name: String, _ fields: String) -> String { "\"\(name)\":{\(fields)}" }

    @Test(arguments: ["model.safetensors", "model.bin", "model"])
    func `Tensors are found in the order of the file, whatever its name`(name: String) throws {
        let layout = try Recognition.of(bytes: SafetensorsSample.small, named: name).layout
        let start = Int64(SafetensorsSample.small.count - 38)
        #expect(layout.format == .safetensors && layout.imports == nil && layout.warnings == [] && layout.notes == [])
        #expect(
            layout.tensors == [
                Tensor(name: "a", type: .f32, shape: [2, 3], range: start..<(start + 24)),
                Tensor(name: "empty", type: .f32, shape: [0, 4], range: (start + 24)..<(start + 24)),
                Tensor(name: "b", type: .bf16, shape: [3], range: (start + 24)..<(start + 30)),
                Tensor(name: "s", type: .i64, shape: [], range: (start + 30)..<(start + 38)),
            ]
        )
    }

    @Test(arguments: [
        ("BOOL", DataType.bool, 8), ("U8", .u8, 8), ("I8", .i8, 8), ("U16", .u16, 16), ("I16", .i16, 16),
        ("U32", .u32, 32), ("I32", .i32, 32), ("U64", .u64, 64), ("I64", .i64, 64), ("F16", .f16, 16),
        ("BF16", .bf16, 16), ("F32", .f32, 32), ("F64", .f64, 64), ("C64", .c64, 64), ("F8_E4M3", .f8E4M3, 8),
        ("F8_E5M2", .f8E5M2, 8), ("F8_E8M0", .f8E8M0, 8), ("F8_E4M3FNUZ", .f8E4M3FNUZ, 8),
        ("F8_E5M2FNUZ", .f8E5M2FNUZ, 8), ("F4", .f4, 4), ("F6_E2M3", .f6E2M3, 6), ("F6_E3M2", .f6E3M2, 6),
    ])
    func `Every type is known by its size`(name: String, type: DataType, bits: Int) throws {
        let header = #"{"t":{"dtype":"\#(name)","shape":[4,2],"data_offsets":[0,\#(bits)]}}"#
        let layout = try Recognition.of(bytes: SafetensorsSample.file(header, dataByteCount: bits)).layout
        #expect(layout.tensors.map(\.type) == [type] && layout.tensors.map(\.range.count) == [bits])
    }

    @Test(arguments: ["../../etc/passwd", "/a", "a\\u0000b", "\\u202eabc", "", "模型.weight", "a\\\"b\\\\c"])
    func `A name is carried as it is`(name: String) throws {
        let header = #"{"\#(name)":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#
        let expected = try JSONValue(parsing: Array("\"\(name)\"".utf8)).string
        let layout = try Recognition.of(bytes: SafetensorsSample.file(header, dataByteCount: 1)).layout
        #expect(layout.tensors.map(\.name) == [expected])
    }

    @Test func `A file of no tensors has a layout`() throws {
        #expect(try Recognition.of(bytes: SafetensorsSample.file("{}", dataByteCount: 0)).layout.tensors == [])
        let metadata = SafetensorsSample.file(#"{ "__metadata__" : { } }"#, dataByteCount: 0)
        #expect(try Recognition.of(bytes: metadata).layout.tensors == [])
    }

    @Test func `Offsets beyond four gigabytes are read`() throws {
        let size: Int64 = 6 << 30
        let header = #"{"a":{"dtype":"U8","shape":[3,\#(1 << 31)],"data_offsets":[0,\#(size)]}}"#
        let start = SafetensorsSample.file(header, dataByteCount: 0)
        let source = MemorySource(byteCount: Int64(start.count) + size, pieces: [(0, start)])
        let tensors = try Recognition.of(source, named: "model").layout.tensors
        #expect(tensors.map(\.range) == [Int64(start.count)..<(Int64(start.count) + size)])
    }

    @Test func `A read that fails is thrown`() {
        var source = MemorySource(SafetensorsSample.small)
        source.isBroken = true
        #expect(throws: MemorySource.Failure()) { try Recognition.of(source, named: "a.safetensors") }
    }

    static let hostile: [(header: String, dataByteCount: Int, reason: String)] = [
        (#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[1,5]}}"#, 5, "leaves a hole behind"),
        (
            #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}"#,
            6, "\"b\" overlaps"
        ),
        (#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[4,0]}}"#, 4, "leaves a hole"),
        (
            #"{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"b":{"dtype":"U8","shape":[],"data_offsets":[0,0]}}"#,
            0, "\"b\" has other bytes"
        ),
        (#"{"a":{"dtype":"U8","shape":[5],"data_offsets":[0,4]}}"#, 4, "other bytes than its type and shape"),
        (#"{"a":{"dtype":"F32","shape":[4611686018427387905],"data_offsets":[0,4]}}"#, 4, "other bytes than"),
        (#"{"a":{"dtype":"U8","shape":[4294967296,4294967297],"data_offsets":[0,4294967296]}}"#, 4, "other bytes than"),
        (#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#, 3, "ends behind the end of the file"),
        (#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#, 5, "1 bytes follow its last tensor"),
        (#"{"a":{"dtype":"F4","shape":[3],"data_offsets":[0,2]}}"#, 2, "other bytes than"),
        (#"{"a":{"dtype":"f32","shape":[1],"data_offsets":[0,4]}}"#, 4, "unknown type \"f32\""),
        (#"{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}"#, 1, "a number is missing, negative"),
        (#"{"a":{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}}"#, 1, "a \"]\" is missing"),
        (#"{"a":{"dtype":"U8","shape":[01],"data_offsets":[0,1]}}"#, 1, "begins with 0"),
        (#"{"a":{"dtype":"U8","shape":[9223372036854775808],"data_offsets":[0,1]}}"#, 1, "a number is too large"),
        (#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,1]}}"#, 1, "more than 2 numbers"),
        (#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0]}}"#, 1, "lacks its type, shape or offsets"),
        (#"{"a":{"dtype":"U8","data_offsets":[0,1]}}"#, 1, "lacks its type, shape or offsets"),
        (
            #"{"a":{"dtype":"U8","shape":[1],"shape":[1],"data_offsets":[0,1]}}"#, 1,
            "the key \"shape\", which is unknown or occurs twice"
        ),
        (#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"x":1}}"#, 1, "the key \"x\", which is unknown"),
        (
            #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"\u0061":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}"#,
            1, "\"a\" occurs twice"
        ),
        (#"{"__metadata__":{},"__metadata__":{}}"#, 0, "\"__metadata__\" occurs twice"),
        (#"{"__metadata__":{"a":"1","a":"2"}}"#, 0, "\"a\" occurs twice in its metadata"),
        (#"{"__metadata__":{"a":1}}"#, 0, "a string is missing"),
        (#"{"__metadata__":{"a":{"b":"c"}}}"#, 0, "a string is missing"),
        (#" {"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#, 1, "does not begin with \"{\""),
        (#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},}"#, 1, "a string is missing"),
        (#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}x"#, 1, "something follows it"),
        (#"{"a\ud800":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#, 1, "a string is no JSON"),
        ("{\"a\u{1}\":{}}", 0, "control character"), ("{\"\u{202e}\u{7}", 0, "control character"),
        ("{\"a", 0, "does not end"),
        ("{\"a\\", 0, "does not end"), ("{\"\u{202e}\":{\"x", 0, "does not end"), ("{", 0, "a string is missing"),
        (String(repeating: #"{"a":"#, count: 100_000), 0, "the key \"a\", which is unknown"),
        (#"{"a":{"shape":\#(String(repeating: "[", count: 100_000))"#, 0, "a number is missing"),
        (
            #"{"a":{"dtype":"U8","shape":[\#(String(repeating: "1,", count: 64))1],"data_offsets":[0,1]}}"#, 1,
            "more than 64 numbers"
        ),
    ]

    @Test(arguments: hostile.indices)
    func `A header that breaks a rule makes the file opaque and says why`(number: Int) throws {
        let hostile = Self.hostile[number]
        let bytes = SafetensorsSample.file(hostile.header, dataByteCount: hostile.dataByteCount)
        let reason = try Recognition.of(bytes: bytes, named: "a.safetensors").reason ?? "none"
        #expect(reason.hasPrefix("safetensors: ") && reason.contains(hostile.reason), "\(reason)")
    }

    @Test(arguments: [
        (UInt64.max, "longer than 100000000 bytes"), (UInt64(1) << 63, "longer than 100000000 bytes"),
        (100_000_001, "longer than 100000000 bytes"), (100_000_000, "ends behind the end"),
        (1000, "ends behind the end"), (0, "does not begin with"),
    ])
    func `The length of a header allocates nothing that is not there`(length: UInt64, reason: String) throws {
        let bytes = Little.endian(length) + Array(#"{"a":{"dtype":"U8","#.utf8)
        #expect(try Recognition.of(bytes: bytes, named: "a.safetensors").reason?.contains(reason) == true)
    }

    @Test func `A name that is no UTF-8 makes the file opaque`() throws {
        var bytes = SafetensorsSample.file(#"{"~":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#, dataByteCount: 1)
        bytes[10] = 0xFF
        #expect(try Recognition.of(bytes: bytes).reason?.contains("not UTF-8") == true)
    }

    @Test(arguments: [[], [0x7B], Array("GIF89a and so on".utf8), Array("# Readme".utf8)])
    func `Another file is unknown`(bytes: [UInt8]) throws {
        #expect(try Recognition.of(bytes: bytes, named: "README.md") == .unknown)
    }
}
