import FoundationEssentials
import Subprocess
package import SystemPackage

/// A Git repository of its own in a temporary directory, untouched by whoever runs the tests: own home, no system
/// configuration, fixed dates, names and locale, and the built `git-model` first in `PATH`, so that `git model` runs
/// through git.
///
/// The directory is removed with the last reference.
package final class ScratchRepository: Sendable {
    /// The temporary directory, which is the home directory too; without symbolic links in it.
    package let home: FilePath

    /// The repository's work tree, below the home directory.
    package let path: FilePath

    /// The environment that commands run in.
    package let environment: [String: String]

    /// Creates a directory of that name with an empty repository on branch `main`, or without one.
    package init(named name: String = "sentiment", initialized: Bool = true) async throws {
        let temporary = FileManager.default.temporaryDirectory.appending(path: "git-model-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: temporary, withIntermediateDirectories: true)
        home = FilePath(temporary.resolvingSymlinksInPath().path)
        path = home.appending(name)
        environment = Self.environment(home: home)
        try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: false)
        try write("[init]\n\tdefaultBranch = main\n[advice]\n\tdetachedHead = false\n", to: "../.gitconfig")
        if initialized { try await run("git init -q").expectSuccess() }
    }

    deinit {
        try? FileManager.default.removeItem(atPath: home.string)
    }

    private static func environment(home: FilePath) -> [String: String] {
        let inherited = ProcessInfo.processInfo.environment
        return [
            "HOME": home.string,
            "XDG_CONFIG_HOME": home.appending(".config").string,
            "PATH": BuiltProduct.path + ":" + (inherited["PATH"] ?? "/usr/bin:/bin"),
            "TMPDIR": inherited["TMPDIR"] ?? "/tmp",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.org",
            "GIT_AUTHOR_DATE": "2026-01-02T03:04:05Z",
            "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.org",
            "GIT_COMMITTER_DATE": "2026-01-02T03:04:05Z",
            "GIT_TERMINAL_PROMPT": "0", "GIT_EDITOR": "true", "GIT_PAGER": "cat", "PAGER": "cat",
            "TZ": "UTC", "LC_ALL": "C", "TERM": "dumb", "COLUMNS": "100",
        ]
    }

    /// Runs a script in the repository, or in another directory, with both output streams in one, in order.
    ///
    /// It ends with the first command that fails, as `ShellScript` says, unless it `goesOn`. One that `mounts` may do
    /// so whoever runs it: it is root in name spaces of its own, and nobody else sees what it mounts.
    @discardableResult
    package func run(
        _ script: String,
        in directory: FilePath? = nil,
        goesOn: Bool = false,
        mounts: Bool = false
    ) async throws -> ShellResult {
        let variables = environment.map { (Environment.Key(stringLiteral: $0.key), $0.value) }
        let result = try await ShellTurns.shared.run { [path] in
            let text = goesOn ? script : try await ShellScript(script).strict
            return try await Subprocess.run(
                .path(mounts ? "/usr/bin/unshare" : "/bin/sh"),
                arguments: .init((mounts ? ["--map-root-user", "--mount", "/bin/sh"] : []) + ["-c", text]),
                environment: .custom(Dictionary(uniqueKeysWithValues: variables)),
                workingDirectory: directory ?? path,
                output: .string(limit: 4 << 20),
                error: .combinedWithOutput
            )
        }
        return ShellResult(script: script, output: result.standardOutput, status: result.terminationStatus)
    }

    /// Writes a text file, with a path relative to the repository; directories are made as needed.
    package func write(_ content: String, to file: String) throws {
        try write(Array(content.utf8), to: file)
    }

    /// Writes a file, with a path relative to the repository; directories are made as needed.
    package func write(_ content: [UInt8], to file: String) throws {
        let target = path.appending(file).lexicallyNormalized()
        let directory = target.removingLastComponent().string
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try Data(content).write(to: URL(filePath: target.string))
    }

    /// Returns the bytes of a file, with a path relative to the repository.
    package func read(_ file: String) throws -> [UInt8] {
        try Array(Data(contentsOf: URL(filePath: path.appending(file).lexicallyNormalized().string)))
    }

    /// Whether there is something at a path relative to the repository.
    package func exists(_ file: String) -> Bool {
        FileManager.default.fileExists(atPath: path.appending(file).lexicallyNormalized().string)
    }
}
