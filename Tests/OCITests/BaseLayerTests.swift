import ModelCore
import OCI
import TestSupport
import Testing
import Transport

/// Layers of base images, larger than what is read at once, as registries give them.
@Suite struct BaseLayerTests {
    /// A base image in a registry, and one that is made on it.
    private struct Sample {
        let files: ScratchFiles
        let registry: FaultyRegistry
        let base: RegistryClient
        let made: PreparedImage

        init(_ fault: String) async throws {
            files = try await ScratchFiles()
            registry = try await FaultyRegistry(in: files.scratch.home)
            try await files.scratch.run("seq 6000000 > weights.bin").expectSuccess()
            let below = try await files.push(
                try PlainImage(ScratchFiles.facts).prepare(try files.listing(), in: files.directory),
                to: files.client(registry.sound.authority, "\(fault)/base")
            )
            base = files.client(registry.authority, "\(fault)/base")
            try await files.scratch.run("rm weights.bin && echo more > more.txt").expectSuccess()
            var image = PlainImage(ScratchFiles.facts)
            image.base = try await BaseImage(below.digest, from: base)
            made = try image.prepare(try files.listing(), in: files.directory)
        }

        /// Puts the image that is made into a layout, for which the layer below has to be fetched.
        func run() async throws -> ImageLayout {
            let layout = try files.layout("layout")
            try await files.push(made, to: layout, base: base)
            return layout
        }

        /// What was asked for of the layer, a line each: the range, or `-`.
        func ranges() throws -> [String] {
            let lines = String(decoding: try files.scratch.read("../requests.log"), as: UTF8.self).split(
                separator: "\n"
            )
            let layer = "/blobs/\(made.manifest.layers[0].digest) "
            return lines.filter { $0.hasPrefix("GET ") && $0.contains(layer) }
                .compactMap { $0.split(separator: " ").last.map(String.init) }
        }
    }

    @Test(arguments: ["sound", "whole", "stop", "halt", "flow"])
    func `A layer gets here whole in spite of it`(fault: String) async throws {
        let sample = try await Sample(fault)
        let layer = sample.made.manifest.layers[0]
        #expect(layer.size > 40 << 20)
        let layout = try await sample.run()
        #expect(try await layout.damage(of: layer) == nil)
    }

    @Test func `After a break, what got here is not sent again`() async throws {
        let sample = try await Sample("stop")
        _ = try await sample.run()
        let ranges = try sample.ranges()
        #expect(ranges.count == 3 && ranges[0] == "-", "\(ranges)")
        let starts = ranges.dropFirst().compactMap { Int64($0.dropFirst("bytes=".count).prefix { $0 != "-" }) }
        #expect(starts.count == 2 && starts[0] >= 4 << 20 && starts[1] > starts[0], "\(ranges)")
    }

    @Test(arguments: [("halt", 3), ("flow", 4)])
    func `A registry without ranges is asked for everything again, and for no range any more`(
        fault: String,
        count: Int
    ) async throws {
        let sample = try await Sample(fault)
        _ = try await sample.run()
        let ranges = try sample.ranges()
        #expect(ranges.count == count && ranges[1] != "-" && ranges.count { $0 != "-" } == 1, "\(ranges)")
    }

    @Test(arguments: [
        ("more", "is longer than its manifest says"), ("less", "is shorter than its manifest says"),
        ("altered", "has another content: its digest is sha256:"),
        ("shift", "it gives another range of sha256:"),
    ]) func `Content that is not what the manifest says gets nowhere`(fault: String, message: String) async throws {
        let sample = try await Sample(fault)
        let error = await #expect(throws: OCIError.self) { try await sample.run() }
        let text = error.map { "\($0)" } ?? ""
        #expect(text.contains(message) && text.hasPrefix(sample.base.description), "\(text)")
        let layout = try sample.files.layout("layout")
        #expect(try await !layout.contains(sample.made.manifest.layers[0]))
        await #expect(throws: OCIError.self) {
            try await layout.manifest(.digest(sample.made.manifest.descriptor.digest))
        }
    }

    @Test(
        arguments: [
            ("bytes 5-9/10", 5), ("bytes 0-0/*", 0), ("Bytes 16777216-20/21", 16_777_216), ("bytes */10", nil),
            ("5-9/10", nil), ("bytes x-9/10", nil), ("", nil),
        ] as [(String, Int64?)]
    ) func `Where a part begins is read from its answer`(field: String, start: Int64?) {
        let response = HTTPResponse(status: 206, fields: ["Content-Range": field], bytes: [])
        #expect(response.rangeStart == start)
        #expect(HTTPResponse(status: 200, fields: [:], bytes: []).rangeStart == nil)
    }
}
