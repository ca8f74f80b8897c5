import TestSupport
import Testing

/// A file of which several tensors have one name.
@Suite struct RepeatedNameTests {
    private static let byteCount = 400_000

    private static func varint(_ value: Int) -> [UInt8] {
        value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7F) | 0x80] + varint(value >> 7)
    }

    private static func number(_ field: Int, _ value: Int) -> [UInt8] { varint(field << 3) + varint(value) }

    private static func bytes(_ field: Int, _ value: [UInt8]) -> [UInt8] {
        varint(field << 3 | 2) + varint(value.count) + value
    }

    /// An ONNX model of initializers of binary32 numbers, all bytes of each of which are the same.
    private static func model(_ tensors: [(name: String, byte: UInt8)]) -> [UInt8] {
        let initializers = tensors.flatMap { tensor in
            let data = [UInt8](repeating: tensor.byte, count: byteCount)
            return bytes(
                5,
                number(1, byteCount / 4) + number(2, 1) + bytes(8, Array(tensor.name.utf8)) + bytes(9, data)
            )
        }
        return number(1, 9) + bytes(2, Array("tests".utf8)) + bytes(7, initializers)
    }

    @Test func `Each is compared with its own namesake, and none is printed for another`() async throws {
        let scratch = try await ScratchRepository()
        try scratch.write(Self.model([("w", 0x3C), ("w", 0x3D), ("x", 0x3B)]), to: "../v1")
        try scratch.write(Self.model([("w", 0x3C), ("w", 0x3E), ("x", 0x3B)]), to: "../v2")
        try scratch.write([UInt8](repeating: 0x3B, count: Self.byteCount), to: "../x")
        let result = try await scratch.run(
            """
            git model init -q --name small
            for n in 1 2; do cp ~/v$n m.onnx && git model add -q m.onnx && git commit -qm $n; done
            git model diff HEAD~1 HEAD && git model diff --recompute HEAD~1 HEAD
            code=0 && git model cat m.onnx --tensor w > ~/out 2> ~/err || code=$? && cat ~/err && test $code = 5
            test ! -s ~/out && git model cat m.onnx --tensor x --format raw | cmp - ~/x
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.ranges(of: "  tensors: 1 changed, 2 unchanged\n").count == 2, "\(result.output)")
        #expect(result.output.contains("m.onnx has 2 tensors w, and nothing tells which"), "\(result.output)")
        #expect(result.output.contains("hint: print the whole file: `git model cat m.onnx`"), "\(result.output)")
    }
}
