import Codec
import ModelCore
import SystemIO
import SystemPackage
import TestSupport
import Testing

@testable import OCI

/// Images and ModelPacks as values: of the same files always the same.
@Suite struct ImageTests {
    @Test func `Digests are the same for ever`() async throws {
        let files = try await ScratchFiles()
        try await files.writeAll()
        let pack = try ModelPack.prepare(ScratchFiles.facts, try files.listing(), in: files.directory)
        #expect(
            pack.manifest.descriptor.digest.hex == "cde44270726ca950563c8dcdfc60a9816c2a2a4621e8f1fb4f3f86a11993d1c3"
        )
        var image = PlainImage(ScratchFiles.facts)
        image.entrypoint = ["python3", "serve.py"]
        image.modelPack = pack.manifest.descriptor.digest
        let made = try image.prepare(try files.listing(), in: files.directory)
        #expect(
            made.manifest.descriptor.digest.hex == "726fb7b82af3a7817613d2eee86ef3b5c39d55468f7d28298202183f7398324b"
        )
    }

    @Test func `A manifest is canonical, and is read as it was written`() async throws {
        let files = try await ScratchFiles()
        try await files.writeAll()
        let manifest = try ModelPack.prepare(ScratchFiles.facts, try files.listing(), in: files.directory).manifest
        let text = String(decoding: manifest.encoded, as: UTF8.self)
        #expect(text.hasPrefix(#"{"annotations":{"git-model.release.digest":"sha256:bb"#))
        #expect(!text.contains("\n") && !text.contains(": "))
        #expect(try ImageManifest(parsing: manifest.encoded) == manifest)
        #expect(manifest.annotations[Annotation.version] == "1.2.0+a")
        #expect(manifest.annotations[Annotation.created] == "2026-01-02T03:04:05Z")
    }

    @Test func `A ModelPack has a layer for each file, in the order of paths, and follows links`() async throws {
        let files = try await ScratchFiles()
        try await files.writeAll()
        let pack = try ModelPack.prepare(ScratchFiles.facts, try files.listing(), in: files.directory)
        let layers = pack.manifest.layers
        let names = layers.map { $0.annotations[Annotation.filePath] ?? "" }
        #expect(names == names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } && names.count == 8)
        let link = try #require(layers.first { $0.annotations[Annotation.title] == "link.json" })
        let config = try #require(layers.first { $0.annotations[Annotation.title] == "weights/config.json" })
        #expect(link.digest == config.digest)
        #expect(config.mediaType == "application/vnd.cncf.model.weight.config.v1.raw")
        #expect(pack.manifest.artifactType == "application/vnd.cncf.model.manifest.v1+json")
    }

    @Test func `A link to a directory cannot be in a ModelPack`() async throws {
        let files = try await ScratchFiles()
        try files.scratch.write("x", to: "a/b")
        try await files.scratch.run("ln -s a c").expectSuccess()
        let listing = try files.listing()
        #expect(throws: OCIError.self) { try ModelPack.prepare(ScratchFiles.facts, listing, in: files.directory) }
    }

    @Test func `Large files are layers of their own, which stay when others change`() async throws {
        let files = try await ScratchFiles()
        try await files.scratch.run("truncate -s 64M big.bin; truncate -s 64M also.bin; echo 1 > small").expectSuccess()
        let first = try PlainImage(ScratchFiles.facts).prepare(try files.listing(), in: files.directory).manifest.layers
        try files.scratch.write("2", to: "small")
        let second = try PlainImage(ScratchFiles.facts).prepare(try files.listing(), in: files.directory).manifest
            .layers
        #expect(first.count == 3 && first.prefix(2) == second.prefix(2) && first[2] != second[2])
    }

    @Test(arguments: [
        (99, 0, 99, 1), (100, 0, 99, 2), (191, 0, 99, 2), (191, 40, 59, 4), (191, 98, 1, 191), (3, 400, 1, 3),
        (0, 0, 0, 0),
    ]) func `There are no more layers than Docker takes`(large: Int, base: Int, layers: Int, most: Int) throws {
        let digest = SHA256.digest(of: [])
        func entry(_ path: String, _ size: Int64) throws -> TreeEntry {
            TreeEntry(mode: .regular, size: size, digest: digest, path: try RepositoryPath(path))
        }
        let entries = try (0..<large).map { try entry("part-\($0 + 1000)", 64 << 20) } + [entry("small", 1)]
        let groups = PlainImage.groups(of: try TreeListing(entries), on: base)
        #expect(groups.count == layers + 1 && groups.last?.map(\.path.text) == ["small"])
        #expect(groups.flatMap { $0 } == entries && groups.map(\.count).max() == max(most, 1))
    }

    @Test(arguments: [
        ("model.safetensors", ModelFileKind.weight), ("a.GGUF", .weight), ("config.json", .weightConfig),
        ("tokenizer.model", .weightConfig), ("LICENSE", .document), ("README.md", .document), ("serve.py", .code),
        ("train.csv", .dataset), ("unknown", .weight), ("json", .weight), ("vocab.txt", .weightConfig),
        (".json", .weightConfig),
    ]) func `Files are sorted by their names`(name: String, kind: ModelFileKind) {
        #expect(ModelFileKind(of: name) == kind)
    }

    @Test func `A Dockerfile says what the image has`() {
        var facts = ScratchFiles.facts
        facts.license = "a \"$b\"\nRUN evil"
        let text = Dockerfile.text(facts, base: "docker.io/library/python@sha256:1", entrypoint: ["python3", "a b.py"])
        #expect(text.hasPrefix("FROM docker.io/library/python@sha256:1\nCOPY models/ /models/\nLABEL "))
        #expect(text.contains("\nLABEL org.opencontainers.image.licenses=\"a \\\"\\$b\\\" RUN evil\"\n"))
        #expect(text.contains("\nENV GIT_MODEL_HOST=\"0.0.0.0\"\nENV GIT_MODEL_PORT=\"8080\"\n"))
        #expect(text.hasSuffix("\nWORKDIR /models\nEXPOSE 8080\nENTRYPOINT [\"python3\",\"a b.py\"]\n"))
        #expect(Dockerfile.text(facts, base: nil, entrypoint: []).hasPrefix("FROM scratch\nCOPY"))
    }

    @Test func `A serve command listens where the container is reached`() {
        let words = ["python", "serve.py", "--port={port}", "{dir}/m.onnx"]
        #expect(PlainImage.entrypoint(serving: words) == ["python", "serve.py", "--port=8080", "/models/m.onnx"])
        #expect(PlainImage.entrypoint(serving: ["serve", "{socket}"]) == nil)
    }

    @Test(arguments: [
        "", "[]", "{}", #"{"schemaVersion":2}"#, #"{"schemaVersion":2,"layers":[],"config":{}}"#,
        #"{"schemaVersion":2,"layers":[{"mediaType":"x","digest":"sha512:ab","size":1}],"config":{}}"#,
        #"{"schemaVersion":2,"layers":[],"config":{"mediaType":"x","digest":"sha256:0","size":1}}"#,
    ]) func `What is no manifest is refused`(text: String) {
        #expect(throws: FormatError.self) { try ImageManifest(parsing: Array(text.utf8)) }
    }
}
