import FoundationEssentials
import Git
import SystemPackage
import Testing

@Suite("The index")
struct IndexTests {
    @Test(
        "has what was staged, whatever the name and whoever ignores it",
        arguments: Scratch.names + [":(top)x", "*.mver"]
    )
    func staging(_ name: String) async throws {
        let scratch = try Scratch()
        try await scratch.git("init", "--quiet", "work", in: scratch.root)
        let index = try await scratch.open(scratch.root.appending("work")).index
        try scratch.write("*\n", to: "work/.git/info/exclude")
        try scratch.write("x\n", to: "work/\(name)")
        try scratch.write("x\n", to: "work/other.mver")
        #expect(try await !index.isTracked(GitPath(name)))
        try await index.stage([GitPath(name)])
        let changes = try await index.changes(since: nil)
        #expect(changes.map(\.path) == [GitPath(name)])
        #expect(changes.first?.status == .added && changes.first?.oldMode.isAbsent == true)
        #expect(changes.first?.newMode.isFile == true && changes.first?.oldID.isZero == true)
        #expect(try await index.isTracked(GitPath(name)))
        try await index.untrack([GitPath(name), "never there"])
        #expect(try await index.entries().isEmpty)
        #expect(FileManager.default.fileExists(atPath: scratch.root.appending("work/\(name)").string))
    }

    @Test("of every sort lists and changes alike", arguments: ["plain", "split", "sparse", "cone"])
    func sorts(_ sort: String) async throws {
        let scratch = try Scratch()
        let sample = try await scratch.sample()
        switch sort {
        case "split": try await scratch.git("update-index", "--split-index", in: sample)
        case "sparse":
            try await scratch.git("sparse-checkout", "set", "--cone", "--sparse-index", "weights", in: sample)
        case "cone": try await scratch.git("sparse-checkout", "set", "--cone", "--sparse-index", "nothing", in: sample)
        default: break
        }
        let repository = try await scratch.open(sample)
        let head = try #require(try await repository.objects.resolve("HEAD"))
        let listed = try await repository.index.entries([.suffix(".mver")])
        let expected = try await repository.objects.entries(in: head, matching: .suffix(".mver"))
        #expect(listed.map(\.path) == expected.map(\.path) && listed.map(\.id) == expected.map(\.id))
        #expect(listed.map(\.mode) == expected.map(\.mode))
        #expect(listed.allSatisfy { $0.stage == 0 })
        try scratch.write("new\n", to: "sample/weights/deep/er/b c.mver")
        try scratch.write("new\n", to: "sample/elsewhere/new.mver")
        try await repository.index.stage(["weights/deep/er/b c.mver", "elsewhere/new.mver"])
        let changes = try await repository.index.changes(since: head, [.suffix(".mver")])
        #expect(changes.map(\.status) == [.added, .modified])
        try await repository.index.untrack(["weights"])
        let left = try await repository.index.entries([.path("weights")])
        #expect(left.isEmpty)
    }

    static let patterns: [(options: [String], leftOut: [GitPath])] = [
        (["--no-cone", "/*", "!/weights/deep/"], ["weights/deep/er/b c.mver"]),
        (
            ["--cone", "--sparse-index", "nothing"],
            ["weights/a.mver", "weights/deep/er/b c.mver", "weights/gewicht-ü.mver"]
        ),
    ]

    @Test("tells what a sparse checkout leaves out from what somebody removed", arguments: patterns)
    func leftOut(_ options: [String], _ expected: [GitPath]) async throws {
        let scratch = try Scratch()
        let sample = try await scratch.sample()
        let repository = try await scratch.open(sample)
        let places: [GitPathspec] = [.path("weights"), .path("plain.txt"), .path("nowhere")]
        try FileManager.default.removeItem(atPath: sample.appending("plain.txt").string)
        #expect(try await repository.leftOut(places).isEmpty)
        try await scratch.program(sample).run(["sparse-checkout", "set"] + options.map { GitArgument($0) })
        #expect(!FileManager.default.fileExists(atPath: sample.appending("plain.txt").string))
        let found = try await repository.leftOut(places)
        #expect(found.map(\.path) == expected)
        #expect(found == (try await repository.index.entries(places)).filter { expected.contains($0.path) })
        #expect(try await repository.leftOut([]).isEmpty)
    }

    @Test("says which path is deleted, changed in type, or in conflict")
    func statuses() async throws {
        let scratch = try Scratch()
        let sample = try await scratch.sample()
        let index = try await scratch.open(sample).index
        try FileManager.default.removeItem(atPath: sample.appending("z.mver").string)
        try FileManager.default.removeItem(atPath: sample.appending("plain.txt").string)
        try FileManager.default.createSymbolicLink(
            atPath: sample.appending("plain.txt").string,
            withDestinationPath: "run.sh"
        )
        try await index.stage(["z.mver", "plain.txt"])
        let head = try await scratch.open(sample).objects.head().commit
        let changes = try await index.changes(since: head)
        #expect(changes.map { "\($0.status.rawValue) \($0.path)" } == ["T plain.txt", "D z.mver"])
        #expect(changes.first?.newMode.isSymbolicLink == true && changes.last?.newID.isZero == true)
        try await scratch.git("reset", "--quiet", "--hard", in: sample)
        try await scratch.git("checkout", "--quiet", "light", in: sample)
        try scratch.write("mine\n", to: "sample/weights/a.mver")
        try await scratch.git("commit", "--quiet", "--all", "--message=mine", in: sample)
        try await scratch.program(sample).run(["merge", "--quiet", "side"], accepting: [1])
        let stages = try await index.entries([.path("weights/a.mver")]).map(\.stage)
        #expect(stages == [1, 2, 3])
    }

    @Test("names the rule that ignores a path, and only when one does")
    func ignoring() async throws {
        let scratch = try Scratch()
        let sample = try await scratch.sample()
        try scratch.write("# none\n*.bin\n!kept.bin\nnew*\n", to: "sample/weights/.gitignore")
        let index = try await scratch.open(sample).index
        let paths: [GitPath] = [
            "weights/x.bin", "weights/kept.bin", "weights/new\nline", "plain.txt", "weights/a.mver",
        ]
        let rules = try await index.ignoringRules(for: paths)
        #expect(rules.count == 2)
        let first = try #require(rules["weights/x.bin"])
        #expect(first.source == "weights/.gitignore" && first.line == 2 && first.pattern == "*.bin")
        #expect(rules["weights/new\nline"]?.line == 4)
        #expect(try await index.ignoringRules(for: ["plain.txt"]).isEmpty)
    }

    @Test("knows the rule about a path that looks like a pathspec")
    func ignoringLiterally() async throws {
        let scratch = try Scratch()
        let sample = try await scratch.sample()
        try scratch.write("/x\n/:(icase)y\n", to: "sample/.git/info/exclude")
        let rules = try await scratch.open(sample).index.ignoringRules(for: ["x", ":x", ":(icase)y"])
        #expect(rules.mapValues(\.line) == ["x": 1, ":(icase)y": 2])
    }

    @Test("knows what Git LFS tracks")
    func attributes() async throws {
        let scratch = try Scratch()
        let sample = try await scratch.sample()
        try scratch.write(
            "*.bin filter=lfs diff=lfs -text\nset.bin filter\nnot.bin -filter\n",
            to: "sample/.gitattributes"
        )
        let index = try await scratch.open(sample).index
        let values = try await index.attribute("filter", of: ["a.bin", "set.bin", "not.bin", "x.txt", "new\nline.bin"])
        #expect(values == ["a.bin": "lfs", "set.bin": "set", "new\nline.bin": "lfs"])
    }
}
