import TestSupport
import Testing

/// What the latest version of a model is, wherever it counts.
@Suite struct LatestVersionTests {
    @Test func `A version that nobody says they made is the latest nowhere`() async throws {
        let session = try await Session()
        var model = SafetensorsBytes([("layer.0", 80_000)], seed: 1)
        for number in 1...3 {
            model.train(seed: UInt64(10 + number))
            try session.scratch.write(model.bytes, to: "m.safetensors")
            try await session.succeed("add", "-q", "m.safetensors")
            try await session.shell("git commit -qm \(number)")
            if number < 3 { try await session.succeed("tag", "-q", "v\(number).0.0") }
        }
        try await session.shell("git tag small@v3.0.0")
        #expect(try await session.succeed("list").output.hasPrefix("small  v2.0.0  "))
        try await session.succeed("export", "site", "../site")
        let registry = try await session.shell("cat ../site/index.html")
        #expect(registry.contains("small/v2.0.0.html") && !registry.contains("small/v3.0.0.html"), "\(registry)")
        let page = try await session.shell("cat ../site/models/small/index.html")
        #expect(page.contains("<dt>latest</dt><dd><a href=\"../../models/small/v2.0.0.html\">v2.0.0</a>"), "\(page)")
        try await session.succeed("repack")
        let latest = try await session.succeed("show", "--tensors", "v2.0.0").output
        let other = try await session.succeed("show", "--tensors", "v3.0.0").output
        #expect(!latest.contains("difference, depth") && other.contains("difference, depth"), "\(latest)\(other)")
    }
}
