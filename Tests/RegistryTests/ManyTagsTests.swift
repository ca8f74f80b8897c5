import FoundationEssentials
import Git
import ModelCore
import SystemPackage
import Testing

@testable import Registry

/// A repository with 12,000 tags, which says the same whatever is kept of them beside Git.
@Suite(.timeLimit(.minutes(5))) struct ManyTagsTests {
    private static let versionCount = 10_000
    private static let promotionCount = 2000

    /// What the tags say, as text.
    private struct Answer: Equatable {
        var versions: [String]
        var events: [String]
        var production: String?
        var sizes: Int64

        init(_ tags: RegistryTags) throws {
            let bert = try ModelName("bert")
            let versions = tags.versions(plainModel: nil)
            let history = StageHistory(tags, versions: versions)
            self.versions = versions.map { "\($0.tag) \($0.commit) \($0.annotation?.id.hex ?? "lightweight")" }
            events = history.events.map { "\($0.tag) \($0.versionText) \($0.time)" }
            production = history.current(of: bert, in: try StageName("production"))?.versionText
            sizes = versions.compactMap(\.size).reduce(0, +)
        }
    }

    private static func fill(_ scratch: Scratch) async throws {
        var text = ""
        func data(_ content: String) { text += "data \(content.utf8.count)\n\(content)\n" }
        func tag(_ name: String, _ mark: Int, _ time: Int, _ message: String) {
            text += "tag \(name)\nfrom :\(mark)\ntagger Ada <ada@example.com> \(time) +0000\n"
            data(message)
        }
        for mark in 1...100 {
            text += "commit refs/heads/main\nmark :\(mark)\ncommitter Ada <ada@example.com> 1700000000 +0000\n"
            data("Commit \(mark)\n")
        }
        for number in 0..<versionCount {
            let version = "v\(number / 1000).\(number / 10 % 100).\(number % 10)"
            let digest = String(repeating: "0", count: 60) + String(number + 10_000).suffix(4)
            let words = "Model: bert\nVersion: \(version)\nArtifact: a.bin file sha256:\(digest) \(number)\n"
            tag("bert@\(version)", number % 100 + 1, 1_700_000_000 + number, "bert \(version)\n\n\(words)")
        }
        for number in 0..<promotionCount {
            let stage = ["staging", "production"][number % 2]
            tag("bert#\(stage)#\(number + 1)", number % 100 + 1, 1_700_100_000 + number, "Promote\n")
        }
        try await scratch.git("fast-import", "--quiet", input: text)
        try await scratch.git("pack-refs", "--all")
    }

    @Test func `Tags say the same cold, warm, with a damaged cache, moved and deleted`() async throws {
        let scratch = try await Scratch()
        try await Self.fill(scratch)
        let cache = scratch.root.appending("kept/tags")
        func answer(_ path: FilePath? = nil) async throws -> Answer {
            try Answer(await RegistryTags.read(in: scratch.open(), cache: path))
        }
        let alone = try await answer()
        #expect(alone.versions.count == Self.versionCount && alone.events.count == Self.promotionCount)
        #expect(alone.sizes == Int64(Self.versionCount * (Self.versionCount - 1) / 2))
        #expect(alone.production != nil)
        #expect(try await answer(cache) == alone)
        let bytes = try Data(contentsOf: URL(filePath: cache.string))

        // Warm: Git's objects are not asked for.
        let (packs, aside) = (scratch.directory.appending(".git/objects/pack"), scratch.root.appending("aside"))
        try FileManager.default.moveItem(atPath: packs.string, toPath: aside.string)
        #expect(try await answer(cache) == alone)
        try FileManager.default.moveItem(atPath: aside.string, toPath: packs.string)

        var flipped = bytes
        flipped[bytes.count / 2] ^= 0x10
        let other = Data("gmtags9\n".utf8) + bytes.dropFirst(8)
        for damaged in [bytes.prefix(bytes.count - 1), flipped, other] {
            try damaged.write(to: URL(filePath: cache.string))
            #expect(try await answer(cache) == alone, "\(damaged.count) bytes")
            #expect(try Data(contentsOf: URL(filePath: cache.string)) == bytes, "it is written anew")
        }

        try await scratch.git("tag", "--delete", "bert@v9.99.9")
        try await scratch.tag("bert@v10.0.0", on: "bert@v0.0.0^{commit}", date: 1_700_200_000)
        try await scratch.git("tag", "--force", "bert@v0.0.1", "bert@v0.0.0^{commit}")
        try await scratch.git("update-ref", "refs/tags/bert#production#2000", "refs/tags/bert#production#2")
        let changed = try await answer(cache)
        #expect(try await changed == answer())
        #expect(changed.versions.count == Self.versionCount)
        #expect(changed.versions.contains { $0.hasPrefix("bert@v0.0.1 ") && $0.hasSuffix("lightweight") })
        #expect(changed.events.count == Self.promotionCount - 1, "a tag object under another name says nothing")
        #expect(try Data(contentsOf: URL(filePath: cache.string)) == bytes, "a few are not worth writing it again")

        // Most are gone: so are their objects.
        let gone = try await scratch.git("for-each-ref", "--format=delete %(refname)", "refs/tags/bert@v[0-7].*")
        try await scratch.git("update-ref", "--stdin", input: gone + "\n")
        #expect(try await answer(cache) == answer())
        #expect(try Data(contentsOf: URL(filePath: cache.string)).count < bytes.count / 2)
    }

    @Test func `A few tags are kept nowhere`() async throws {
        let scratch = try await Scratch()
        try await scratch.commit()
        for number in 0..<20 { try await scratch.tag("bert@v1.\(number).0") }
        let cache = scratch.root.appending("kept/tags")
        let tags = try await RegistryTags.read(in: scratch.open(), cache: cache)
        #expect(tags.versions(plainModel: nil).count == 20)
        #expect(!FileManager.default.fileExists(atPath: cache.string))
    }
}
