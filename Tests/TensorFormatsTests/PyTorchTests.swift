import FuzzTargets
import ModelCore
import TensorFormats
import Testing

struct PyTorchTests {
    private typealias Sample = PickleSample

    private static func layout(_ value: [UInt8], _ storages: [(key: String, byteCount: Int)]) throws -> TensorLayout {
        try Recognition.of(bytes: Sample.archive(value, storages).file, named: "a.pt").layout
    }

    private static func matrix(_ key: String = "0") -> [UInt8] {
        Sample.tensor(Sample.storage(key, count: 6), shape: [2, 3], strides: [3, 1])
    }

    @Test func `A storage is named after its first tensor, and has its shape where that is all of it`() throws {
        let bytes = Sample.small.file
        let layout = try Recognition.of(bytes: bytes).layout
        #expect(layout.format == .pytorch && layout.warnings == [] && layout.notes == [])
        #expect(layout.tensors.map(\.name) == ["a", "b"] && layout.tensors.map(\.type) == [.f32, .f16])
        #expect(layout.tensors.map(\.shape) == [[2, 3], [8]])
        for tensor in layout.tensors {
            let range = Int(tensor.range.lowerBound)..<Int(tensor.range.upperBound)
            #expect(bytes[range].allSatisfy { $0 == 1 } && bytes[range.lowerBound - 1] == 0x5A)
        }
        #expect(
            layout.imports == [
                "collections.OrderedDict", "torch.FloatStorage", "torch.HalfStorage", "torch._utils._rebuild_tensor_v2",
            ]
        )
    }

    @Test(arguments: [
        ([Int64](), [Int64](), 0, 1, [Int64]()), ([1, 4, 1, 2], [99, 2, 7, 1], 0, 8, [1, 4, 1, 2]),
        ([2, 3], [1, 2], 0, 6, [6]), ([2, 3], [3, 1], 1, 7, [7]), ([2, 3], [0, 1], 0, 3, [3]),
        ([0, 3], [3, 1], 5, 4, [4]),
    ])
    func `A shape is kept only where it tells the order of all elements`(
        shape: [Int64],
        strides: [Int64],
        offset: Int64,
        count: Int64,
        expected: [Int64]
    ) throws {
        let tensor = Sample.tensor(Sample.storage("0", count: count), offset: offset, shape: shape, strides: strides)
        let layout = try Self.layout(tensor, [("0", Int(count) * 4)])
        #expect(layout.tensors.map(\.shape) == [expected])
    }

    @Test func `The type of an untyped storage is its tensor's`() throws {
        let storage = Sample.storage("0", "UntypedStorage", count: 6)
        let tensor = Sample.tensor(
            storage,
            shape: [3],
            strides: [1],
            function: "_rebuild_tensor_v3",
            more: [Sample.global("torch", "uint16")]
        )
        #expect(try Self.layout(tensor, [("0", 6)]).tensors.map(\.type) == [.u16])
        #expect(try Self.layout(storage, [("0", 6)]).tensors.map(\.shape) == [[6]])
    }

    @Test func `A module's parameters have the names of its state`() throws {
        let parameters = Sample.dictionary([("_parameters", Sample.dictionary([("weight", Self.matrix())]))])
        let module: [UInt8] = Sample.global("nn", "Conv") + [0x29, 0x81] + parameters + [0x62]
        let state = Sample.dictionary([("_modules", Sample.dictionary([("conv", module)]))])
        let net: [UInt8] = Sample.global("nn", "Net") + [0x29, 0x81] + state + [0x62]
        let layout = try Self.layout(net, [("0", 24)])
        #expect(layout.tensors.map(\.name) == ["conv.weight"])
        #expect(
            layout.warnings
                == ["nn.Conv", "nn.Net"].map { "its pickle imports \"\($0)\", and loading it may run that" }
        )
    }

    private static let imports: [(value: [UInt8], name: String)] = [
        (Sample.global("os", "system") + Sample.tuple([Sample.text("true")]) + [0x52], "os.system"),
        ([0x8C, 2, 0x6F, 0x73, 0x8C, 6, 0x73, 0x79, 0x73, 0x74, 0x65, 0x6D, 0x93], "os.system"),
        ([0x28] + Sample.text("true") + Array("ios\nsystem\n".utf8), "os.system"),
        (Sample.global("builtins", "eval") + [0x30, 0x4E], "builtins.eval"),
        (Sample.global("a\u{202E}b", "c\u{1B}[2J") + [0x30, 0x4E], "a\\u{202e}b.c\\u{1b}[2J"),
    ]

    @Test(arguments: imports.indices)
    func `An import that could run code is a warning, however it is spelled`(number: Int) throws {
        let (value, name) = Self.imports[number]
        let layout = try Self.layout(value, [])
        #expect(layout.warnings == ["its pickle imports \"\(name)\", and loading it may run that"])
    }

    @Test func `Many imports are listed in part`() throws {
        var value: [UInt8] = []
        for number in 0..<50 { value += Sample.global("m", "f\(number)") + [0x30] }
        value.append(0x4E)
        let layout = try Self.layout(value, [])
        #expect(layout.imports?.count == 50 && layout.warnings.count == 21)
        #expect(layout.warnings.last == "its pickle imports 30 others that are no part of PyTorch")
    }

    private static let manyImports = (0..<10_001).map { Sample.global("m", "\($0)") }.reduce(into: [], +=)

    /// Values after which reading stops, and why.
    private static let puzzles: [(value: [UInt8], reason: String)] = [
        ([0xFF], "the opcode 255 is not known"), ([0x82, 1], "the opcode 130 is not known"),
        (
            Sample.text("os") + Sample.text("sys") + Sample.text("tem") + [0x85, 0x93],
            "the name of an import is computed"
        ),
        (Array("S'\\x6fs'\n".utf8), "a string has escapes"), ([0x30], "its stack is empty"),
        ([0x74], "a mark is missing"),
        ([0x28, 0x30, 0x52], "its stack is empty"), ([0x58, 0xFF, 0xFF, 0xFF, 0xFF], "it is cut short"),
        ([0x8D, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], "it is cut short"),
        ([0x8B, 0, 0, 0, 0x80], "it is cut short"),
        ([0x4E, 0x72, 0xFF, 0xFF, 0xFF, 0x7F], "its memo has a hole"), ([0x68, 5], "its memo lacks an entry"),
        ([0x7D, 0x28, 0x4E, 0x75], "a key without a value"), ([0x8C, 1, 0xFF], "a string is not UTF-8"),
        ([0x80, 9], "protocol"),
        ([0x63] + [UInt8](repeating: 0x61, count: 2000) + Array("\nx\n".utf8), "an import is too long"),
        (manyImports, "it has too many imports"), (Sample.repeated([0x4E], 5 << 20), "its stack is too deep"),
        (Sample.repeated([0x28], 5 << 20), "its stack is too deep"),
        (Sample.repeated([0x5D, 0x30], 3 << 20), "it has too many objects"),
    ]

    @Test(arguments: puzzles.indices)
    func `Where a pickle is not understood storages keep the names of their members`(number: Int) throws {
        let puzzle = Self.puzzles[number]
        let layout = try Self.layout(Self.matrix() + puzzle.value, [("0", 24), ("1", 5)])
        #expect(layout.tensors.map(\.name) == ["data/0", "data/1"] && layout.tensors.map(\.type) == [.f32, .bytes])
        #expect(layout.imports?.contains("torch._utils._rebuild_tensor_v2") == true)
        let warning = layout.warnings.last ?? ""
        #expect(
            warning.hasPrefix("its pickle is not understood at byte ") && warning.contains(puzzle.reason),
            "\(warning)"
        )
    }

    @Test func `Pickles that grow without end, nest and repeat take linear time`() throws {
        // A billion laughs: each list holds the one before it twice, so that paths double.
        let laughs = [0x5D] + Sample.repeated([0x71, 0, 0x5D, 0x68, 0, 0x61, 0x68, 0, 0x61], 10_000)
        #expect(try Self.layout(laughs, []).warnings == [])
        let nested = Sample.repeated([0x5D], 100_000) + Sample.repeated([0x61], 99_999)
        #expect(try Self.layout(nested, []).warnings == [])
        let cyclic: [UInt8] = [0x5D, 0x71, 0, 0x68, 0, 0x61]
        #expect(try Self.layout(cyclic, []).tensors == [])
        let long = [0x5D] + Sample.repeated([0x4E, 0x61], 500_000)
        #expect(try Self.layout(long, []).warnings == [])
        let key = Sample.text(String(repeating: "k", count: 100_000))
        let storages = (0..<2000).map { Sample.storage("\($0)", count: 1) }.reduce(into: [], +=)
        let many: [UInt8] = [0x7D] + key + [0x5D, 0x28] + storages + [0x65, 0x73]
        let layout = try Self.layout(many, (0..<2000).map { ("\($0)", 4) })
        #expect(layout.tensors.count == 2000 && layout.tensors[7].name == "data/7")
    }

    private static let hostile: [(reason: String, value: [UInt8])] = [
        ("storage \"0\" has 24 bytes, not 28", Sample.tensor(Sample.storage("0", count: 7), shape: [6], strides: [1])),
        ("storage \"9\" is missing", Sample.storage("9", count: 1)),
        ("unknown type \"torch.NewStorage\"", Sample.storage("0", "NewStorage", count: 6)),
        ("no number of elements", Sample.storage("0", count: -1)),
        ("storage \"0\" is too large", Sample.storage("0", count: 1 << 62)),
        (
            "two types or sizes",
            Sample.tuple([Sample.storage("0", count: 6), Sample.storage("0", "IntStorage", count: 6)])
        ),
        ("ends behind its storage", Sample.tensor(Sample.storage("0", count: 6), offset: 1, shape: [6], strides: [1])),
        ("ends behind its storage", Sample.tensor(Sample.storage("0", count: 6), shape: [2, 4], strides: [3, 1])),
        ("ends behind its storage", Sample.tensor(Sample.storage("0", count: 6), offset: -1, shape: [6], strides: [1])),
        ("ends behind its storage", Sample.tensor(Sample.storage("0", count: 6), offset: 5, shape: [6], strides: [-1])),
        ("ends behind its storage", Sample.tensor(Sample.storage("0", count: 6), shape: [.max], strides: [.max])),
        (
            "ends behind its storage",
            Sample.tensor(Sample.storage("0", count: 6), offset: .max, shape: [1], strides: [1])
        ),
        ("ends behind its storage", Sample.tensor(Sample.storage("0", count: 6), shape: [2, 3], strides: [1])),
    ]

    @Test(arguments: hostile.indices)
    func `A pickle that contradicts the archive makes the file opaque and says why`(number: Int) throws {
        let bytes = Sample.archive(Self.hostile[number].value, [("0", 24)]).file
        let reason = try Recognition.of(bytes: bytes).reason ?? "none"
        #expect(reason.hasPrefix("pytorch: ") && reason.contains(Self.hostile[number].reason), "\(reason)")
    }

    private static let archives: [(reason: String, change: @Sendable (inout ZipSample) -> Void)] = [
        ("its numbers are big-endian", { $0.members[1].bytes = Array("big".utf8) }),
        ("its byte order is not known", { $0.members[1].bytes = Array("middle".utf8) }),
        ("several members data.pkl", { $0.members.append(.init("x/data.pkl", [0x2E])) }),
        ("data.pkl is compressed", { $0.members[0].method = 8 }),
        ("\"data/0\" is compressed", { $0.members[2].method = 8 }),
        ("\"m/data/1\" occurs twice", { $0.members.append($0.members[3]) }),
    ]

    @Test(arguments: archives.indices)
    func `An archive that PyTorch does not write is opaque and says why`(number: Int) throws {
        var sample = Sample.small
        Self.archives[number].change(&sample)
        let reason = try Recognition.of(bytes: sample.file).reason ?? "none"
        #expect(reason.hasPrefix("pytorch: ") && reason.contains(Self.archives[number].reason), "\(reason)")
    }

    @Test func `What PyTorch wrote before 1.6, and other pickles, are opaque`() throws {
        let legacy: [UInt8] = [
            0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E, 0x80, 2,
        ]
        #expect(try Recognition.of(bytes: legacy, named: "a.pt").reason?.contains("before PyTorch 1.6") == true)
        let tar = [UInt8](repeating: 0x61, count: 257) + Array("ustar\u{0}00".utf8) + [UInt8](repeating: 0, count: 247)
        #expect(try Recognition.of(bytes: tar, named: "a.pth").reason == "pytorch: it is a tar archive")
        #expect(
            try Recognition.of(bytes: [0x80, 4, 0x4E, 0x2E], named: "a.bin").reason == "pickle"
        )
        #expect(try Recognition.of(bytes: [1, 2, 3], named: "a.bin") == .unknown)
    }
}
