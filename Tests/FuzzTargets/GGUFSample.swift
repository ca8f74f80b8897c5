/// GGUF files for tests, laid out as `docs/gguf.md` of ggml says.
package struct GGUFSample {
    package struct Tensor {
        package var name: [UInt8]
        package var dimensions: [Int64]
        package var type: UInt32
        package var offset: UInt64

        package init(_ name: String, _ dimensions: [Int64], _ type: UInt32, at offset: UInt64) {
            self.name = Array(name.utf8)
            self.dimensions = dimensions
            self.type = type
            self.offset = offset
        }
    }

    package var magic = Array("GGUF".utf8)
    package var version: UInt32 = 3
    package var tensorCount: UInt64?
    package var pairCount: UInt64?
    package var pairs: [[UInt8]] = []
    package var tensors: [Tensor] = []
    package var alignment = 32
    package var dataByteCount = 0

    package init() {}

    package static func string(_ text: String) -> [UInt8] { Little.endian(UInt64(text.utf8.count)) + Array(text.utf8) }

    package static func pair(_ key: String, _ type: UInt32, _ value: [UInt8]) -> [UInt8] {
        string(key) + Little.endian(type) + value
    }

    package static func array(_ type: UInt32, _ count: UInt64, _ elements: [UInt8]) -> [UInt8] {
        Little.endian(type) + Little.endian(count) + elements
    }

    /// What comes before the padding and the tensors.
    package var header: [UInt8] {
        var bytes = magic + Little.endian(version)
        bytes += Little.endian(tensorCount ?? UInt64(tensors.count)) + Little.endian(pairCount ?? UInt64(pairs.count))
        for pair in pairs { bytes += pair }
        for tensor in tensors {
            bytes +=
                Little.endian(UInt64(tensor.name.count)) + tensor.name + Little.endian(UInt32(tensor.dimensions.count))
            for dimension in tensor.dimensions { bytes += Little.endian(dimension) }
            bytes += Little.endian(tensor.type) + Little.endian(tensor.offset)
        }
        return bytes
    }

    package var file: [UInt8] {
        var bytes = header
        bytes += repeatElement(0, count: (alignment - bytes.count % alignment) % alignment)
        return bytes + (0..<dataByteCount).map { UInt8(truncatingIfNeeded: $0) }
    }

    /// Values of each kind, and tensors of a plain and a block type, the second without padding behind it.
    package static let small: GGUFSample = {
        var sample = GGUFSample()
        sample.pairs = [
            pair("general.architecture", 8, string("llama")), pair("general.alignment", 4, Little.endian(UInt32(32))),
            pair("a.bool", 7, [1]), pair("a.f64", 12, Little.endian(1.5.bitPattern)),
            pair("tokenizer.tokens", 9, array(8, 2, string("<s>") + string("é"))),
            pair("tokenizer.scores", 9, array(6, 2, Little.endian(UInt64(0)))),
        ]
        sample.tensors = [
            Tensor("norm.weight", [3], 0, at: 0), Tensor("blk.0.ffn.weight", [64, 2], 2, at: 32),
            Tensor("empty", [0], 0, at: 128),
        ]
        sample.dataByteCount = 32 + 72 + 24
        return sample
    }()
}
