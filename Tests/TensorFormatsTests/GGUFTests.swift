import FuzzTargets
import ModelCore
import TensorFormats
import Testing

struct GGUFTests {
    @Test(arguments: [UInt32(2), 3])
    func `Tensors are found with the outermost dimension first`(version: UInt32) throws {
        var sample = GGUFSample.small
        sample.version = version
        let layout = try Recognition.of(bytes: sample.file).layout
        let start = Int64(sample.file.count - sample.dataByteCount)
        #expect(layout.format == .gguf && start % 32 == 0)
        #expect(
            layout.tensors == [
                Tensor(name: "norm.weight", type: .f32, shape: [3], range: start..<(start + 12)),
                Tensor(
                    name: "blk.0.ffn.weight",
                    type: DataType(rawValue: 130),
                    shape: [2, 64],
                    range: (start + 32)..<(start + 104)
                ),
                Tensor(name: "empty", type: .f32, shape: [0], range: (start + 128)..<(start + 128)),
            ]
        )
    }

    @Test func `The last tensor's padding may be missing`() throws {
        var sample = GGUFSample.small
        sample.tensors.removeLast()
        sample.dataByteCount = 104
        #expect(try Recognition.of(bytes: sample.file).layout.tensors.count == 2)
    }

    @Test func `The alignment is the file's own`() throws {
        var sample = GGUFSample()
        sample.pairs = [GGUFSample.pair("general.alignment", 4, Little.endian(UInt32(256)))]
        sample.tensors = [.init("a", [1], 28, at: 0), .init("b", [2], 30, at: 256)]
        sample.alignment = 256
        sample.dataByteCount = 260
        let tensors = try Recognition.of(bytes: sample.file).layout.tensors
        #expect(tensors.map(\.range.lowerBound) == [256, 512] && tensors.map(\.type) == [.f64, .bf16])
    }

    @Test func `A tensor of an unknown type reaches to the next one, and a note says so`() throws {
        var sample = GGUFSample()
        sample.tensors = [.init("a", [7], 99, at: 0), .init("b", [8], 24, at: 64), .init("c", [5], 4, at: 96)]
        sample.dataByteCount = 100
        let layout = try Recognition.of(bytes: sample.file).layout
        #expect(layout.tensors.map(\.range.count) == [64, 8, 4])
        #expect(layout.tensors.map(\.type) == [DataType(rawValue: 227), .i8, DataType(rawValue: 132)])
        #expect(layout.notes == ["the sizes of tensors of type 4, 99 are not known and were not checked"])
    }

    @Test func `A tensor beyond four gigabytes is found`() throws {
        var sample = GGUFSample()
        sample.tensors = [.init("a", [1 << 16, 1 << 15], 0, at: 0), .init("b", [4], 0, at: 1 << 33)]
        let source = MemorySource(byteCount: Int64(sample.file.count) + (1 << 33) + 16, pieces: [(0, sample.file)])
        let tensors = try Recognition.of(source, named: "a.gguf").layout.tensors
        #expect(tensors.map(\.range.count) == [1 << 33, 16])
    }

    private static let hostile: [(reason: String, change: @Sendable (inout GGUFSample) -> Void)] = [
        ("version 1 is not known", { $0.version = 1 }), ("version 4 is not known", { $0.version = 4 }),
        ("it is big-endian", { $0.version = UInt32(3).byteSwapped }),
        ("18446744073709551615 tensors", { $0.tensorCount = .max }),
        ("1000001 tensors", { $0.tensorCount = 1_000_001 }),
        ("key-value pairs, more than", { $0.pairCount = 1 << 63 }),
        (
            "ends behind",
            {
                $0.pairCount = 60_000; $0.tensors = []; $0.alignment = 1; $0.dataByteCount = 0
            }
        ),
        ("the key \"a.bool\" occurs twice", { $0.pairs.append(GGUFSample.pair("a.bool", 7, [1])) }),
        ("a key is empty", { $0.pairs.append(GGUFSample.pair("", 7, [1])) }),
        ("a key is longer than", { $0.pairs.append(Little.endian(UInt64(1) << 63)) }),
        ("has the unknown type 13", { $0.pairs.append(GGUFSample.pair("x", 13, [1])) }),
        ("a string is longer than", { $0.pairs.append(GGUFSample.pair("x", 8, Little.endian(UInt64.max))) }),
        ("a string ends behind", { $0.pairs.append(GGUFSample.pair("x", 8, Little.endian(UInt64(1) << 30))) }),
        ("the array \"x\" is too long", { $0.pairs.append(GGUFSample.pair("x", 9, GGUFSample.array(0, 1 << 63, []))) }),
        ("the array \"x\" is too long", { $0.pairs.append(GGUFSample.pair("x", 9, GGUFSample.array(8, 1 << 30, []))) }),
        (
            "the array \"x\" ends behind",
            { $0.pairs.append(GGUFSample.pair("x", 9, GGUFSample.array(12, 1 << 30, []))) }
        ),
        ("one of arrays", { $0.pairs.append(GGUFSample.pair("x", 9, GGUFSample.array(9, 1, []))) }),
        ("its alignment is of another type", { $0.pairs[1] = GGUFSample.pair("general.alignment", 0, [32]) }),
        ("no power of two", { $0.pairs[1] = GGUFSample.pair("general.alignment", 4, Little.endian(UInt32(0))) }),
        ("no power of two", { $0.pairs[1] = GGUFSample.pair("general.alignment", 4, Little.endian(UInt32(24))) }),
        ("\"norm.weight\" occurs twice", { $0.tensors[1].name = $0.tensors[0].name }),
        ("a tensor's name is longer", { $0.tensors[0].name = Array(repeating: 0x61, count: 64) }),
        ("a tensor's name is not UTF-8", { $0.tensors[0].name = [0xFF] }),
        ("5 dimensions, more than 4", { $0.tensors[0].dimensions = [1, 1, 1, 1, 3] }),
        ("too many elements", { $0.tensors[0].dimensions = [1 << 62, 2] }),
        ("too many elements", { $0.tensors[0].dimensions = [1 << 61, 2] }),
        ("dimension below zero", { $0.tensors[0].dimensions = [-3] }),
        ("does not divide into blocks of 32", { $0.tensors[1].dimensions = [63, 2] }),
        ("is at 0, not at 32", { $0.tensors[1].offset = 0 }), ("is at 64, not at 32", { $0.tensors[1].offset = 64 }),
        ("is at 18446744073709551615, not at 0", { $0.tensors[0].offset = .max }),
        ("has the unknown type 128", { $0.tensors[0].type = 128 }),
        (
            "begins behind the end of the file",
            {
                $0.tensors[0].type = 77; $0.tensors[1].offset = 1 << 63
            }
        ),
        (
            "ends behind the end of the file",
            {
                $0.tensors[1].type = 77; $0.tensors[2].offset = 0
            }
        ),
        ("begins behind the end of the file", { $0.dataByteCount = 31 }),
        (
            "ends behind the end of the file",
            {
                $0.tensors.removeLast(); $0.dataByteCount = 103
            }
        ),
    ]

    @Test(arguments: hostile.indices)
    func `A file that breaks a rule is opaque and says why`(number: Int) throws {
        var sample = GGUFSample.small
        Self.hostile[number].change(&sample)
        let reason = try Recognition.of(bytes: sample.file).reason ?? "none"
        #expect(reason.hasPrefix("gguf: ") && reason.contains(Self.hostile[number].reason), "\(reason)")
    }
}
