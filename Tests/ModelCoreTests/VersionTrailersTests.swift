import Testing

@testable import ModelCore

private let oid = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
private let manifest = String(repeating: "0a", count: 32)

struct VersionTrailersTests {
    private static func trailers() throws -> VersionTrailers {
        let digest = try #require(Digest(hex: oid))
        return VersionTrailers(
            model: try ModelName("org/bert"),
            version: try SemanticVersion("v1.2.3"),
            artifacts: [
                .init(path: try RepositoryPath("w/my model.bin"), pointer: Pointer(oid: digest, size: 0, kind: .file)),
                .init(
                    path: try RepositoryPath("a\n-b"),
                    pointer: Pointer(oid: digest, size: 12, kind: .tree),
                    manifest: Digest(hex: manifest)
                ),
            ]
        )
    }

    private static let text = """
        Model: org/bert
        Version: v1.2.3
        Artifact: "a\\n-b" tree sha256:\(oid) 12
        Artifact: "w/my model.bin" file sha256:\(oid) 0
        Manifest: sha256:\(manifest) "a\\n-b"

        """

    @Test func `Trailers are written in one order and read back`() throws {
        #expect(try Self.trailers().text == Self.text)
        #expect(try VersionTrailers(parsing: Self.text) == Self.trailers())
    }

    @Test func `Trailers of later versions are skipped`() throws {
        #expect(try VersionTrailers(parsing: Self.text + "Later: 1234\nx\n: y\n") == Self.trailers())
    }

    @Test func `The run and the metrics of a version are trailers, too`() throws {
        let bare = try Self.trailers()
        let trailers = VersionTrailers(
            model: bare.model,
            version: bare.version,
            artifacts: bare.artifacts,
            run: "1234",
            metrics: ["val loss": 0.5, "accuracy": .infinity]
        )
        #expect(trailers.text == Self.text + "Run: 1234\nMetric: inf accuracy\nMetric: 0.5 \"val loss\"\n")
        #expect(try VersionTrailers(parsing: trailers.text) == trailers)
        #expect(throws: FormatError.self) { try VersionTrailers(parsing: Self.text + "Metric: high accuracy\n") }
    }

    @Test(arguments: ["", "Signed-off-by: A <a@b>\n", "Just text.", "Version: v1.0.0\n"])
    func `Another paragraph is none`(_ text: String) throws {
        #expect(try VersionTrailers(parsing: text) == nil)
    }

    @Test(arguments: [
        "Model: a b\nVersion: v1.0.0\n", "Model: a\n", "Model: a\nVersion: 1.0\n",
        "Model: a\nModel: b\nVersion: v1.0.0\n",
        "Model: a\nVersion: v1.0.0\nVersion: v1.0.0\n", "Model: a\nVersion: v1.0.0\nArtifact: x file sha256:\(oid)\n",
        "Model: a\nVersion: v1.0.0\nArtifact: ../x file sha256:\(oid) 1\n",
        "Model: a\nVersion: v1.0.0\nArtifact: x y file sha256:\(oid) 1\n",
        "Model: a\nVersion: v1.0.0\nArtifact: x file sha256:\(oid) 01\n",
        "Model: a\nVersion: v1.0.0\nArtifact: x dir sha256:\(oid) 1\n",
        "Model: a\nVersion: v1.0.0\nArtifact: \"x\" file sha256:\(oid) 1\n",
        "Model: a\nVersion: v1.0.0\nArtifact: x file sha256:\(oid) 1\nArtifact: x file sha256:\(oid) 2\n",
        "Model: a\nVersion: v1.0.0\nManifest: sha256:\(manifest) x\n",
        "Model: a\nVersion: v1.0.0\nArtifact: x file sha256:\(oid) 1\nManifest: \(manifest) x\n",
        "Model: a\nVersion: v1.0.0\nArtifact: x file sha256:\(oid)\nkind file 1\n",
    ])
    func `Trailers that break a rule are refused as a whole`(_ text: String) {
        #expect(throws: FormatError.self) { try VersionTrailers(parsing: text) }
    }
}
