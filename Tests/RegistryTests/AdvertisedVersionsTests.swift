@testable import Git
import ModelCore
import Testing

@testable import Registry

/// A version is chosen by references alone.
@Suite struct AdvertisedVersionsTests {
    /// References of annotated tags, and of branches, all of which lead to one commit.
    private static func references(_ names: [String]) throws -> [GitReference] {
        let commit = try #require(GitObjectID(String(repeating: "c", count: 40)))
        let tag = try #require(GitObjectID(String(repeating: "a", count: 40)))
        return names.map { name in
            GitReference(name: name, objectID: name.hasPrefix("refs/tags/") ? tag : commit, peeledID: commit)
        }
    }

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
        let versions = AdvertisedVersions(references: try Self.references(Self.names))
        #expect(try versions.reference(for: text) == reference)
    }

    @Test(arguments: ["v3.0.0", "other@v1.0.0", "other@latest", "dev", "-x", "", "0123"])
    func `Words that lead nowhere are refused`(text: String) throws {
        let versions = AdvertisedVersions(references: try Self.references(Self.names))
        #expect(throws: ResolutionError.self) { try versions.reference(for: text) }
    }

    @Test func `A version that two models have has to name one`() throws {
        let versions = AdvertisedVersions(references: try Self.references(Self.names + ["refs/tags/gpt@v1.0.0"]))
        #expect(throws: ResolutionError.self) { try versions.reference(for: "v1.0.0") }
        #expect(throws: ResolutionError.self) { try versions.reference(for: "latest") }
        #expect(try versions.reference(for: "gpt@latest") == "refs/tags/gpt@v1.0.0")
        #expect(versions.newest.first == "bert@v2.0.0-rc.1")
    }

    /// The commit that words mean by a clone, or why they mean none; and the same by its references alone.
    private static func both(_ text: String, in scratch: Scratch) async throws -> (clone: String, advertised: String) {
        let repository = try await scratch.open()
        let tags = try await RegistryTags.read(in: repository)
        let resolver = VersionResolver(
            repository,
            models: [],
            versions: tags.versions(plainModel: nil),
            tags: tags
        )
        let references = try await repository.objects.references(prefix: "refs/")
        let found = Result { () throws(ResolutionError) in
            try AdvertisedVersions(references: references).reference(for: text)
        }
        let clone: String
        do { clone = try await resolver.resolve(text).commit.hex } catch { clone = "\(error)" }
        switch found {
        case .success(let name): return (clone, try await repository.objects.resolve(name, to: .commit)?.hex ?? name)
        case .failure(let error): return (clone, "\(error)")
        }
    }

    @Test func `Words mean by references alone what they mean in a clone`() async throws {
        let scratch = try await Scratch()
        var commits: [String: String] = [:]
        for tag in [
            "bert@v1.0.0", "bert@v1.0.0#2", "bert@v1.1.0#9", "bert@v1.1.0#10", "bert@v1.2.0", "bert@v2.0.0-rc.1",
            "v0.5.0",
        ] {
            commits[tag] = try await scratch.commit().hex
            try await scratch.tag(tag)
        }
        try await scratch.tag("bert@v1.2.0!", on: "bert@v1.2.0^{}")
        try await scratch.commit()
        // GTO sees no lightweight tags, and so none of them is the latest version, or the last registration of one.
        try await scratch.git("tag", "bert@v3.0.0")
        try await scratch.git("tag", "bert@v1.0.0#7", "bert@v1.0.0^{}")
        try await scratch.git("tag", "bert@v4.0.0!")
        for (text, expected) in [
            ("latest", "bert@v1.1.0#10"), ("bert@latest", "bert@v1.1.0#10"), ("bert@v1.0.0", "bert@v1.0.0"),
            ("bert@v1.0.0#2", "bert@v1.0.0#2"), ("bert@v1.1.0#9", "bert@v1.1.0#9"), ("v1.2.0", "bert@v1.2.0"),
            ("v0.5.0", "v0.5.0"), ("tags/v0.5.0", "v0.5.0"), ("bert@v1.0.0#7", "bert@v1.0.0"),
        ] {
            let (clone, advertised) = try await Self.both(text, in: scratch)
            #expect(clone == commits[expected] && advertised == clone, "\(text): \(clone), \(advertised)")
        }
        let head = try await scratch.git("rev-parse", "HEAD")
        for text in ["v3.0.0", "bert@v3.0.0", "main", head] {
            let (clone, advertised) = try await Self.both(text, in: scratch)
            #expect(clone == head && advertised == head, "\(text): \(clone), \(advertised)")
        }
    }

    @Test func `Words that leave it open are refused as in a clone`() async throws {
        let scratch = try await Scratch()
        for tag in ["bert@v1.0.0", "bert@v1.0.0#2", "bert@v1.1.0", "v0.5.0"] {
            try await scratch.commit()
            try await scratch.tag(tag)
        }
        let two = "refs/tags/bert@v1.0.0 or refs/tags/bert@v1.0.0#2"
        func expect(_ refusals: [(String, String)]) async throws {
            for (text, refusal) in refusals {
                let (clone, advertised) = try await Self.both(text, in: scratch)
                #expect(clone == refusal && advertised == clone, "\(text): \(clone), \(advertised)")
            }
        }
        try await expect([
            ("v1.0.0", "v1.0.0 could be \(two)"), ("v9.0.0", "bert has no version v9.0.0"),
            ("gpt@latest", "there is no model gpt"), ("nowhere", "nowhere is neither a version nor a revision"),
        ])
        for name in ["latest", "v1.0.0", "v1.1.0"] { try await scratch.git("branch", GitArgument(name), "v0.5.0^{}") }
        try await expect([
            ("v1.0.0", "v1.0.0 could be \(two) or refs/heads/v1.0.0"),
            ("v1.1.0", "v1.1.0 could be bert@v1.1.0 or refs/heads/v1.1.0"),
            ("latest", "latest could be bert@v1.1.0 or refs/heads/latest"),
        ])
        try await scratch.commit()
        try await scratch.tag("alpha@v1.1.0")
        try await expect([
            ("v1.1.0", "v1.1.0 could be alpha@v1.1.0 or bert@v1.1.0 or refs/heads/v1.1.0"),
            ("latest", "latest could be alpha@latest or bert@latest or refs/heads/latest"),
        ])
    }

    @Test func `A plain tag above those that name a model leaves open which is the latest`() throws {
        let commits = ["1", "2"].compactMap { GitObjectID(String(repeating: $0, count: 40)) }
        let tag = try #require(GitObjectID(String(repeating: "a", count: 40)))
        let references = zip(["refs/tags/bert@v1.0.0", "refs/tags/v2.0.0"], commits).map { name, commit in
            GitReference(name: name, objectID: tag, peeledID: commit)
        }
        let versions = AdvertisedVersions(references: references)
        let error = #expect(throws: ResolutionError.self) { try versions.reference(for: "latest") }
        #expect(error.map { "\($0)" } == "latest could be bert@latest or refs/tags/v2.0.0")
        #expect(try versions.reference(for: "bert@latest") == "refs/tags/bert@v1.0.0")
        #expect(try versions.reference(for: "v2.0.0") == "refs/tags/v2.0.0")
    }
}
