import FuzzTargets
import ModelCore
import TensorFormats
import Testing

/// Files that hold the tensors of a model beside them.
struct ONNXExternalDataTests {
    private typealias Sample = ONNXSample

    private static func recognition(
        of name: String = "w",
        byteCount: Int64 = 8192,
        _ tensors: [[UInt8]]
    ) throws -> Recognition {
        let model = Sample.model(tensors.flatMap { Sample.bytes(5, $0) })
        let data = try ONNXExternalData.of(MemorySource(model))
        let recognition = data.recognition(of: name, byteCount: byteCount, from: "m.onnx")
        try recognition.expectSound(byteCount: byteCount)
        return recognition
    }

    private static func tensor(
        _ name: String,
        _ type: UInt64 = 1,
        _ shape: [UInt64] = [2, 3],
        in file: String = "w",
        offset: String? = nil,
        length: String? = nil
    ) -> [UInt8] {
        Sample.tensor(name, type, shape, Sample.external(file, offset: offset, length: length))
    }

    @Test func `Tensors are where the model has them, with or without a length`() throws {
        let layout = try Self.recognition([
            Self.tensor("third", 10, [4], offset: "4096", length: "8"), Self.tensor("first"),
            Self.tensor("", offset: "64"), Self.tensor("elsewhere", in: "v"),
            Self.tensor("second", 22, [3], offset: "24"),
            Self.tensor("first again", offset: "0"), Self.tensor("empty", 1, [0, 2], offset: "8000"),
        ]).layout
        #expect(layout.format == .onnx && layout.notes == [])
        #expect(layout.tensors.map(\.name) == ["first", "second", "third", "empty"])
        #expect(layout.tensors.map(\.type) == [.f32, .bytes, .f16, .f32])
        #expect(layout.tensors.map(\.shape) == [[2, 3], [], [4], [0, 2]])
        #expect(layout.tensors.map(\.range) == [0..<24, 24..<26, 4096..<4104, 8000..<8000])
    }

    @Test func `Raw data of the model itself is none of the file's`() throws {
        let data = try ONNXExternalData.of(MemorySource(Sample.small))
        #expect(data.names == ["weights.bin"])
        let layout = try data.recognition(of: "weights.bin", byteCount: 8192, from: "a.onnx").layout
        #expect(layout.tensors.map(\.range) == [4096..<8192])
    }

    @Test func `Only names in the model's own directory are taken`() throws {
        for name in ["../w", "/w", "a/w", "./w", "..", ".", "", "a\\w", "w\u{0}"] {
            #expect(try Self.recognition(of: name, [Self.tensor("t", in: name)]) == .unknown, "\(name)")
        }
        #expect(try Self.recognition(of: "v", [Self.tensor("t")]) == .unknown)
    }

    @Test func `What is no sound model names nothing`() throws {
        #expect(try ONNXExternalData.of(MemorySource([0x3A, 0x7F])).names == [])
        let cut = Sample.model(Sample.bytes(5, Self.tensor("t"))).dropLast()
        #expect(try ONNXExternalData.of(MemorySource(Array(cut))).names == [])
    }

    private static let hostile: [(reason: String, tensors: [[UInt8]])] = [
        ("overlaps", [tensor("a"), tensor("b", offset: "20")]),
        ("overlaps", [tensor("a", 1, [2, 3]), tensor("b", 1, [6, 6], offset: "0")]),
        ("ends behind the end of the file", [tensor("a", offset: "8169")]),
        ("ends behind the end of the file", [tensor("a", offset: "9223372036854775000")]),
        ("ends behind the end of the file", [tensor("a", 2, [1 << 40])]),
        ("too large", [tensor("a", offset: "9223372036854775800")]), ("too large", [tensor("a", 1, [1 << 62, 4])]),
        ("other bytes than", [tensor("a", 1, [1 << 61])]), ("other bytes than", [tensor("a", length: "23")]),
        ("an offset or length that is none", [tensor("a", offset: "-1")]),
        ("an offset or length that is none", [tensor("a", offset: "")]),
        ("an offset or length that is none", [tensor("a", length: "24.0")]),
        ("an offset or length that is none", [tensor("a", offset: "9223372036854775808")]),
        ("the unknown type 8", [tensor("a", 8, [1])]),
    ]

    @Test(arguments: hostile.indices)
    func `A file that cannot be what the model says is opaque and says why`(number: Int) throws {
        let reason = try Self.recognition(Self.hostile[number].tensors).reason ?? "none"
        #expect(reason.hasPrefix("onnx: as \"m.onnx\" describes it, "), "\(reason)")
        #expect(reason.contains(Self.hostile[number].reason), "\(reason)")
    }
}
