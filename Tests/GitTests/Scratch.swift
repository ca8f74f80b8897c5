import FoundationEssentials
import Git
import SystemPackage

/// A directory of its own with hermetic Git repositories; removed with the value.
final class Scratch: Sendable {
    let root: FilePath
    let environment: [String: String]

    init() throws {
        let parent = FilePath(FileManager.default.temporaryDirectory.resolvingSymlinksInPath().path)
        root = parent.appending("git-model-tests-\(UUID().uuidString)")
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
        let settings = """
            [init]
            \tdefaultBranch = main
            [protocol "file"]
            \tallow = always
            [advice]
            \tdetachedHead = false

            """
        try write(settings, to: "home/.gitconfig")
    }

    deinit {
        try? FileManager.default.removeItem(atPath: root.string)
    }

    func program(_ directory: FilePath) -> GitProgram {
        GitProgram(directory: directory, environment: environment)
    }

    /// Runs the command and returns what it printed, without the last line feed.
    @discardableResult
    func git(_ arguments: GitArgument..., in directory: FilePath, input: String = "") async throws -> String {
        try await program(directory).run(arguments, input: Array(input.utf8)).line
    }

    func write(_ text: String, to path: String) throws {
        let file = root.appending(path)
        let parent = file.removingLastComponent().string
        try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(filePath: file.string))
    }

    func open(_ directory: FilePath, _ backend: GitRepository.Backend = .automatic) async throws -> GitRepository {
        try await GitRepository.discover(from: directory, environment: environment, backend: backend)
    }

    /// Makes a repository with a merge, odd names, and every sort of tag; returns its directory.
    func sample(_ name: String = "sample", format: GitObjectFormat = .sha1) async throws -> FilePath {
        let directory = root.appending(name)
        try await git("init", "--quiet", "--object-format=\(format.rawValue)", GitArgument(directory), in: root)
        for path in Scratch.names { try write("pointer of \(path)\n", to: "\(name)/\(path)") }
        try write("#!/bin/sh\n", to: "\(name)/run.sh")
        try await git("add", "--all", in: directory)
        try await git("update-index", "--chmod=+x", "run.sh", in: directory)
        try await git("commit", "--quiet", "--message=First\nline\n\nBody", in: directory)
        try await git("tag", "light", in: directory)
        try await git(
            "tag",
            "--annotate",
            "--file=-",
            "model@v1.0.0",
            in: directory,
            input: "Version 1\n\nSecond paragraph\n"
        )
        try await git("switch", "--quiet", "--create", "side", in: directory)
        try write("changed\n", to: "\(name)/weights/a.mver")
        try await git("commit", "--quiet", "--all", "--message=Side", in: directory)
        try await git("switch", "--quiet", "main", in: directory)
        try write("more\n", to: "\(name)/z.mver")
        try await git("add", "z.mver", in: directory)
        try await git("commit", "--quiet", "--message=Main", in: directory)
        try await git("merge", "--quiet", "--no-edit", "side", in: directory)
        try await git("tag", "--annotate", "--message=Nested", "nested", "model@v1.0.0", in: directory)
        try await git("tag", "--annotate", "--message=Blob", "blob", "HEAD:z.mver", in: directory)
        try await git("symbolic-ref", "refs/heads/alias", "refs/heads/main", in: directory)
        return directory
    }

    /// Names that trip up programs, as they stand in a sample's first commit.
    static let names = [
        "-dash.mver", "new\nline.mver", "weights/a.mver", "weights/deep/er/b c.mver", "weights/gewicht-ü.mver",
        "plain.txt",
    ]
}
