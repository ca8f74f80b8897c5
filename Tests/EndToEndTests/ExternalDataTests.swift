import TestSupport
import Testing

/// Files beside an ONNX model that hold its tensors.
@Suite struct ExternalDataTests {
    private static let count = 100_000
    /// The library begins each tensor at a page.
    private static let stride = 401_408

    private static func varint(_ value: Int) -> [UInt8] {
        value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7F) | 0x80] + varint(value >> 7)
    }

    private static func number(_ field: Int, _ value: Int) -> [UInt8] { varint(field << 3) + varint(value) }

    private static func bytes(_ field: Int, _ value: [UInt8]) -> [UInt8] {
        varint(field << 3 | 2) + varint(value.count) + value
    }

    private static func entry(_ key: String, _ value: String) -> [UInt8] {
        bytes(13, bytes(1, Array(key.utf8)) + bytes(2, Array(value.utf8)))
    }

    /// A model of four tensors of binary32 numbers in `m.data`.
    private static let model: [UInt8] = {
        let initializers = (0..<4).flatMap { position in
            let place = entry("location", "m.data") + entry("offset", "\(position * stride)")
            let name = bytes(8, Array("w\(position)".utf8))
            return bytes(5, number(1, count) + number(2, 1) + name + place + number(14, 1))
        }
        return number(1, 9) + bytes(2, Array("tests".utf8)) + bytes(7, initializers)
    }()

    private static func values(_ values: [Float]) -> [UInt8] {
        values.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } }
    }

    private static func data(_ tensors: SafetensorsBytes) -> [UInt8] {
        tensors.tensors.flatMap { tensor in
            values(tensor.values) + [UInt8](repeating: 0, count: stride - 4 * tensor.values.count)
        }
    }

    @Test func `Its tensors are known, and a version that changes one of four stores little`() async throws {
        let scratch = try await ScratchRepository()
        var tensors = SafetensorsBytes((0..<4).map { ("w\($0)", Self.count) }, seed: 5)
        try scratch.write(Self.model, to: "../m.onnx")
        try scratch.write(Self.data(tensors), to: "../1")
        tensors.train(["w2"], seed: 6)
        try scratch.write(Self.data(tensors), to: "../2")
        try scratch.write(Self.values(tensors.tensors[2].values), to: "../w2")
        let result = try await scratch.run(
            """
            git model init -q --name far && mkdir ext && cp ~/m.onnx . && cp ~/m.onnx ext
            step() {
                cp ~/$1 m.data && cp ~/$1 ext/m.data && git model add -q m.onnx m.data ext && git commit -qm $1
                du -sb .git/model/store/packs | cut -f1
            }
            before=$(step 1) && after=$(step 2)
            [ $((after - before)) -lt 300000 ] || echo "grew from $before by $((after - before))"
            git model diff HEAD~1 HEAD && git model diff --recompute HEAD~1 HEAD -- ext && git model show --tensors
            git model cat m.data --tensor w2 --format raw | cmp - ~/w2
            git model cat HEAD:ext/m.data --tensor w2 --format raw | cmp - ~/w2
            rm m.data ext/m.data && git model checkout -q && cmp m.data ~/2 && cmp ext/m.data ~/2 && git model fsck
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(!result.output.contains("grew from"), "\(result.output)")
        #expect(result.output.ranges(of: "  tensors: 1 changed, 3 unchanged\n").count == 3, "\(result.output)")
        #expect(result.output.contains("recomputed  ") && !result.output.contains("warning: "), "\(result.output)")
        for path in ["m.data", "ext/m.data"] {
            #expect(result.output.contains("\n\(path)\n  w0  f32  [100000]"), "\(result.output)")
        }
    }

    @Test func `A file that cannot be what its model says is opaque, and add and show say why`() async throws {
        let scratch = try await ScratchRepository()
        try scratch.write(Self.model, to: "m.onnx")
        try scratch.write([UInt8](repeating: 7, count: 3 * Self.stride), to: "m.data")
        let result = try await scratch.run(
            """
            git model init -q --name far && git model -v add m.data && git commit -qm One && git model show
            """
        )
        let reason = #"onnx: as "m.onnx" describes it, its last tensor ends behind the end of the file"#
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.contains("m.data: \(reason)"), "\(result.output)")
        #expect(result.output.contains("opaque, \(reason)"), "\(result.output)")
    }
}
