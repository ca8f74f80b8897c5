import FoundationEssentials
import Git
import ModelCore
import SystemPackage
import Testing

/// A directory of its own with one hermetic Git repository in it; removed with the value.
final class Scratch: Sendable {
    let root: FilePath
    let directory: FilePath
    let environment: [String: String]

    init() async throws {
        let parent = FilePath(FileManager.default.temporaryDirectory.resolvingSymlinksInPath().path)
        root = parent.appending("git-model-tests-\(UUID().uuidString)")
        directory = root.appending("repository")
        try FileManager.default.createDirectory(
            atPath: root.appending("home").string,
            withIntermediateDirectories: true
        )
        environment = [
            "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin",
            "HOME": root.appending("home").string,
            "GIT_CONFIG_GLOBAL": root.appending("home/.gitconfig").string,
            "GIT_CONFIG_SYSTEM": "/dev/null",
            "GIT_AUTHOR_NAME": "Ada Lovelace", "GIT_AUTHOR_EMAIL": "ada@example.com",
            "GIT_AUTHOR_DATE": "1700000000 +0100",
            "GIT_COMMITTER_NAME": "Charles Babbage", "GIT_COMMITTER_EMAIL": "charles@example.com",
            "GIT_COMMITTER_DATE": "1700000100 -0230",
            "TZ": "UTC",
        ]
        try await GitProgram(directory: root, environment: environment)
            .run(["init", "--quiet", "--initial-branch=main", GitArgument(directory)])
    }

    deinit {
        try? FileManager.default.removeItem(atPath: root.string)
    }

    func open(environment more: [String: String] = [:]) async throws -> GitRepository {
        try await GitRepository.discover(from: directory, environment: environment.merging(more) { $1 })
    }

    /// Runs `git` and returns what it printed, without the last line feed.
    @discardableResult
    func git(_ arguments: GitArgument..., input: String = "", date: Int = 1_700_000_100) async throws -> String {
        var environment = environment
        environment["GIT_COMMITTER_DATE"] = "\(date) -0230"
        return try await GitProgram(directory: directory, environment: environment)
            .run(arguments, input: Array(input.utf8)).line
    }

    /// Writes a file of the repository.
    func write(_ text: String, to path: String) throws {
        let file = directory.appending(path)
        let parent = file.removingLastComponent().string
        try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(filePath: file.string))
    }

    func read(_ path: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: directory.appending(path).string)), as: UTF8.self)
    }

    func link(_ path: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(
            atPath: directory.appending(path).string,
            withDestinationPath: target
        )
    }

    /// Commits everything and returns the commit.
    @discardableResult
    func commit(_ message: GitArgument = "Change") async throws -> GitObjectID {
        try await git("add", "--all")
        try await git("commit", "--quiet", "--allow-empty", "--message", message)
        return try #require(GitObjectID(try await git("rev-parse", "HEAD")))
    }

    /// Makes an annotated tag.
    func tag(_ name: String, _ message: String = "Message", on target: String = "HEAD", date: Int = 1_700_000_100)
        async throws
    {
        try await git(
            "tag",
            "--annotate",
            "--no-sign",
            "--cleanup=verbatim",
            "--file=-",
            GitArgument(name),
            GitArgument(target),
            input: message,
            date: date
        )
    }
}

/// A pointer with a digest made of one byte.
func pointer(_ byte: UInt8, size: Int64 = 5, _ kind: ArtifactKind = .file) throws -> Pointer {
    Pointer(oid: try #require(Digest(bytes: [UInt8](repeating: byte, count: 32))), size: size, kind: kind)
}

extension Pointer {
    var text: String { String(decoding: encoded, as: UTF8.self) }
}
