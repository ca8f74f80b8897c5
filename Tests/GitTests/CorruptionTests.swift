import FoundationEssentials
import Git
import SystemPackage
import Testing

@Suite("Hostile objects")
struct CorruptionTests {
    static let zero = String(repeating: "0", count: 40)
    static let commits = [
        "", "\n", "tree x\n", "tree \(zero)\nauthor A <a> 1 +0000\n", "tree \(zero)\nparent x\n",
        "author\ncommitter\n\n",
        "tree \(zero)\nauthor nobody\ncommitter A <a> 1 +0000\n\n",
        "tree \(zero)\nparent 12\nauthor <> \ncommitter <> \n",
    ]

    @Test("are errors as commits", arguments: commits, [GitRepository.Backend.automatic, .programOnly])
    func commit(_ text: String, _ backend: GitRepository.Backend) async throws {
        let scratch = try Scratch()
        let id = try await write(text, "commit", scratch)
        let objects = try await scratch.open(scratch.root.appending("sample"), backend).objects
        let error = await #expect(throws: GitError.self) { try await objects.commit(id) }
        #expect(error?.kind == .corruptObject(id))
    }

    @Test(
        "are left out as tags, and keep nobody from the others",
        arguments: ["", "object x\ntype commit\ntag t\n", "object \(zero)\ntype thing\ntag t\n"]
    )
    func tag(_ text: String) async throws {
        let scratch = try Scratch()
        let id = try await write(text, "tag", scratch)
        let objects = try await scratch.open(scratch.root.appending("sample")).objects
        #expect(try await objects.annotations([id]).isEmpty)
    }

    @Test(
        "are errors as trees",
        arguments: ["1", "100644 ", "100644 a\0short", "x y\0\(zero)", "100644 \0\(zero)", "9 a\0\(zero)"]
    )
    func tree(_ text: String) async throws {
        let scratch = try Scratch()
        let id = try await write(text, "tree", scratch)
        for backend in [GitRepository.Backend.automatic, .programOnly] {
            let objects = try await scratch.open(scratch.root.appending("sample"), backend).objects
            await #expect(throws: GitError.self) { try await objects.entries(in: id, matching: .all) }
        }
    }

    @Test("are read as far as they make sense: odd dates, no mail, no message, names that are no UTF-8")
    func odd() async throws {
        let scratch = try Scratch()
        let tree = GitObjectFormat.sha1.emptyTree
        let text = "tree \(tree)\nauthor A<> 99999999999999999999 x\ncommitter \u{fffd} <<b>> 5\n"
        let id = try await write(text, "commit", scratch)
        let commit = try await scratch.open(scratch.root.appending("sample")).objects.commit(id)
        #expect(commit.author == GitIdentity(name: "A", email: "", time: 0, offsetMinutes: 0))
        #expect(commit.committer.email == "<b>" && commit.committer.time == 5)
        #expect(commit.message.isEmpty && commit.subject.isEmpty)
    }

    @Test("whose bytes are another object's are not believed where libgit2 reads")
    func flipped() async throws {
        let scratch = try Scratch()
        let sample = try await scratch.sample()
        let hex = try await scratch.git("rev-parse", "HEAD:plain.txt", in: sample)
        let other = try await scratch.git("rev-parse", "HEAD:run.sh", in: sample)
        func file(_ hex: String) -> String {
            sample.appending(".git/objects/\(hex.prefix(2))/\(hex.dropFirst(2))").string
        }
        try FileManager.default.removeItem(atPath: file(hex))
        try FileManager.default.copyItem(atPath: file(other), toPath: file(hex))
        let id = try #require(GitObjectID(hex))
        let objects = try await scratch.open(sample).objects
        let error = await #expect(throws: GitError.self) { try await objects.blob(id, limit: 1000) }
        #expect(error?.kind == .corruptObject(id))
    }

    /// Writes an object that Git itself would refuse.
    private func write(_ text: String, _ kind: GitArgument, _ scratch: Scratch) async throws -> GitObjectID {
        let sample = try await scratch.sample()
        let hex = try await scratch.git(
            "hash-object",
            "--literally",
            "-w",
            "-t",
            kind,
            "--stdin",
            in: sample,
            input: text
        )
        return try #require(GitObjectID(hex))
    }
}
