import Git
import ModelCore
import Testing

@testable import Registry

struct StageHistoryTests {
    private let production: StageName
    private let bert: ModelName

    init() throws {
        production = try StageName("production")
        bert = try ModelName("bert")
    }

    private func history(_ scratch: Scratch) async throws -> StageHistory {
        let repository = try await scratch.open()
        let tags = try await RegistryTags.read(in: repository)
        return StageHistory(tags, versions: tags.versions(plainModel: nil))
    }

    private func versions(_ scratch: Scratch) async throws {
        for number in 0...2 {
            try await scratch.commit()
            try await scratch.tag("bert@v1.\(number).0", date: 1_700_000_100 + number)
        }
    }

    @Test func `A stage has the version that was promoted last and not demoted since`() async throws {
        let scratch = try await Scratch()
        try await versions(scratch)
        try await scratch.tag("bert#production#1", on: "bert@v1.0.0", date: 1_700_000_200)
        try await scratch.tag("bert#production#2", on: "bert@v1.2.0", date: 1_700_000_300)
        try await scratch.tag("bert#production#3", on: "bert@v1.1.0", date: 1_700_000_400)
        try await scratch.tag("bert#production!#4", on: "bert@v1.1.0", date: 1_700_000_500)
        let history = try await history(scratch)
        let found = history.assignments(of: bert, to: production).map(\.versionText)
        #expect(found == ["v1.2.0", "v1.0.0"])
        #expect(history.current(of: bert, in: production, at: 1_700_000_499)?.versionText == "v1.1.0")
        #expect(history.current(of: bert, in: production, at: 1_700_000_100) == nil)
        #expect(history.last(of: bert, in: production)?.tag == "bert#production!#4")
        #expect(history.nextCounter(of: bert) == 5)
        #expect(history.nextTime(of: bert, now: 1_600_000_000) == 1_700_000_501)
        #expect(history.nextTime(of: bert, now: 1_800_000_000) == 1_800_000_000)
    }

    @Test func `A version is made when it is said to be, but after what took it or its model back`() async throws {
        let scratch = try await Scratch()
        try await versions(scratch)
        try await scratch.tag("bert@v1.0.0!", on: "bert@v1.0.0", date: 1_700_000_300)
        try await scratch.tag("bert@deprecated", on: "bert@v1.0.0", date: 1_700_000_400)
        try await scratch.tag("bert#production#1", on: "bert@v1.1.0", date: 1_700_000_900)
        let (first, second) = (try SemanticVersion("v1.0.0"), try SemanticVersion("v1.1.0"))
        var history = try await history(scratch)
        #expect(history.versionTime(of: first, bert, now: 1_600_000_000) == 1_700_000_301)
        #expect(history.versionTime(of: first, bert, now: 1_700_000_500) == 1_700_000_500)
        #expect(history.versionTime(of: second, bert, now: 1_600_000_000) == 1_600_000_000)
        try await scratch.tag("bert@deprecated#2", on: "bert@v1.1.0", date: 1_700_001_000)
        history = try await self.history(scratch)
        #expect(history.versionTime(of: second, bert, now: 1_600_000_000) == 1_700_001_001)
    }

    @Test func `A version is made after what GTO registered as the same one, and counts`() async throws {
        let scratch = try await Scratch()
        try await versions(scratch)
        try await scratch.tag("bert@v1.2.0#6", date: 1_700_000_700)
        let version = try SemanticVersion("v1.2.0")
        let time = try await history(scratch).versionTime(of: version, bert, now: 1_600_000_000)
        #expect(time == 1_700_000_701)
        try await scratch.tag("bert@v1.2.0#5", date: 1_700_000_600)
        try await scratch.git("tag", "--delete", "bert@v1.2.0")
        try await scratch.tag("bert@v1.2.0", date: Int(time))
        let tags = try await RegistryTags.read(in: try await scratch.open())
        #expect(tags.versions(plainModel: nil).filter { $0.version == version }.map(\.tag.text) == ["bert@v1.2.0"])
    }

    @Test func `Names without a number, in one second, lightweight and foreign tags`() async throws {
        let scratch = try await Scratch()
        try await versions(scratch)
        try await scratch.tag("bert#production", on: "bert@v1.1.0", date: 1_700_000_300)
        try await scratch.tag("bert#production#1", on: "bert@v1.2.0", date: 1_700_000_300)
        try await scratch.git("tag", "bert#production#9", "bert@v1.0.0")
        try await scratch.git("tag", "bert#production#7", "bert@v1.0.0^{commit}")
        try await scratch.tag("dir=bert#production#8", on: "bert@v1.0.0", date: 1_700_000_900)
        try await scratch.tag("bert#production#x", on: "bert@v1.0.0", date: 1_700_000_900)
        let history = try await history(scratch)
        #expect(history.current(of: bert, in: production)?.versionText == "v1.2.0")
        #expect(history.events.count == 2)
        // What says nothing has taken its name all the same.
        #expect(history.nextCounter(of: bert) == 10)
    }

    private static let highNumbers: [(taken: [UInt64], next: UInt64)] = [
        ([.max], 3), ([.max - 1, .max], 3), ([limit, limit + 1], 3), ([limit - 1, limit, limit + 1, .max], limit + 2),
    ]
    private static let limit: UInt64 = 1 << 53

    @Test(arguments: highNumbers)
    func `A number that nothing could come after ends no model's numbers`(taken: [UInt64], next: UInt64) async throws {
        let scratch = try await Scratch()
        try await versions(scratch)
        try await scratch.tag("bert#production#2", on: "bert@v1.1.0", date: 1_700_000_200)
        for number in taken {
            try await scratch.tag("bert#production#\(number)", on: "bert@v1.0.0", date: 1_700_000_300)
        }
        #expect(try await history(scratch).nextCounter(of: bert) == next)
    }

    @Test func `A stage has a version that GTO numbered, and numbers go on behind it`() async throws {
        let scratch = try await Scratch()
        try await versions(scratch)
        try await scratch.commit()
        try await scratch.tag("bert@v2.0.0#7", date: 1_700_000_200)
        try await scratch.tag("bert#production#8", date: 1_700_000_300)
        let history = try await history(scratch)
        #expect(history.current(of: bert, in: production)?.version?.tag.text == "bert@v2.0.0#7")
        #expect(history.nextCounter(of: bert) == 9)
    }

    @Test func `A version that was taken back is in no stage`() async throws {
        let scratch = try await Scratch()
        try await versions(scratch)
        try await scratch.tag("bert#production#1", on: "bert@v1.0.0", date: 1_700_000_200)
        try await scratch.tag("bert#production#2", on: "bert@v1.1.0", date: 1_700_000_300)
        try await scratch.tag("bert@v1.1.0!", on: "bert@v1.1.0", date: 1_700_000_400)
        #expect(try await history(scratch).current(of: bert, in: production)?.versionText == "v1.0.0")
    }

    @Test func `A commit that no version was made of may be in a stage, as GTO allows`() async throws {
        let scratch = try await Scratch()
        let commit = try await scratch.commit()
        try await scratch.tag("bert#production#1", date: 1_700_000_200)
        let event = try #require(try await history(scratch).current(of: bert, in: production))
        #expect(event.version == nil && event.versionText == commit.abbreviated)
    }

    @Test func `An event that names no version is of one that was there when it happened`() async throws {
        let scratch = try await Scratch()
        try await scratch.commit()
        try await scratch.tag("bert@v1.0.0-rc.1", date: 1_700_000_100)
        try await scratch.tag("bert#production#1", date: 1_700_000_200)
        try await scratch.tag("bert@v1.0.0", date: 1_700_000_300)
        #expect(try await history(scratch).current(of: bert, in: production)?.versionText == "v1.0.0-rc.1")
        try await scratch.tag("bert@v1.0.0-rc.1!", date: 1_700_000_400)
        #expect(try await history(scratch).current(of: bert, in: production) == nil)
    }

    @Test func `A message that speaks of something else is a contradiction`() async throws {
        let scratch = try await Scratch()
        try await versions(scratch)
        let trailers = StageTrailers(
            stage: production,
            model: bert,
            version: try SemanticVersion("v1.1.0"),
            previous: nil,
            gates: ["a\nb"]
        )
        let message = VersionTag.message(subject: "S", body: "", trailers: trailers.text)
        #expect(StageTrailers(message: message)?.gates == ["a b"])
        try await scratch.tag("bert#production#1", message, on: "bert@v1.1.0", date: 1_700_000_200)
        #expect(try await history(scratch).current(of: bert, in: production)?.contradiction == nil)
        try await scratch.tag("bert#production#2", message, on: "bert@v1.0.0", date: 1_700_000_300)
        #expect(try await history(scratch).current(of: bert, in: production)?.contradiction != nil)
    }

    @Test func `A deprecated model is one until something comes after it`() async throws {
        let scratch = try await Scratch()
        try await versions(scratch)
        try await scratch.tag("bert@deprecated", date: 1_700_000_200)
        #expect(try await history(scratch).deprecated == [bert: "bert@deprecated"])
        try await scratch.tag("bert#production#1", on: "bert@v1.0.0", date: 1_700_000_300)
        #expect(try await history(scratch).deprecated.isEmpty)
    }

    @Test func `Names with slashes have references that are no directories of each other`() throws {
        let names = [
            StageReference.name(of: try ModelName("a/b"), try StageName("c")),
            StageReference.name(of: try ModelName("a"), try StageName("b/c")),
            StageReference.name(of: try ModelName("a"), try StageName("b")),
        ]
        #expect(Set(names).count == 3)
        for name in names { #expect(!names.contains { $0.hasPrefix(name + "/") } && GitReferenceName.isValid(name)) }
    }
}
