import ModelCore
import OCI
import SystemPackage
import TestSupport
import Testing

/// Registries that work, and one that does what registries should not.
@Suite struct RegistryTests {
    /// Content of several chunks, and some small files.
    private func prepared(in files: ScratchFiles) async throws -> PreparedImage {
        try await files.scratch.run("seq 6000000 > weights.bin && echo '{}' > config.json && : > empty").expectSuccess()
        return try ModelPack.prepare(ScratchFiles.facts, try files.listing(), in: files.directory)
    }

    private func requests(to registry: FaultyRegistry, in files: ScratchFiles) throws -> [Substring] {
        String(decoding: try files.scratch.read("../requests.log"), as: UTF8.self).split(separator: "\n")
    }

    @Test(arguments: ["drop", "cut", "forget", "busy", "login", "elsewhere", "sound"])
    func `Content gets there whole in spite of it`(fault: String) async throws {
        let files = try await ScratchFiles()
        let image = try await prepared(in: files)
        let registry = try await FaultyRegistry(in: files.scratch.home)
        let client = files.client(registry.authority, "\(fault)/model")
        let document = try await files.push(image, to: client)
        try await client.setTag("current", to: document)
        // What the registry behind has is what counts.
        let behind = files.client(registry.sound.authority, "\(fault)/model")
        #expect(try await behind.manifest(.tag("current")) == document)
        for blob in image.manifest.blobs {
            let bytes = try await behind.bytes(of: blob, limit: 1 << 30)
            #expect(Int64(bytes.count) == blob.size)
        }
    }

    @Test func `After a break, what got there is not sent again`() async throws {
        let files = try await ScratchFiles()
        let image = try await prepared(in: files)
        let registry = try await FaultyRegistry(in: files.scratch.home)
        try await files.push(image, to: files.client(registry.authority, "cut/model"))
        let ranges = try requests(to: registry, in: files).filter { $0.hasPrefix("PATCH ") }
            .compactMap { $0.split(separator: " ").last }
        #expect(ranges.filter { $0.hasPrefix("0-") }.count == 1, "\(ranges)")
        #expect(ranges.filter { $0.hasPrefix("16777216-") }.count == 3, "\(ranges)")
    }

    @Test func `Chunks are as large as the registry wants them, and what fits into one goes at once`() async throws {
        let files = try await ScratchFiles()
        let image = try await prepared(in: files)
        let registry = try await FaultyRegistry(in: files.scratch.home)
        try await files.push(image, to: files.client(registry.authority, "large/model"))
        let requests = try requests(to: registry, in: files)
        let ranges = requests.filter { $0.hasPrefix("PATCH ") }.compactMap { $0.split(separator: " ").last }
        #expect(ranges == ["0-20971519", "20971520-41943039", "41943040-46888895"], "\(ranges)")
        #expect(
            requests.filter { $0.hasPrefix("PUT ") && $0.contains("/uploads/") }.count == image.manifest.blobs.count
        )
    }

    @Test func `No other host gets a login`() async throws {
        let files = try await ScratchFiles()
        let image = try await prepared(in: files)
        let registry = try await FaultyRegistry(in: files.scratch.home)
        try await files.push(image, to: files.client(registry.authority, "elsewhere/model"))
        let requests = try requests(to: registry, in: files)
        let away = requests.filter { $0.contains(" localhost:") }
        #expect(away.count > 3 && away.allSatisfy { $0.contains(" - localhost:") }, "\(away)")
        #expect(requests.contains { $0.contains(" Bearer sesame 127.0.0.1:") })
    }

    @Test func `Content that a registry refuses is an error that says so, and no manifest follows`() async throws {
        let files = try await ScratchFiles()
        let image = try await prepared(in: files)
        let registry = try await FaultyRegistry(in: files.scratch.home)
        let client = files.client(registry.authority, "refuse/model")
        let error = await #expect(throws: OCIError.self) { try await files.push(image, to: client) }
        let text = error.map { "\($0)" } ?? ""
        #expect(text.hasPrefix("\(registry.authority)/refuse/model does not take sha256:"))
        #expect(text.hasSuffix(": status 400, DIGEST_INVALID: on purpose"))
        #expect(try requests(to: registry, in: files).allSatisfy { !$0.contains("/manifests/") })
    }

    @Test func `Another digest than the one that was sent is an error`() async throws {
        let files = try await ScratchFiles()
        let image = try await prepared(in: files)
        let registry = try await FaultyRegistry(in: files.scratch.home)
        let error = await #expect(throws: OCIError.self) {
            try await files.push(image, to: files.client(registry.authority, "lie/model"))
        }
        guard case .wrongDigest? = error else { return #expect(Bool(false), "\(error.map { "\($0)" } ?? "")") }
    }

    @Test func `A manifest that is not what its digest says is an error`() async throws {
        let files = try await ScratchFiles()
        let image = try await prepared(in: files)
        let registry = try await FaultyRegistry(in: files.scratch.home)
        let client = files.client(registry.authority, "other/model")
        let document = try await files.push(image, to: client)
        let error = await #expect(throws: OCIError.self) { try await client.manifest(.digest(document.digest)) }
        guard case .wrongDigest? = error else { return #expect(Bool(false), "\(error.map { "\($0)" } ?? "")") }
    }

    @Test func `A registry that is not there is unreachable, after several attempts`() async throws {
        let files = try await ScratchFiles()
        let error = await #expect(throws: OCIError.self) {
            try await files.client("127.0.0.1:1", "model").manifest(.tag("current"))
        }
        guard case .unreachable? = error else { return #expect(Bool(false), "\(error.map { "\($0)" } ?? "")") }
        #expect(error.map { "\($0)" }?.hasSuffix("also after 6 attempts") == true)
    }

    @Test func `Layers of a base image are taken over from another repository without sending them`() async throws {
        let files = try await ScratchFiles()
        try await files.writeAll()
        let registry = try await FaultyRegistry(in: files.scratch.home)
        let base = files.client(registry.authority, "sound/base")
        let below = try await files.push(
            try PlainImage(ScratchFiles.facts).prepare(try files.listing(), in: files.directory),
            to: base
        )
        try files.scratch.write("more", to: "more.txt")
        var image = PlainImage(ScratchFiles.facts)
        image.base = try await BaseImage(below.digest, from: base)
        let made = try image.prepare(try files.listing(), in: files.directory)
        let target = files.client(registry.authority, "sound/target")
        try await files.push(made, to: target, base: base)
        let layer = made.manifest.layers[0].digest
        let requests = try requests(to: registry, in: files)
        #expect(requests.contains { $0.contains("/v2/sound/target/blobs/uploads/?mount=\(layer)&from=sound%2Fbase") })
        #expect(try await target.damage(of: made.manifest.layers[0]) == nil)
        // To a layout they are fetched.
        let layout = try files.layout("layout")
        try await files.push(made, to: layout, base: base)
        #expect(try await layout.damage(of: made.manifest.layers[0]) == nil)
    }
}
