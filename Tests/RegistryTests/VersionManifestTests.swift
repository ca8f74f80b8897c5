import ModelCore
import Testing

@testable import Registry

struct VersionManifestTests {
    private static func bytes(version: String, commit: String) -> [UInt8] {
        let manifest = VersionManifest(version: version, commit: commit, remotes: ["/srv/models"], artifacts: [])
        return manifest.encoded
    }

    @Test(arguments: ["small@v1.0.0", "HEAD~1", "größer", "a \"b\" \\", "👩‍🔬"])
    func `A name that people can read is taken as it is`(name: String) throws {
        let manifest = try VersionManifest(parsing: Self.bytes(version: name, commit: "0123abcd"))
        #expect(manifest.version == name && manifest.commit == "0123abcd")
    }

    @Test(arguments: [
        "x\nSigned by ada@example.com", "x\u{1B}[31m", "x\r", "\u{0}", "x\u{7F}", "x\u{9B}31m", "a\u{2028}b",
        "a\u{85}b",
    ])
    func `Neither the version nor the commit steers a terminal, or begins a line`(name: String) {
        for (version, commit) in [(name, "0123abcd"), ("v1.0.0", name)] {
            let error = #expect(throws: FormatError.self) {
                try VersionManifest(parsing: Self.bytes(version: version, commit: commit))
            }
            #expect(error?.description.contains("has control characters") == true)
        }
    }
}
