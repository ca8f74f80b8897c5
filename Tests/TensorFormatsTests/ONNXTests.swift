import FuzzTargets
import ModelCore
import TensorFormats
import Testing

struct ONNXTests {
    private typealias Sample = ONNXSample

    @Test func `Raw data of initializers is found, that of nested graphs too`() throws {
        let layout = try Recognition.of(bytes: Sample.small, named: "a.onnx").layout
        #expect(layout.format == .onnx && layout.imports == nil)
        #expect(layout.tensors.map(\.name) == ["inner", "constant", "w", "packed", "half", "sparse"])
        #expect(layout.tensors.map(\.type) == [.bf16, .i64, .f32, .f32, .bytes, .f32])
        #expect(layout.tensors.map(\.shape) == [[3], [], [2, 3], [2, 2], [], [2]])
        #expect(layout.tensors.allSatisfy { tensor in tensor.range.allSatisfy { Sample.small[Int($0)] == 7 } })
        #expect(layout.notes == ["1 tensors are in the external data \"weights.bin\""])
    }

    @Test func `A location is only told, never followed`() throws {
        let names = ["../../etc/passwd", "/etc/shadow", "a\u{202E}b", "\u{0}"]
        let graph = names.flatMap { Sample.bytes(5, Sample.tensor("t", 1, [1], Sample.external($0))) }
        let layout = try Recognition.of(bytes: Sample.model(graph), named: "a.onnx").layout
        let expected = #"4 tensors are in the external data "\u{0}", "../../etc/passwd", "/etc/shadow", "a\u{202e}b""#
        #expect(layout.tensors == [] && layout.notes == [expected])
    }

    private static func nested(_ depth: Int) -> [UInt8] {
        (0..<depth).reduce([]) { graph, _ in Sample.bytes(1, Sample.bytes(5, Sample.bytes(6, graph))) }
    }

    @Test func `Graphs nest as deep as people write them`() throws {
        #expect(try Recognition.of(bytes: Sample.model(Self.nested(15)), named: "a.onnx").layout.tensors == [])
    }

    @Test func `A tensor beyond two gigabytes is found, though no protocol buffer should be so long`() throws {
        let size = UInt64(5 << 30)
        let start = Sample.tensor("a", 3, [size], [])
        let tail = Sample.varint(9 << 3 | 2) + Sample.varint(size)
        let tensor = start + tail
        let initializer = Sample.varint(5 << 3 | 2) + Sample.varint(UInt64(tensor.count) + size) + tensor
        let model = Sample.varint(7 << 3 | 2) + Sample.varint(UInt64(initializer.count) + size) + initializer
        let source = MemorySource(byteCount: Int64(model.count) + Int64(size), pieces: [(0, model)])
        #expect(try Recognition.of(source, named: "a.onnx").layout.tensors.map(\.range.count) == [5 << 30])
    }

    private static let hostile: [(reason: String, bytes: [UInt8])] = [
        ("it has no graph", []), ("it has no graph", Sample.number(1, 9)),
        ("nested too deeply", Sample.model(nested(30))), ("nested too deeply", Sample.model(nested(5000))),
        ("a field ends behind", [0x3A, 0x7F, 1]),
        ("a field is too long", [0x3A] + [UInt8](repeating: 0xFF, count: 9) + [1]),
        ("a number is too large", [0x08] + [UInt8](repeating: 0xFF, count: 9) + [2]),
        ("a number is too large", [0x08] + [UInt8](repeating: 0xFF, count: 20)),
        ("a number ends behind", [0x08, 0x80]),
        ("wire type is unknown", [0x0B]), ("wire type is unknown", [0x0F]), ("number is wrong", [0x00, 0x00]),
        ("of another type", [0x38, 1]), ("of another type", Sample.model(Sample.bytes(5, Sample.number(9, 1)))),
        ("other bytes than", graph("t", 1, [2], Sample.bytes(9, [0]))),
        ("too large", graph("t", 1, [1 << 62, 4], Sample.bytes(9, [0]))),
        ("other bytes than", graph("t", 1, [1 << 62], Sample.bytes(9, [0]))),
        ("one below zero", graph("t", 1, [.max], Sample.bytes(9, [0]))),
        ("too many dimensions", graph("t", 1, [UInt64](repeating: 1, count: 65), [])),
        ("the unknown type 99", graph("t", 99, [1], Sample.bytes(9, [0]))),
        ("the unknown type 8", graph("t", 8, [1], Sample.bytes(9, [0]))),
        ("occurs twice", graph("t", 2, [1], Sample.bytes(9, [0]) + Sample.bytes(9, [0]))),
        ("occurs twice", graph("t", 2, [1], Sample.bytes(9, [0]) + Sample.text(8, "u"))),
        ("not UTF-8", Sample.model(Sample.bytes(5, Sample.bytes(8, [0xFF])))),
        ("a name is longer", Sample.model(Sample.bytes(5, Sample.bytes(8, [UInt8](repeating: 0x61, count: 65_537))))),
    ]

    private static func graph(_ name: String, _ type: UInt64, _ shape: [UInt64], _ more: [UInt8]) -> [UInt8] {
        Sample.model(Sample.bytes(5, Sample.tensor(name, type, shape, more)))
    }

    @Test(arguments: hostile.indices)
    func `A model that breaks a rule is opaque and says why`(number: Int) throws {
        let reason = try Recognition.of(bytes: Self.hostile[number].bytes, named: "a.onnx").reason ?? "none"
        #expect(reason.hasPrefix("onnx: ") && reason.contains(Self.hostile[number].reason), "\(reason)")
    }
}
