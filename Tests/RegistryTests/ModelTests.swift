import Git
import ModelCore
import SystemPackage
import Testing

@testable import Registry

struct ModelDescriptionTests {
    private static func parse(_ text: String) throws -> ModelDescription {
        try ModelDescription(ModelName("org/bert"), parsing: Array(text.utf8))
    }

    @Test func `A description is written sorted, with what others put into it`() throws {
        var model = try Self.parse(
            #"{"task": "fill-mask", "x": {"n": 1.50, "m": [1e3]}, "artifacts": ["b", "a", "b"], "card": "README.md"}"#
        )
        model.add(try RepositoryPath("Z"))
        model.add(try RepositoryPath("a"))
        model.metadata["license"] = "MIT"
        let expected = """
            {
              "artifacts": [
                "Z",
                "a",
                "b"
              ],
              "card": "README.md",
              "metadata": {
                "license": "MIT"
              },
              "task": "fill-mask",
              "x": {
                "m": [
                  1e3
                ],
                "n": 1.50
              }
            }

            """
        #expect(String(decoding: model.encoded, as: UTF8.self) == expected)
        #expect(try Self.parse(expected) == model)
        #expect(model.path == ".mver/models/org/bert.json")
        #expect(try model.remove(RepositoryPath("b")))
        #expect(try !model.remove(RepositoryPath("b")))
    }

    @Test func `A new description is small`() throws {
        let model = ModelDescription(try ModelName("bert"))
        #expect(String(decoding: model.encoded, as: UTF8.self) == "{\n  \"artifacts\": []\n}\n")
    }

    @Test(arguments: [
        ("[]", "it is no JSON object"), (#"{"artifacts": "a"}"#, "\"artifacts\" is no list of paths"),
        (#"{"artifacts": [1]}"#, "\"artifacts\" is no list of paths"),
        (#"{"artifacts": ["../x"]}"#, "artifact path ../x has the component \"..\""),
        (#"{"metadata": []}"#, "\"metadata\" is no object"),
        (#"{"metadata": {"a": 1}}"#, "a value of \"metadata\" is no string"),
        (#"{"card": 1}"#, "\"card\" is no string"),
        (#"{"a" 1}"#, "a \":\" is missing in line 1"),
    ])
    func `A description that breaks a rule is refused with the reason`(_ text: String, _ reason: String) {
        #expect(throws: FormatError("description of model org/bert", .malformed(reason))) { try Self.parse(text) }
    }
}

struct ModelIndexTests {
    @Test func `All models of a commit and of the work tree are read`() async throws {
        let scratch = try await Scratch()
        try scratch.write(#"{"artifacts": ["w/a"]}"#, to: ".mver/models/org/bert.json")
        try scratch.write("{", to: ".mver/models/broken.json")
        try scratch.write("{}", to: ".mver/models/b d.json")
        try scratch.write("x", to: ".mver/models/README.md")
        let commit = try await scratch.commit()
        try scratch.write(#"{"artifacts": ["w/a", "w/b"]}"#, to: ".mver/models/alpha.json")
        let repository = try await scratch.open()
        let old = try await ModelIndex.at(commit, in: repository)
        #expect(old.models.map(\.name.text) == ["org/bert"])
        #expect(old.damaged.map(\.path) == [".mver/models/b d.json", ".mver/models/broken.json"])
        #expect(old.only?.name.text == "org/bert")
        let new = try ModelIndex.workTree(of: repository)
        #expect(new.models.map(\.name.text) == ["alpha", "org/bert"])
        #expect(new.only == nil)
        #expect(try new.owners(of: RepositoryPath("w/a")).map(\.text) == ["alpha", "org/bert"])
        #expect(try new.owners(of: RepositoryPath("w/b")).map(\.text) == ["alpha"])
        #expect(try new.owners(of: RepositoryPath("w")).isEmpty)
        #expect(try new.model(ModelName("alpha"))?.artifacts.count == 2)
    }

    @Test func `A repository without descriptions has no models`() async throws {
        let scratch = try await Scratch()
        let commit = try await scratch.commit()
        let repository = try await scratch.open()
        #expect(try ModelIndex.workTree(of: repository).models.isEmpty)
        #expect(try await ModelIndex.at(commit, in: repository).models.isEmpty)
    }
}

struct PointerIndexTests {
    @Test func `Pointers of commit, index and work tree are told apart`() async throws {
        let scratch = try await Scratch()
        try scratch.write(pointer(1).text, to: "w/a.bin.mver")
        try scratch.write(pointer(2, .tree).text, to: "new\nline.mver")
        try scratch.write("x", to: "other.txt")
        let commit = try await scratch.commit()
        try scratch.write(pointer(3).text, to: "w/a.bin.mver")
        try await scratch.git("add", "w")
        try await scratch.git("update-index", "--chmod=+x", "w/a.bin.mver")
        try scratch.write(pointer(4).text, to: "w/a.bin.mver")
        try scratch.write(pointer(5).text, to: "-untracked.mver")
        try scratch.write("ignored.mver\n", to: ".gitignore")
        try scratch.write(pointer(6).text, to: "ignored.mver")
        let repository = try await scratch.open()

        let old = try await PointerIndex.at(commit, in: repository)
        #expect(old.entries.map(\.path.text) == ["new\nline", "w/a.bin"])
        #expect(try old.entries.map(\.pointer) == [pointer(2, .tree), pointer(1)])
        #expect(old.entries.allSatisfy { $0.isTracked && !$0.isExecutable } && old.damaged.isEmpty)

        let staged = try await PointerIndex.staged(in: repository)
        #expect(try staged.entry(at: RepositoryPath("w/a.bin"))?.pointer == pointer(3))
        #expect(try staged.entry(at: RepositoryPath("w/a.bin"))?.isExecutable == true)

        let here = try await PointerIndex.workTree(of: repository)
        #expect(here.entries.map(\.path.text) == ["-untracked", "new\nline", "w/a.bin"])
        #expect(here.entries.map(\.isTracked) == [false, true, true])
        #expect(try here.entry(at: RepositoryPath("w/a.bin"))?.pointer == pointer(4))
    }

    @Test func `Files with a pointer's name that are none are reported, and hide no others`() async throws {
        let scratch = try await Scratch()
        try scratch.write(pointer(1).text, to: "good.mver")
        try scratch.write("not a pointer", to: "bad.mver")
        try scratch.write(String(repeating: "x", count: 1 << 20), to: "large.mver")
        try scratch.write(pointer(1).text, to: "d/.mver")
        try scratch.link("link.mver", to: "good.mver")
        let commit = try await scratch.commit()
        let repository = try await scratch.open()
        let expected: [PointerIndex.Damage] = [
            .init(path: "bad.mver", kind: .malformed, problem: "it does not begin with \"git-model-pointer\""),
            .init(path: "d/.mver", kind: .unusableName, problem: "it is not named after an artifact"),
            .init(
                path: "large.mver",
                kind: .malformed,
                problem: "it is larger than the 1024 bytes that a pointer may have"
            ),
            .init(path: "link.mver", kind: .notAFile, problem: "it is not a plain file"),
        ]
        for index in [
            try await PointerIndex.at(commit, in: repository), try await PointerIndex.staged(in: repository),
            try await PointerIndex.workTree(of: repository),
        ] {
            #expect(index.entries.map(\.path.text) == ["good"])
            #expect(index.damaged == expected)
        }
    }

    @Test func `What Git does not have and was never a pointer only happens to have such a name`() async throws {
        let scratch = try await Scratch()
        for (name, text) in [
            ("a", "notes"), ("b", String(repeating: "x", count: 1 << 20)), ("c", ""), ("d", "git-mod"),
        ] {
            try scratch.write(text, to: "\(name).mver")
        }
        let here = try await PointerIndex.workTree(of: scratch.open())
        #expect(here.damaged.map(\.kind) == [.foreign, .foreign, .malformed, .malformed])
        try await scratch.git("add", ".")
        let added = try await PointerIndex.workTree(of: scratch.open())
        #expect(added.damaged.map(\.kind) == Array(repeating: .malformed, count: 4))
    }

    @Test func `A hostile path in a tree is reported`() async throws {
        let scratch = try await Scratch()
        try scratch.write(pointer(1).text, to: "a.mver")
        let blob = try await scratch.git("hash-object", "-w", "a.mver")
        let inner = try await scratch.git("mktree", input: "100644 blob \(blob)\tx.mver\n")
        let tree = try await scratch.git("mktree", input: "040000 tree \(inner)\tgit~1\n100644 blob \(blob)\tok.mver\n")
        let commit = try #require(GitObjectID(try await scratch.git("commit-tree", GitArgument(tree), input: "x\n")))
        let index = try await PointerIndex.at(commit, in: scratch.open())
        #expect(index.entries.map(\.path.text) == ["ok"])
        #expect(index.damaged.map(\.problem) == ["path git~1/x.mver leads into Git's own directory (git~1)"])
    }

    @Test func `A pointer with a merge conflict, and one behind a link, are reported`() async throws {
        let scratch = try await Scratch()
        try scratch.write(pointer(1).text, to: "a.mver")
        try scratch.write(pointer(1).text, to: "d/b.mver")
        try await scratch.commit()
        try await scratch.git("switch", "--quiet", "--create", "side")
        try scratch.write(pointer(2).text, to: "a.mver")
        try await scratch.commit()
        try await scratch.git("switch", "--quiet", "main")
        try scratch.write(pointer(3).text, to: "a.mver")
        try await scratch.commit()
        await #expect(throws: (any Error).self) { try await scratch.git("merge", "--quiet", "side") }
        try await scratch.git("mv", "d", "elsewhere")
        try scratch.link("d", to: "elsewhere")
        try await scratch.git(
            "update-index",
            "--add",
            "--cacheinfo",
            "100644,\(scratch.git("rev-parse", ":elsewhere/b.mver")),d/b.mver"
        )
        let repository = try await scratch.open()
        let here = try await PointerIndex.workTree(of: repository)
        #expect(here.entries.map(\.path.text) == ["elsewhere/b"])
        #expect(here.damaged.map(\.path) == ["a.mver", "d/b.mver"])
        #expect(here.damaged[0].problem == "it has a merge conflict")
        #expect(here.damaged.map(\.kind) == [.unmerged, .obstructed(by: "d")])
        #expect(here.damaged[1].problem.contains("is a symbolic link in the way"))
        #expect(
            try await PointerIndex.staged(in: repository).damaged == [
                .init(path: "a.mver", kind: .unmerged, problem: "it has a merge conflict")
            ]
        )
        try await scratch.git("checkout", "--quiet", "--theirs", "--", "a.mver")
        let chosen = try await PointerIndex.workTree(of: repository).entry(at: RepositoryPath("a"))
        #expect(try chosen?.pointer == pointer(2) && chosen?.isUnmerged == true)
    }
}
