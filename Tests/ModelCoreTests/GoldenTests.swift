import ModelCore
import TestSupport
import Testing

/// The golden files were written by another program, from docs/formats.md alone.
struct GoldenTests {
    static let pointers = [
        "file.mver": Pointer(oid: digest(0x11), size: 1_300_000, kind: .file),
        "tree.mver": Pointer(oid: digest(0x22), size: 0, kind: .tree),
    ]

    @Test(arguments: pointers)
    func `A pointer is written as its golden file and read from it`(name: String, pointer: Pointer) throws {
        let golden = try GoldenFile.bytes(name)
        #expect(pointer.encoded == golden)
        #expect(try Pointer(parsing: golden) == pointer)
    }

    @Test func `A tree listing is written as its golden file and read from it`() throws {
        let listing = try TreeListing([
            TreeEntry(mode: .link, size: 3, digest: digest(0x33), path: RepositoryPath("a/l")),
            TreeEntry(mode: .regular, size: 1_300_000, digest: digest(0x44), path: RepositoryPath("é/ü.bin")),
            TreeEntry(mode: .executable, size: 0, digest: digest(0x22), path: RepositoryPath("a-b")),
            TreeEntry(mode: .regular, size: 5, digest: digest(0x11), path: RepositoryPath("a b")),
        ])
        let golden = try GoldenFile.bytes("tree-listing")
        #expect(listing.encoded == golden)
        #expect(try TreeListing(parsing: golden) == listing)
    }

    @Test func `JSON is written as its golden file and read from it`() throws {
        let value = JSONValue.object([
            "z": JSONValue(1),
            "a": .array([JSONValue(1), .number("-2.50"), "x"]),
            "empty": .object([:]),
            "none": .array([]),
            "n": .null,
            "t": .bool(true),
            "text": "é \"q\" \\ \t\n\u{1}",
            "A": .object(["k": .object(["b": .bool(false), "a": "/"])]),
        ])
        let golden = try GoldenFile.bytes("machine-written.json")
        #expect(value.encoded == golden)
        #expect(try JSONValue(parsing: golden) == value)
    }

    static let manifests = [
        "manifest-opaque.hex": Manifest(
            oid: digest(0x11),
            size: 1_300_000,
            layout: "opaque",
            note: "no tensor format is known",
            content: .segments([
                Segment(content: .frames([frame(0x22, 1_048_576), frame(0x33, 251_424)]))
            ])
        ),
        "manifest-inline.hex": Manifest(
            oid: digest(0x11),
            size: 5,
            layout: "opaque",
            note: "",
            content: .segments([Segment(content: .inline(Array("hello".utf8)))])
        ),
        "manifest-tensors.hex": Manifest(
            oid: digest(0x11),
            size: 168,
            layout: "safetensors",
            note: "",
            content: .segments(tensors)
        ),
        "manifest-root.hex": Manifest(
            oid: digest(0x11),
            size: 5_000_000_000,
            layout: "opaque",
            note: "",
            content: .parts([
                Manifest.Part(frame: frame(0x77, 4_194_304), byteCount: 4_294_967_296),
                Manifest.Part(frame: frame(0x88, 1234), byteCount: 705_032_704),
            ])
        ),
    ]

    static let tensors = [
        Segment(content: .inline(Array("{}      ".utf8))),
        Segment(
            name: "layer.0.wéight",
            type: DataType(rawValue: 11),
            shape: [2, 3],
            statistics: TensorStatistics(
                count: 6,
                zeros: 1,
                notNumbers: 2,
                infinities: 3,
                mean: 0.5,
                standardDeviation: 0.25,
                minimum: -1,
                maximum: 2,
                norm: 2.5
            ),
            content: .frames([frame(0x44, 12)])
        ),
        Segment(
            name: "bias",
            type: DataType(rawValue: 12),
            statistics: TensorStatistics(
                count: 1,
                zeros: 0,
                notNumbers: 0,
                infinities: 0,
                mean: 1,
                standardDeviation: 0,
                minimum: 1,
                maximum: 1,
                norm: 1
            ),
            content: .inline([0, 0, 0x80, 0x3f])
        ),
        Segment(
            name: "q",
            type: DataType(rawValue: 128 + 12),
            shape: [1, 256],
            content: .frames([frame(0x55, 100), frame(0x66, 44)])
        ),
    ]

    @Test(arguments: manifests)
    func `A manifest is written as its golden file and read from it`(name: String, manifest: Manifest) throws {
        let golden = try GoldenFile.bytes(name)
        #expect(manifest.encoded == golden)
        #expect(try golden.withUnsafeBytes { try Manifest(parsing: $0) } == manifest)
    }

    static let comparison = ObjectComparison(
        oid: digest(0x11),
        size: 168,
        base: digest(0x22),
        unchangedCount: 300,
        changes: [
            TensorChange(
                file: "a/ü.tenso",
                name: "layer.0.wéight",
                kind: .changed(
                    from: TensorForm(type: .bf16, shape: [2, 3]),
                    to: TensorForm(type: .bf16, shape: [2, 3]),
                    .measured(
                        TensorComparison(
                            count: 6,
                            changed: 2,
                            distance: 0.5,
                            norm: 2.5,
                            baseNorm: 2,
                            maximumDifference: 0.25,
                            cosine: -0.75
                        )
                    )
                )
            ),
            TensorChange(
                file: "",
                name: "bias",
                kind: .changed(
                    from: TensorForm(type: .f32, shape: [256]),
                    to: TensorForm(type: .f16, shape: []),
                    .otherForm
                )
            ),
            TensorChange(file: "", name: "q", kind: .changed(from: blocks, to: blocks, .noNumbers)),
            TensorChange(file: "", name: "r", kind: .changed(from: scalar, to: scalar, .unmeasured)),
            TensorChange(file: "", name: "s", kind: .added(TensorForm(type: .f32, shape: [5]))),
            TensorChange(file: "b", name: "t", kind: .removed(TensorForm(type: .f64, shape: []))),
        ]
    )
    private static let blocks = TensorForm(type: DataType(rawValue: 128 + 12), shape: [256])
    private static let scalar = TensorForm(type: .f32, shape: [])

    @Test func `A comparison is written as its golden file and read from it`() throws {
        let golden = try GoldenFile.bytes("comparison.hex")
        #expect(GoldenTests.comparison.encodedParts() == [golden])
        let part = try golden.withUnsafeBytes { try ObjectComparison.Part(parsing: $0) }
        #expect(ObjectComparison(joining: [part]) == GoldenTests.comparison)
    }

    @Test func `A part of a manifest is written as its golden file and read from it`() throws {
        let segments = [
            Segment(content: .frames([frame(0x99, 4_194_304)])), Segment(content: .frames([frame(0xaa, 1)])),
        ]
        let golden = try GoldenFile.bytes("manifest-part.hex")
        #expect(Manifest.encodedPart(segments) == golden)
        #expect(try golden.withUnsafeBytes { try Manifest.segments(ofPart: $0, covering: 4_194_305) } == segments)
    }
}

/// A digest whose bytes are all the same, which a reviewer sees at once in a golden file.
private func digest(_ byte: UInt8) -> Digest {
    let word = UInt64(byte) * 0x0101_0101_0101_0101
    return Digest(words: (word, word, word, word))
}

private func frame(_ byte: UInt8, _ byteCount: Int) -> FrameReference {
    FrameReference(id: digest(byte), byteCount: byteCount)
}
