import Codec
import ModelCore
import OCI
import SystemIO
import SystemPackage
import TestSupport
import Testing

/// Layouts on disk: what is written once stays, and two writers do each other no harm.
@Suite struct ImageLayoutTests {
    private func descriptor(_ bytes: [UInt8]) -> Descriptor {
        Descriptor(mediaType: "text/plain", digest: SHA256.digest(of: bytes), size: Int64(bytes.count))
    }

    private func path(_ layout: ImageLayout, _ digest: Digest) -> FilePath {
        layout.root.appending("blobs/sha256").appending(digest.hex)
    }

    @Test func `Content that is there stays, and what is damaged is written anew`() async throws {
        let files = try await ScratchFiles()
        let layout = try files.layout("layout")
        let bytes = Array("some content".utf8)
        let blob = descriptor(bytes)
        try await layout.add(blob, BlobContent(bytes)) { _ in }
        let before = try FileStatus.of(path(layout, blob.digest))
        try await layout.add(blob, BlobContent(bytes)) { _ in }
        #expect(try FileStatus.of(path(layout, blob.digest)) == before)
        #expect(try await layout.damage(of: blob) == nil)
        try DurableFile.write(Array("some CONTENT".utf8), to: path(layout, blob.digest))
        #expect(try await layout.damage(of: blob)?.hasPrefix("has the digest sha256:") == true)
        try await layout.add(blob, BlobContent(bytes)) { _ in }
        #expect(try await layout.damage(of: blob) == nil)
    }

    @Test func `Content of another digest takes no place`() async throws {
        let files = try await ScratchFiles()
        let layout = try files.layout("layout")
        let blob = descriptor(Array("wanted".utf8))
        await #expect(throws: OCIError.self) {
            try await layout.add(blob, BlobContent(Array("others".utf8))) { _ in }
        }
        #expect(try await !layout.contains(blob))
        #expect(try DirectoryEntry.all(in: layout.root.appending("blobs/sha256")).isEmpty)
    }

    @Test func `Two writers have their tags`() async throws {
        let files = try await ScratchFiles()
        try await files.writeAll()
        let image = try PlainImage(ScratchFiles.facts).prepare(try files.listing(), in: files.directory)
        let names = (0..<20).map { "v\($0)" }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for name in names {
                group.addTask {
                    let layout = try files.layout("layout")
                    try await layout.setTag(name, to: try await files.push(image, to: layout))
                }
            }
            try await group.waitForAll()
        }
        let layout = try files.layout("layout")
        // Who looks at it finds what image-spec lists, and nothing else.
        #expect(try Set(DirectoryEntry.all(in: layout.root).map(\.name)) == ["blobs", "index.json", "oci-layout"])
        for name in names {
            #expect(try await layout.manifest(.tag(name)).digest == image.manifest.descriptor.digest)
        }
        #expect(try await layout.removeTag("v3"))
        #expect(try await !layout.removeTag("v3"))
        await #expect(throws: OCIError.self) { try await layout.manifest(.tag("v3")) }
    }

    @Test func `A layout that was begun and never made is made by the next one`() async throws {
        let files = try await ScratchFiles()
        try files.scratch.write("", to: "../layout/oci-layout")
        #expect(throws: OCIError.self) {
            try ImageLayout(opening: files.scratch.home.appending("layout"), named: "begun", pool: ScratchFiles.pool)
        }
        let layout = try files.layout("layout")
        #expect(try await !layout.removeTag("v1"))
        _ = try ImageLayout(opening: layout.root, named: "made", pool: ScratchFiles.pool)
    }

    @Test func `A directory of other things is no layout`() async throws {
        let files = try await ScratchFiles()
        try files.scratch.write("mine", to: "../other/file")
        #expect(throws: OCIError.self) { try files.layout("other") }
        try files.scratch.write(#"{"imageLayoutVersion":"2.0.0"}"#, to: "../newer/oci-layout")
        #expect(throws: OCIError.self) { try files.layout("newer") }
        #expect(throws: OCIError.self) {
            try ImageLayout(opening: files.scratch.home.appending("none"), named: "none", pool: ScratchFiles.pool)
        }
    }

    @Test func `An image is made on another, of whose list the right one is taken`() async throws {
        let files = try await ScratchFiles()
        try await files.writeAll()
        let layout = try files.layout("base")
        var base = PlainImage(ScratchFiles.facts)
        base.entrypoint = ["old"]
        let below = try await files.push(try base.prepare(try files.listing(), in: files.directory), to: layout)
        var entry = Descriptor(mediaType: below.mediaType, digest: below.digest, size: Int64(below.bytes.count)).json
            .object
        entry?["platform"] = .object(["os": "linux", "architecture": "amd64"])
        let list = CanonicalJSON.bytes(
            of: .object([
                "schemaVersion": JSONValue(2), "mediaType": .string(MediaType.index),
                "manifests": .array([.object(try #require(entry))]),
            ])
        )
        try await layout.add(descriptor(list), BlobContent(list)) { _ in }
        let found = try await BaseImage(SHA256.digest(of: list), from: layout)
        var image = PlainImage(ScratchFiles.facts)
        image.base = found
        image.entrypoint = ["new", "words"]
        let made = try image.prepare(try files.listing(), in: files.directory)
        #expect(made.manifest.layers.count == 2 && made.manifest.layers[0] == found.layers[0])
        #expect(made.manifest.annotations[Annotation.baseDigest] == "\(SHA256.digest(of: list))")
        let target = try files.layout("target")
        let document = try await files.push(made, to: target, base: layout)
        let config = try await target.bytes(of: ImageManifest(parsing: document.bytes).config, limit: 1 << 20)
        #expect(try ImageConfig(parsing: config).entrypoint == ["new", "words"])
        for blob in made.manifest.blobs { #expect(try await target.damage(of: blob) == nil) }
    }
}
