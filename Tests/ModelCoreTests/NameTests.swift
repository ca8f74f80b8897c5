import Testing

@testable import ModelCore

struct NameTests {
    @Test(arguments: ["a", "7", "bert-base", "a/b_c", "A--b", "org/model-v2", "v1"])
    func `GTO's names are names`(_ text: String) throws {
        #expect(try ModelName(text).text == text)
        #expect(try StageName(text).text == text)
    }

    @Test(arguments: [
        ("", RegistryNameError.Problem.empty), ("-a", .firstCharacter), ("a-", .lastCharacter), ("/a", .firstCharacter),
        ("a/", .lastCharacter), ("_a", .firstCharacter), ("a.b", .character(".")), ("a b", .character(" ")),
        ("a@b", .character("@")), ("a#b", .character("#")), ("modèle", .character("è")), ("a//b", .emptyComponent),
        ("a\n", .character("\n")), (String(repeating: "a", count: 201), .tooLong), ("e\u{301}a", .character("\u{301}")),
    ])
    func `Other texts are refused with the reason`(_ text: String, _ problem: RegistryNameError.Problem) {
        #expect(throws: RegistryNameError(subject: .model, text: text, problem: problem)) { try ModelName(text) }
        #expect(throws: RegistryNameError(subject: .stage, text: text, problem: problem)) { try StageName(text) }
    }

    @Test(arguments: ["latest", "v1.0.0", "v1.0.0-rc"])
    func `A stage is not called like a version`(_ text: String) {
        #expect(throws: RegistryNameError.self) { try StageName(text) }
    }

    @Test(arguments: [
        ("my model.v2", "my-model-v2"), ("  x  ", "x"), ("..a..", "a"), ("modèle", "mod-le"), ("a!!b", "a-b"),
        ("org//m", "org/m"), ("a/-", "a"), ("bert", "bert"), ("a--b", "a--b"), ("***", nil), ("", nil), ("模型", nil),
    ])
    func `Any text becomes the nearest name`(_ text: String, _ name: String?) throws {
        let model = ModelName(sanitising: text)
        #expect(model?.text == name)
        if let model { #expect(try ModelName(model.text) == model) }
    }
}

struct TagNameTests {
    @Test(arguments: [
        ("bert@v1.2.3", "bert", "v1.2.3"), ("org/bert@v1.0.0-rc.1+x", "org/bert", "v1.0.0-rc.1+x"),
        ("v0.1.0", nil, "v0.1.0"), ("bert@v1.2.3#14", "bert", "v1.2.3"),
    ])
    func `A version's tag names model and version`(_ text: String, _ model: String?, _ version: String) throws {
        let tag = try #require(TagName(text))
        #expect(tag.model?.text == model)
        #expect(tag.version.description == version)
        #expect(tag.text == text)
        #expect(TagName(reference: "refs/tags/" + text) == tag)
        #expect(tag.reference == "refs/tags/" + text)
    }

    @Test(arguments: [
        "", "bert", "@v1.0.0", "bert@1.0.0", "bert@v1", "bert@v1.0.0!", "bert@v1.0.0#02", "bert@v1.0.0#",
        "bert@v1.0.0#x", "bert#prod", "a.b@v1.0.0",
        "path=name@v1.0.0", "a@b@v1.0.0", "bert@latest", "bert@deprecated", "release-v1.0.0",
    ])
    func `Other tags are none of a version`(_ text: String) {
        #expect(TagName(text) == nil)
        #expect(TagName(reference: "refs/heads/v1.0.0") == nil)
    }

    @Test func `A repository's style decides about the model in the tag`() throws {
        let model = try ModelName("bert")
        #expect(TagName(model: model, version: .first, style: .qualified).text == "bert@v0.1.0")
        #expect(TagName(model: model, version: .first, style: .plain).text == "v0.1.0")
    }

    @Test(arguments: [
        ("m@v1.2.3", "m", "registration", nil), ("m@v1.2.3#4", "m", "registration", 4),
        ("m@v1.2.3!", "m", "deregistration", nil), ("m@v1.2.3!#5", "m", "deregistration", 5),
        ("m#prod#1", "m", "assignment", 1), ("m#prod", "m", "assignment", nil), ("m#prod!#2", "m", "unassignment", 2),
        ("m@deprecated", "m", "deprecation", nil), ("m@deprecated#3", "m", "deprecation", 3),
        ("m@created", "m", "creation", nil), ("path/to=m@v1.0.0", "path/to:m", "registration", nil),
    ])
    func `GTO's tags are recognised`(_ text: String, _ artifact: String, _ kind: String, _ counter: UInt64?) throws {
        let event = try #require(GTOEvent(text))
        #expect(event.artifact == artifact)
        #expect(event.counter == counter)
        #expect("\(event.kind)".hasPrefix(kind))
    }

    @Test(arguments: [
        "v1.0.0", "m", "m@", "m#", "@v1.0.0", "m@v1", "m@deprecated!", "m@foo", "m##1", "m#prod#x#y", "=m@v1.0.0",
        "a b=m@v1.0.0",
    ])
    func `What GTO would ignore is no event`(_ text: String) {
        #expect(GTOEvent(text) == nil)
    }
}

struct VersionQueryTests {
    private static func candidates(_ text: String) throws -> [VersionQuery.Candidate] {
        try VersionQuery(text).candidates
    }

    @Test func `A query has every meaning that its text may have`() throws {
        let bert = try ModelName("bert")
        let version = try SemanticVersion("v1.2.3")
        #expect(try Self.candidates("v1.2.3") == [.version(nil, version), .revision("v1.2.3")])
        #expect(try Self.candidates("bert@v1.2.3") == [.version(bert, version), .revision("bert@v1.2.3")])
        #expect(try Self.candidates("latest") == [.latest(nil), .revision("latest")])
        #expect(try Self.candidates("bert@latest") == [.latest(bert), .revision("bert@latest")])
        #expect(try Self.candidates("bert@prod") == [.stage(bert, StageName("prod")), .revision("bert@prod")])
        #expect(try Self.candidates("main") == [.stage(nil, StageName("main")), .revision("main")])
    }

    @Test(arguments: [
        "HEAD~2", "HEAD^", "main@{yesterday}", "@", "@{u}", "v1.2", ":/fix", "a..b", "refs/tags/v1.0.0^{}",
    ])
    func `What can be no name is a revision`(_ text: String) throws {
        let candidates = try Self.candidates(text)
        #expect(candidates.last == .revision(text))
        #expect(text == "v1.2" || text == "refs/tags/v1.0.0^{}" || candidates.count == 1)
    }

    @Test func `Texts that Git would misunderstand are refused`() {
        #expect(throws: VersionQueryError.empty) { try VersionQuery("") }
        #expect(throws: VersionQueryError.option("--all")) { try VersionQuery("--all") }
        #expect(throws: VersionQueryError.controlCharacter("a\n")) { try VersionQuery("a\n") }
    }
}
