import Registry
import Testing

/// A version is chosen by the names of references alone.
@Suite struct AdvertisedVersionsTests {
    private static let names = [
        "refs/heads/main", "refs/tags/code-1", "refs/tags/bert@v1.0.0", "refs/tags/bert@v1.10.0",
        "refs/tags/bert@v1.9.0",
        "refs/tags/bert@v2.0.0-rc.1", "refs/tags/bert@v1.11.0", "refs/tags/bert@v1.11.0!",
    ]

    @Test(arguments: [
        ("v1.0.0", "refs/tags/bert@v1.0.0"), ("bert@v1.9.0", "refs/tags/bert@v1.9.0"),
        ("latest", "refs/tags/bert@v1.10.0"), ("bert@latest", "refs/tags/bert@v1.10.0"), ("main", "refs/heads/main"),
        ("code-1", "refs/tags/code-1"), ("refs/heads/main", "refs/heads/main"),
        ("v2.0.0-rc.1", "refs/tags/bert@v2.0.0-rc.1"),
        ("0123456789012345678901234567890123456789", "0123456789012345678901234567890123456789"),
    ])
    func `Words for a version lead to one reference`(text: String, reference: String) throws {
        #expect(try AdvertisedVersions(references: AdvertisedVersionsTests.names).reference(for: text) == reference)
    }

    @Test(arguments: ["v3.0.0", "other@v1.0.0", "other@latest", "dev", "-x", "", "0123"])
    func `Words that lead nowhere are refused`(text: String) throws {
        let versions = AdvertisedVersions(references: AdvertisedVersionsTests.names)
        #expect(throws: ResolutionError.self) { try versions.reference(for: text) }
    }

    @Test func `A version that two models have has to name one`() throws {
        let versions = AdvertisedVersions(references: AdvertisedVersionsTests.names + ["refs/tags/gpt@v1.0.0"])
        #expect(throws: ResolutionError.self) { try versions.reference(for: "v1.0.0") }
        #expect(throws: ResolutionError.self) { try versions.reference(for: "latest") }
        #expect(try versions.reference(for: "gpt@latest") == "refs/tags/gpt@v1.0.0")
        #expect(versions.newest.first == "bert@v2.0.0-rc.1")
    }
}
