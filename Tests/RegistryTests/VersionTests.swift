import Git
import ModelCore
import SystemPackage
import Testing

@testable import Registry

private func trailers(_ model: String, _ version: String, _ byte: UInt8 = 1) throws -> VersionTrailers {
    VersionTrailers(
        model: try ModelName(model),
        version: try SemanticVersion(version),
        artifacts: [.init(path: try RepositoryPath("w/a b.bin"), pointer: try pointer(byte, size: 7))]
    )
}

struct VersionTagTests {
    @Test(arguments: [
        ("Subject", "", "Subject"), ("Two\nlines", "\n\n  Body\r\nmore\n\n", "Two lines\n\n  Body\nmore"),
        ("S", "Text\n\nModel: other\nVersion: v9.9.9\n", "S\n\nText\n\nModel: other\nVersion: v9.9.9"),
    ])
    func `A message ends with the trailers`(_ subject: String, _ body: String, _ expected: String) throws {
        let trailers = try trailers("bert", "v1.0.0")
        let message = VersionTag.message(subject: subject, body: body, trailers: trailers.text)
        #expect(message == expected + "\n\n" + trailers.text)
        #expect(try VersionTag.trailers(of: message) == trailers)
        let parts = expected.split(separator: "\n\n", maxSplits: 1).map(String.init)
        #expect(VersionTag.subject(of: message) == parts[0])
        #expect(VersionTag.body(of: message) == (parts.count == 2 ? parts[1] : ""))
    }

    @Test(arguments: [
        "", "Release", "Release\n\nSigned-off-by: A <a@b>\n", "Model: a\nVersion: v1.0.0\n\nAfterwards\n",
    ])
    func `A message of somebody else has no trailers of ours`(_ message: String) throws {
        #expect(try VersionTag.trailers(of: message) == nil)
    }

    @Test func `Damaged trailers are an error`() {
        #expect(throws: FormatError.self) { try VersionTag.trailers(of: "S\n\nModel: a b\n") }
        #expect(throws: FormatError.self) { try VersionTag.trailers(of: "S\n\nModel: a\r\nVersion: v1.0.0\r\n") }
    }

    @Test func `Git reads the trailers too`() async throws {
        let scratch = try await Scratch()
        try await scratch.commit()
        let trailers = try trailers("bert", "v1.0.0")
        let message = VersionTag.message(subject: "S", body: "# no comment", trailers: trailers.text)
        try await scratch.open().createTag(
            "bert@v1.0.0",
            on: try #require(GitObjectID(try await scratch.git("rev-parse", "HEAD"))),
            message: message
        )
        let read = try await scratch.git("for-each-ref", "--format=%(contents:trailers)", "refs/tags")
        #expect(read == trailers.text)
        #expect(try await scratch.git("for-each-ref", "--format=%(contents)", "refs/tags") == message)
    }
}

struct ModelVersionTests {
    private static func all(_ scratch: Scratch, plain: String? = nil) async throws -> [ModelVersion] {
        try await RegistryTags.read(in: scratch.open()).versions(plainModel: plain.map { try ModelName($0) })
    }

    @Test func `Versions are listed by model and precedence with what their tags say`() async throws {
        let scratch = try await Scratch()
        let commit = try await scratch.commit()
        let text = try trailers("bert", "v1.0.0")
        try await scratch.tag("bert@v1.10.0")
        try await scratch.tag("bert@v1.9.0")
        try await scratch.tag("bert@v1.0.0", VersionTag.message(subject: "First", body: "Why", trailers: text.text))
        try await scratch.tag("bert@v1.0.0-rc.1")
        try await scratch.tag("alpha@v2.0.0")
        try await scratch.git("tag", "bert@v0.1.0")
        for other in ["bert@1.0.0", "bert#prod#1", "release", "bert@deprecated"] { try await scratch.tag(other) }
        let versions = try await Self.all(scratch)
        #expect(
            versions.map(\.tag.text)
                == ["alpha@v2.0.0", "bert@v0.1.0", "bert@v1.0.0-rc.1", "bert@v1.0.0", "bert@v1.9.0", "bert@v1.10.0"]
        )
        #expect(versions.allSatisfy { $0.commit == commit && !$0.isSigned && $0.problem == nil && !$0.isDeregistered })
        #expect(versions[1].annotation == nil && versions[1].trailers == nil)
        #expect(versions[3].trailers == text && versions[3].size == 7)
        #expect(versions[3].annotation?.tagger?.name == "Charles Babbage")
        #expect(versions[3].annotation?.tagger?.time == 1_700_000_100)
        let id = try await scratch.git("rev-parse", "bert@v1.0.0^{tag}")
        #expect(versions[3].annotation?.id.hex == id)
        #expect(versions[4].trailers == nil && versions[4].size == nil && versions[4].annotation != nil)
    }

    @Test func `A plain tag is a version where it says so or the repository uses them`() async throws {
        let scratch = try await Scratch()
        try await scratch.commit()
        try await scratch.tag("v1.0.0", "A release of the code")
        try await scratch.tag(
            "v1.1.0",
            VersionTag.message(subject: "S", body: "", trailers: try trailers("bert", "v1.1.0").text)
        )
        #expect(try await Self.all(scratch).map(\.tag.text) == ["v1.1.0"])
        #expect(try await Self.all(scratch).map(\.model.text) == ["bert"])
        #expect(
            try await Self.all(scratch, plain: "alpha").map { "\($0.model) \($0.version)" } == [
                "alpha v1.0.0", "bert v1.1.0",
            ]
        )
    }

    @Test func `Tags of no commit are left out, tags of tags are not`() async throws {
        let scratch = try await Scratch()
        try scratch.write("x", to: "x")
        let commit = try await scratch.commit()
        try await scratch.tag("bert@v1.0.0")
        try await scratch.tag("bert@v1.1.0", on: "bert@v1.0.0")
        try await scratch.tag("bert@v1.2.0", on: "HEAD:x")
        try await scratch.tag("bert@v1.3.0", on: "HEAD^{tree}")
        try await scratch.git("tag", "bert@v1.4.0", "HEAD:x")
        let versions = try await Self.all(scratch)
        #expect(versions.map(\.version.description) == ["v1.0.0", "v1.1.0"])
        #expect(versions.map(\.commit) == [commit, commit])
    }

    @Test func `A tag object under another name is not believed`() async throws {
        let scratch = try await Scratch()
        try await scratch.commit()
        try await scratch.tag(
            "bert@v1.0.0",
            VersionTag.message(subject: "S", body: "", trailers: try trailers("bert", "v1.0.0").text)
        )
        try await scratch.git("update-ref", "refs/tags/bert@v2.0.0", "refs/tags/bert@v1.0.0")
        try await scratch.tag(
            "other",
            VersionTag.message(subject: "S", body: "", trailers: try trailers("bert", "v3.0.0").text)
        )
        try await scratch.git("update-ref", "refs/tags/bert@v3.0.0", "refs/tags/other")
        try await scratch.tag("bert@v4.0.0", "S\n\nModel: bert\nVersion: 4\n")
        let versions = try await Self.all(scratch)
        #expect(versions.map { $0.trailers != nil } == [true, false, false, false])
        #expect(versions[0].problem == nil)
        #expect(versions[1].problem == "the tag's message is about bert@v1.0.0")
        #expect(versions[2].problem == "the tag was made as other")
        #expect(versions[3].problem == "the version tag is damaged: \"Version: 4\"")
    }

    @Test func `A version that GTO took back is marked until it is registered again`() async throws {
        let scratch = try await Scratch()
        try await scratch.commit()
        try await scratch.tag("bert@v1.0.0", date: 1_700_000_100)
        try await scratch.tag("bert@v1.1.0", date: 1_700_000_100)
        try await scratch.tag("bert@v1.1.0!", date: 1_700_000_200)
        try await scratch.tag("bert@v1.0.0!#1", date: 1_700_000_050)
        #expect(try await Self.all(scratch).map(\.isDeregistered) == [false, true])
    }
}

struct VersionResolverTests {
    /// Commits and tags in a row: each name is a tag of its own commit.
    private static func scratch(_ tags: [String]) async throws -> (Scratch, [String: GitObjectID]) {
        let scratch = try await Scratch()
        var commits: [String: GitObjectID] = [:]
        for tag in tags {
            commits[tag] = try await scratch.commit()
            try await scratch.tag(tag)
        }
        return (scratch, commits)
    }

    private static func resolve(
        _ text: String,
        in scratch: Scratch,
        models: [String] = [],
        plain: String? = nil
    ) async throws -> ResolvedVersion {
        let repository = try await scratch.open()
        let tags = try await RegistryTags.read(in: repository)
        let versions = tags.versions(plainModel: try plain.map { try ModelName($0) })
        let models = try models.map { try ModelName($0) }
        return try await VersionResolver(repository, models: models, versions: versions, tags: tags)
            .resolve(text)
    }

    private static func failure(_ text: String, in scratch: Scratch, models: [String] = []) async -> String {
        do { return "\(try await resolve(text, in: scratch, models: models))" } catch {
            switch error as? ResolutionError {
            case .unknownVersion(_, _, let near), .unknown(_, let near): return "\(error); near \(near)"
            case .unknownModel(_, let known): return "\(error); known \(known)"
            default: return "\(error)"
            }
        }
    }

    @Test func `A version, latest, and any revision of Git are found`() async throws {
        let (scratch, commits) = try await Self.scratch(["bert@v1.0.0", "bert@v1.1.0", "bert@v2.0.0-rc.1"])
        for text in ["v1.1.0", "bert@v1.1.0", "latest", "bert@latest"] {
            let found = try await Self.resolve(text, in: scratch)
            #expect(found.commit == commits["bert@v1.1.0"] && found.version?.tag.text == "bert@v1.1.0")
            #expect(found.name == "bert@v1.1.0")
        }
        for text in ["HEAD", "main", "bert@v2.0.0-rc.1^{}", "refs/tags/bert@v2.0.0-rc.1"] {
            let found = try await Self.resolve(text, in: scratch)
            #expect(found.commit == commits["bert@v2.0.0-rc.1"] && found.version == nil && found.name == text)
        }
    }

    @Test func `With several models the words that leave it open are ambiguous`() async throws {
        let (scratch, commits) = try await Self.scratch(["alpha@v1.0.0", "bert@v1.0.0", "bert@v2.0.0"])
        #expect(await Self.failure("v1.0.0", in: scratch) == "v1.0.0 could be alpha@v1.0.0 or bert@v1.0.0")
        #expect(await Self.failure("latest", in: scratch) == "latest could be alpha@latest or bert@latest")
        #expect(try await Self.resolve("bert@latest", in: scratch).commit == commits["bert@v2.0.0"])
        #expect(try await Self.resolve("v2.0.0", in: scratch).commit == commits["bert@v2.0.0"])
        #expect(
            await Self.failure("v3.0.0", in: scratch) == "v3.0.0 is neither a version nor a revision; near []"
        )
    }

    @Test func `With several models only what exists is a candidate, Git's own names too`() async throws {
        let (scratch, commits) = try await Self.scratch(["alpha@v1.0.0", "bert@v2.0.0-rc.1", "v0.9.0"])
        #expect(try await Self.resolve("latest", in: scratch).commit == commits["alpha@v1.0.0"])
        #expect(try await Self.resolve("v0.9.0", in: scratch).commit == commits["v0.9.0"])
        try await scratch.git("branch", "latest", "HEAD")
        #expect(await Self.failure("latest", in: scratch) == "latest could be alpha@v1.0.0 or refs/heads/latest")
        try await scratch.git("tag", "-am", "v2", "bert@v2.0.0", "alpha@v1.0.0")
        #expect(
            await Self.failure("latest", in: scratch)
                == "latest could be alpha@latest or bert@latest or refs/heads/latest"
        )
        try await scratch.git("tag", "v2.0.0", "HEAD")
        #expect(await Self.failure("v2.0.0", in: scratch) == "v2.0.0 could be bert@v2.0.0 or refs/tags/v2.0.0")
    }

    @Test func `A tag of the code by the same words is not taken for the model's`() async throws {
        let (scratch, commits) = try await Self.scratch(["bert@v1.0.0", "v1.0.0", "v3.0.0"])
        #expect(await Self.failure("v1.0.0", in: scratch) == "v1.0.0 could be bert@v1.0.0 or refs/tags/v1.0.0")
        #expect(try await Self.resolve("bert@v1.0.0", in: scratch).commit == commits["bert@v1.0.0"])
        #expect(try await Self.resolve("refs/tags/v1.0.0", in: scratch).commit == commits["v1.0.0"])
        #expect(try await Self.resolve("v3.0.0", in: scratch).commit == commits["v3.0.0"])
        try await scratch.git("branch", "latest", "HEAD")
        #expect(await Self.failure("latest", in: scratch) == "latest could be bert@v1.0.0 or refs/heads/latest")
    }

    @Test func `In a repository of plain tags the tag is the version`() async throws {
        let (scratch, commits) = try await Self.scratch(["v1.0.0", "v1.1.0"])
        for text in ["v1.1.0", "latest", "bert@v1.1.0", "bert@latest"] {
            let found = try await Self.resolve(text, in: scratch, models: ["bert"], plain: "bert")
            #expect(found.commit == commits["v1.1.0"] && found.version?.model.text == "bert")
        }
    }

    @Test func `Two tags of one version on two commits are ambiguous unless named whole`() async throws {
        let (scratch, commits) = try await Self.scratch(["bert@v1.0.0", "v1.0.0"])
        #expect(try await Self.resolve("bert@v1.0.0", in: scratch, plain: "bert").commit == commits["bert@v1.0.0"])
        #expect(try await Self.resolve("v1.0.0", in: scratch, plain: "bert").commit == commits["v1.0.0"])
    }

    @Test func `What does not exist is refused with what does`() async throws {
        let (scratch, _) = try await Self.scratch(["bert@v1.0.0", "bert@v1.2.0", "bert@v1.2.1", "bert@v2.0.0"])
        #expect(
            await Self.failure("v1.2.7", in: scratch)
                == "bert has no version v1.2.7; near [\"v1.2.1\", \"v1.2.0\", \"v1.0.0\"]"
        )
        #expect(
            await Self.failure("bert@v3.0.0", in: scratch).hasPrefix("bert has no version v3.0.0; near [\"v2.0.0\"")
        )
        #expect(
            await Self.failure("1.2", in: scratch)
                == "1.2 is neither a version nor a revision; near [\"v1.2.1\", \"v1.2.0\"]"
        )
        #expect(await Self.failure("bert@2.0.0", in: scratch).hasSuffix("near [\"bert@v2.0.0\"]"))
        #expect(await Self.failure("gpt@v1.0.0", in: scratch) == "there is no model gpt; known [bert]")
        #expect(await Self.failure("bert@prod", in: scratch).hasPrefix("bert has no version prod; near ["))
        #expect(await Self.failure("nowhere", in: scratch) == "nowhere is neither a version nor a revision; near []")
        #expect(await Self.failure("-x", in: scratch) == "-x is no version: it begins with \"-\"")
        #expect(
            await Self.failure("alpha@latest", in: scratch, models: ["alpha"]) == "alpha has no version latest; near []"
        )
    }

    @Test func `Without any model a version is unknown`() async throws {
        let scratch = try await Scratch()
        try await scratch.commit()
        #expect(await Self.failure("v1.0.0", in: scratch) == "v1.0.0 is neither a version nor a revision; near []")
        #expect(await Self.failure("latest", in: scratch) == "latest is neither a version nor a revision; near []")
    }

    @Test func `A version that GTO numbered is found by its number, without it, and as latest`() async throws {
        let (scratch, commits) = try await Self.scratch(["bert@v1.0.0", "bert@v1.1.0#4"])
        for text in ["bert@v1.1.0", "v1.1.0", "bert@v1.1.0#4", "latest"] {
            let found = try await Self.resolve(text, in: scratch)
            #expect(found.name == "bert@v1.1.0#4" && found.commit == commits["bert@v1.1.0#4"], "\(text)")
        }
    }

    @Test func `Of several registrations of a version the last counts, and undoes that it was taken back`() async throws
    {
        let scratch = try await Scratch()
        try await scratch.commit()
        for (place, tag) in ["bert@v1.0.0#2", "bert@v1.0.0", "bert@v1.0.0!#3"].enumerated() {
            try await scratch.tag(tag, date: 1_700_000_100 + place)
        }
        try await scratch.git("tag", "bert@v1.0.0#9")
        func versions() async throws -> [ModelVersion] {
            try await RegistryTags.read(in: scratch.open()).versions(plainModel: nil)
        }
        #expect(try await versions().map(\.tag.text) == ["bert@v1.0.0"])
        #expect(try await versions().map(\.isDeregistered) == [true])
        try await scratch.tag("bert@v1.0.0#4", date: 1_700_000_200)
        #expect(try await versions().map(\.tag.text) == ["bert@v1.0.0#4"])
        #expect(try await versions().map(\.isDeregistered) == [false])
        try await scratch.commit()
        try await scratch.tag("bert@v1.0.0#5", date: 1_700_000_300)
        #expect(await Self.failure("v1.0.0", in: scratch).contains("refs/tags/bert@v1.0.0#5"), "two commits are two")
    }

    @Test func `Latest is none that GTO took back`() async throws {
        let (scratch, commits) = try await Self.scratch(["bert@v1.0.0", "bert@v1.1.0", "bert@v1.1.0!"])
        #expect(try await Self.resolve("latest", in: scratch).commit == commits["bert@v1.0.0"])
        #expect(try await Self.resolve("v1.1.0", in: scratch).commit == commits["bert@v1.1.0"])
    }
}

struct NextVersionTests {
    private static func refusal(_ version: String, _ scratch: Scratch) async throws -> String? {
        let repository = try await scratch.open()
        let versions = try await RegistryTags.read(in: repository).versions(plainModel: nil)
        let head = try #require(try await repository.objects.head().commit)
        let refusal = try await NextVersion.refusal(
            of: SemanticVersion(version),
            at: head,
            among: versions,
            in: repository
        )
        switch refusal {
        case .exists(let version): return "exists \(version.version)"
        case .unchanged(let version): return "unchanged \(version.version)"
        case nil: return nil
        }
    }

    @Test func `The first version is v0.1.0, and then the highest is bumped`() async throws {
        let scratch = try await Scratch()
        try await scratch.commit()
        #expect(NextVersion.bumped(.major, after: [])?.description == "v0.1.0")
        for tag in ["bert@v1.2.3", "bert@v0.9.0", "bert@v2.0.0-rc.1"] { try await scratch.tag(tag) }
        let versions = try await RegistryTags.read(in: scratch.open()).versions(plainModel: nil)
        #expect(NextVersion.bumped(.minor, after: versions)?.description == "v2.0.0")
        #expect(NextVersion.bumped(.minor, after: Array(versions.dropLast()))?.description == "v1.3.0")
    }

    @Test func `A version needs a change since the one before`() async throws {
        let scratch = try await Scratch()
        try scratch.write("1", to: "a")
        try await scratch.commit()
        #expect(try await Self.refusal("v1.0.0", scratch) == nil)
        try await scratch.tag("bert@v1.0.0-rc.1")
        #expect(try await Self.refusal("v1.0.0", scratch) == nil, "a release may be its pre-release")
        #expect(try await Self.refusal("v1.0.0-rc.2", scratch) == "unchanged v1.0.0-rc.1")
        #expect(try await Self.refusal("v1.0.0-rc.1", scratch) == "exists v1.0.0-rc.1")
        try await scratch.tag("bert@v1.0.0")
        #expect(try await Self.refusal("v1.0.1", scratch) == "unchanged v1.0.0")
        #expect(try await Self.refusal("v0.9.0", scratch) == "unchanged v1.0.0")
        #expect(try await Self.refusal("v1.0.0+cuda", scratch) == "unchanged v1.0.0")
        #expect(try await Self.refusal("v1.1.0-rc.1", scratch) == "unchanged v1.0.0")
        try await scratch.commit()
        #expect(try await Self.refusal("v1.0.1", scratch) == "unchanged v1.0.0", "an empty commit changes nothing")
        try scratch.write("2", to: "a")
        try await scratch.commit()
        #expect(try await Self.refusal("v1.0.1", scratch) == nil)
        #expect(try await Self.refusal("v1.0.0", scratch) == "exists v1.0.0")
    }
}
