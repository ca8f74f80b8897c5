import FoundationEssentials
import TensorFormats
import TestSupport
import Testing

/// What holds for every parser, whatever the bytes: an answer, and a sound one.
struct HostilityTests {
    /// A small file of each kind, and the name that makes the parser look at it.
    static let samples: [(name: String, bytes: [UInt8])] = [
        ("a.safetensors", SafetensorsSample.small), ("a.gguf", GGUFSample.small.file), ("a.npy", NumPySample.small),
        ("a.npz", NumPySample.archive.file), ("64.npz", NumPySample.largeArchive.file),
        ("a.pt", PickleSample.small.file), ("a.onnx", ONNXSample.small),
    ]

    private static let isSoak = ProcessInfo.processInfo.environment["GIT_MODEL_SOAK"] == "1"

    @Test(arguments: samples.indices)
    func `The sample itself has a layout`(number: Int) throws {
        let sample = Self.samples[number]
        #expect(try !Recognition.of(bytes: sample.bytes, named: sample.name).layout.tensors.isEmpty)
    }

    @Test(arguments: samples.indices)
    func `A file that is cut at any byte has a sound answer`(number: Int) throws {
        let sample = Self.samples[number]
        for count in 0..<sample.bytes.count {
            _ = try Recognition.of(bytes: Array(sample.bytes.prefix(count)), named: sample.name)
        }
    }

    @Test(arguments: samples.indices)
    func `A file with any bit flipped has a sound answer`(number: Int) throws {
        let sample = Self.samples[number]
        var bytes = sample.bytes
        for position in bytes.indices {
            for bit in 0..<8 {
                bytes[position] ^= 1 << bit
                _ = try Recognition.of(bytes: bytes, named: sample.name)
                bytes[position] ^= 1 << bit
            }
        }
    }

    @Test(arguments: samples.indices)
    func `Files that are mutated at random have a sound answer`(number: Int) throws {
        let sample = Self.samples[number]
        var random = PseudoRandom(seed: UInt64(number))
        for _ in 0..<(Self.isSoak ? 200_000 : 5000) {
            let bytes = Self.mutation(of: sample.bytes, &random)
            _ = try Recognition.of(bytes: bytes, named: sample.name)
        }
    }

    /// Bytes that differ in a few places: flipped, replaced by numbers at the edge of a rule, copied, cut or inserted.
    private static func mutation(of sample: [UInt8], _ random: inout PseudoRandom) -> [UInt8] {
        var bytes = sample
        for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
            let position = Int.random(in: bytes.indices, using: &random)
            switch Int.random(in: 0..<7, using: &random) {
            case 0: bytes[position] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1: bytes[position] = .random(in: .min ... .max, using: &random)
            case 2: bytes.removeSubrange(position..<min(bytes.count, position + Int.random(in: 1...9, using: &random)))
            case 3: bytes.insert(.random(in: .min ... .max, using: &random), at: position)
            case 4: bytes.removeSubrange(position...)
            case 5:
                let edges: [UInt64] = [0, 1, 0x7F, 0xFF, 0xFFFF, 0x7FFF_FFFF, 0xFFFF_FFFF, 1 << 62, 1 << 63, .max]
                let edge = Little.endian(edges.randomElement(using: &random) ?? 0)
                let width = [1, 2, 4, 8].randomElement(using: &random) ?? 1
                let end = min(bytes.count, position + width)
                bytes.replaceSubrange(position..<end, with: edge.prefix(end - position))
            default:
                let start = Int.random(in: bytes.indices, using: &random)
                let end = min(bytes.count, start + Int.random(in: 1...64, using: &random))
                bytes.insert(contentsOf: Array(bytes[start..<end]), at: position)
            }
        }
        return bytes
    }
}
