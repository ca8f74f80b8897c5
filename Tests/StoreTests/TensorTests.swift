import Codec
import ModelCore
import TestSupport
import Testing

@testable import Store

/// What the store knows of the tensors of a file.
@Suite struct TensorTests {
    private static let values: [Float] = [1, -2, 0, .nan, 3, .infinity, 2.5]

    private func tensors(of file: SafetensorsBytes, in scratch: ScratchStore) async throws -> [StoredTensor] {
        let pointer = try await scratch.add(file.bytes, as: "model.safetensors")
        let store = try scratch.reopened()
        return try store.tensors(of: pointer, SmallFileTensors(ofArtifactNamed: "model.safetensors", in: store))
    }

    @Test func `Names, types, shapes and sizes are those of the file`() async throws {
        let scratch = try ScratchStore()
        let file = SafetensorsBytes([("a.weight", 80_000), ("b.bias", 16), ("c", 3_000_000)], seed: 1)
        let tensors = try await tensors(of: file, in: scratch)
        #expect(tensors.map(\.segment.name) == ["a.weight", "b.bias", "c"])
        #expect(tensors.map(\.segment.type) == [.f32, .f32, .f32])
        #expect(tensors.map(\.segment.shape) == [[80_000], [16], [3_000_000]])
        #expect(tensors.map(\.segment.byteCount) == [320_000, 64, 12_000_000])
        #expect(tensors.allSatisfy { $0.isHere && $0.depth == 0 })
        // 256 bytes or less lie in the manifest; the last has three frames.
        #expect(tensors.map { $0.codecs.values.reduce(0, +) } == [1, 0, 3])
    }

    @Test func `Statistics are those of the values, over all frames`() async throws {
        let scratch = try ScratchStore()
        var file = SafetensorsBytes([("padding", 80_000), ("odd", 0), ("large", 2_500_000)], seed: 2)
        file.tensors[1].values = TensorTests.values
        let tensors = try await tensors(of: file, in: scratch)
        let odd = try #require(tensors.first { $0.segment.name == "odd" }?.segment.statistics)
        #expect([odd.count, odd.zeros, odd.notNumbers, odd.infinities] == [7, 1, 1, 1])
        #expect([odd.minimum, odd.maximum] == [-2, 3])
        #expect(abs(odd.mean - 0.9) < 1e-12)
        #expect(abs(odd.norm - (1 + 4 + 9 + 6.25).squareRoot()) < 1e-12)
        let large = try #require(tensors.first { $0.segment.name == "large" }?.segment.statistics)
        let values = file.tensors[2].values.map(Double.init)
        let mean = values.reduce(0, +) / Double(values.count)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
        #expect(large.count == 2_500_000)
        #expect(abs(large.mean - mean) < 1e-9)
        #expect(abs(large.standardDeviation - variance.squareRoot()) < 1e-9)
        #expect(large.minimum == values.min())
        #expect(large.maximum == values.max())
    }

    @Test func `A file that only claims to be a model is opaque, and says why`() async throws {
        let scratch = try ScratchStore()
        var bytes = SafetensorsBytes([("a", 80_000)], seed: 3).bytes
        bytes[20] = 0xff
        let pointer = try await scratch.add(bytes, as: "model.safetensors")
        let store = try scratch.reopened()
        let small = SmallFileTensors(ofArtifactNamed: "model.safetensors", in: store)
        #expect(try store.tensors(of: pointer, small).isEmpty && small.unread.isEmpty)
        let manifest = try #require(try store.manifest(of: pointer))
        #expect(manifest.layout == "opaque")
        #expect(manifest.note.hasPrefix("safetensors: "))
        #expect(try await scratch.restored(pointer) == bytes)
    }

    @Test func `A manifest of another object says nothing of one`() throws {
        let scratch = try GoldenStore.scratch()
        let other = Pointer(oid: SHA256.digest(of: [1]), size: GoldenStore.pointer.size, kind: .file)
        let larger = Pointer(oid: GoldenStore.pointer.oid, size: GoldenStore.pointer.size + 1, kind: .file)
        var contents = IndexContents()
        let frame = SHA256.digest(of: GoldenStore.manifest.encoded)
        contents.add(ObjectEntry(oid: other.oid, frame: frame, size: other.size, kind: .manifest))
        try scratch.placeIndex(contents.encoded(as: .index))
        let store = try scratch.reopened()
        #expect(!store.entries(of: other.oid, kind: .manifest).isEmpty)
        #expect(try store.manifest(of: other) == nil)
        #expect(try store.manifest(of: larger) == nil)
        #expect(try store.manifest(of: GoldenStore.pointer) == GoldenStore.manifest)
    }
}
