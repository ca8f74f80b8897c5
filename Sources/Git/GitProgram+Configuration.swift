package import SystemPackage

/// A file of configuration that can be written.
package enum GitConfigurationTarget: Sendable, Hashable {
    /// One file.
    case file(FilePath)
    /// The repository's own, in the common directory.
    case local
    /// The linked worktree's, where the repository keeps one apart; else the repository's.
    case worktree
    /// The user's.
    case global

    var arguments: [GitArgument] {
        switch self {
        case .file(let path): ["--file", GitArgument(path)]
        case .local: ["--local"]
        case .worktree: ["--worktree"]
        case .global: ["--global"]
        }
    }
}

extension GitProgram {
    /// Reads Git's own levels: system, global, local, worktree and command, with what they include.
    package func configuration() async throws(GitError) -> GitConfiguration {
        try await GitConfiguration(listed: run(["config", "--list", "-z", "--show-scope", "--show-origin"]))
    }

    /// Reads one file, without what it includes; throws `failed` when it is missing or no configuration.
    package func configuration(file: FilePath) async throws(GitError) -> GitConfiguration {
        let place: [GitArgument] = ["config", "--file", GitArgument(file), "--no-includes"]
        return try await GitConfiguration(listed: run(place + ["--list", "-z", "--show-scope", "--show-origin"]))
    }

    /// Reads configuration from bytes, such as a blob's, without what it includes; throws `failed` when they are none.
    package func configuration(parsing bytes: [UInt8]) async throws(GitError) -> GitConfiguration {
        let place: [GitArgument] = ["config", "--file", "-", "--no-includes"]
        let rest: [GitArgument] = ["--list", "-z", "--show-scope", "--show-origin"]
        return try await GitConfiguration(listed: run(place + rest, input: bytes))
    }

    /// Sets a variable to one value, in place of all that it has in that file; keeps the file's comments.
    package func setConfiguration(
        _ key: GitConfigurationKey,
        to value: String,
        in target: GitConfigurationTarget
    ) async throws(GitError) {
        try await write(target.arguments + ["--replace-all", GitArgument(key.text)], value)
    }

    /// Adds a value to those that a variable has in that file.
    package func addConfiguration(
        _ key: GitConfigurationKey,
        _ value: String,
        in target: GitConfigurationTarget
    ) async throws(GitError) {
        try await write(target.arguments + ["--add", GitArgument(key.text)], value)
    }

    private func write(_ arguments: [GitArgument], _ value: String) async throws(GitError) {
        guard !value.utf8.contains(0) else {
            throw GitError(.invalidName("a value with a zero byte"), command: summary(["config"] + arguments))
        }
        try await run(["config"] + arguments + [GitArgument(value)])
    }

    /// Removes all values of a variable from that file; returns whether there were any.
    @discardableResult
    package func unsetConfiguration(
        _ key: GitConfigurationKey,
        in target: GitConfigurationTarget
    ) async throws(GitError) -> Bool {
        // 5: there is no such variable.
        try await run(["config"] + target.arguments + ["--unset-all", GitArgument(key.text)], accepting: [0, 5])
            .exitCode == 0
    }

    /// Removes one of the values of a variable from that file; returns whether it was there.
    @discardableResult
    package func unsetConfiguration(
        _ key: GitConfigurationKey,
        _ value: String,
        in target: GitConfigurationTarget
    ) async throws(GitError) -> Bool {
        let place = target.arguments + ["--fixed-value", "--unset-all", GitArgument(key.text), GitArgument(value)]
        return try await run(["config"] + place, accepting: [0, 5]).exitCode == 0
    }

    /// Removes a section, `section` or `section.subsection`, with all its variables from that file.
    ///
    /// Returns whether there was one. `git` does not find a subsection with `]` in it.
    @discardableResult
    package func removeConfigurationSection(
        _ name: String,
        in target: GitConfigurationTarget
    ) async throws(GitError) -> Bool {
        // The key is made only to check the names.
        _ = try GitConfigurationKey(name + ".any")
        let arguments = ["config"] + target.arguments + ["--remove-section", GitArgument(name)]
        let output = try await run(arguments, accepting: [0, 128])
        if output.exitCode == 0 { return true }
        guard output.message.contains("no such section") else {
            throw GitError(.failed, command: summary(arguments), exitCode: output.exitCode, message: output.message)
        }
        return false
    }
}

extension GitRepository {
    /// Reads the configuration file at that path of a commit, without what it includes; `nil` when there is no file.
    package func configuration(
        at path: GitPath,
        in commit: GitObjectID
    ) async throws(GitError) -> GitConfiguration? {
        guard let bytes = try await objects.file(at: path, in: commit, limit: 1 << 20) else { return nil }
        return try await program.configuration(parsing: bytes)
    }
}
