package import Git
import ModelCore
import SystemIO

/// What git-model is configured to do: `.mver/config`, which everybody shares, and Git's own levels around it.
///
/// A key K of `.mver/config` is `git-model.K` in Git's configuration. Levels, later wins: system, global,
/// `.mver/config`, the repository's own, the environment. `docs/config.md` lists the keys and which of them a tracked
/// file may set.
package struct Configuration: Sendable {
    /// The tracked file, from the top of the repository.
    package static let path = ".mver/config"

    /// Where a value comes from.
    package enum Level: String, Sendable, Hashable {
        case system, global
        /// `.mver/config`, which whoever pushed wrote.
        case tracked
        /// The repository's own configuration, or the linked worktree's.
        case local
        /// A `GIT_MODEL_*` variable, `git -c`, or `GIT_CONFIG_COUNT`.
        case environment
    }

    /// A value and where it comes from.
    package struct Setting: Sendable, Hashable {
        /// The text; `nil` where a line has no `=`, which means true.
        package let text: String?
        /// Where it comes from.
        package let level: Level
    }

    /// A key of the tracked file that only a user may set, and that was therefore left out.
    package struct Refused: Hashable, Sendable {
        /// The key.
        package let key: String
    }

    /// Keys of the tracked file that this machine does not let a repository decide, each once, as they stand there.
    package let refused: [Refused]
    let shared: GitConfiguration
    let git: GitConfiguration
    /// Git's own `core.sshCommand`: how this user's SSH client is run.
    package let sshCommand: String?
    /// The URLs of Git's own remotes by their names, as they are configured.
    package let gitRemoteURLs: [String: String]
    let environment: [String: String]

    private static let byteLimit = 1 << 20

    /// Reads all levels, with `.mver/config` from the work tree, else from the index, else from HEAD.
    ///
    /// A missing file is empty. Throws `ConfigurationError` for one that is no configuration, `GitError`, `IOError`.
    package static func load(_ repository: GitRepository, environment: [String: String]) async throws -> Configuration {
        try await load(repository, SharedFiles.of(repository), environment: environment)
    }

    /// Reads all levels, with `.mver/config` from the work tree, or as it was read elsewhere.
    package static func load(
        _ repository: GitRepository,
        _ shared: SharedFiles,
        environment: [String: String]
    ) async throws -> Configuration {
        var bytes = shared.configuration
        if bytes == nil, let root = repository.layout.workTree {
            let path = try SafeRelativePath.resolve(root: root, components: [".mver", "config"])
            let status = try FileStatus.of(path)
            guard status == nil || status?.kind == .regular else { throw ConfigurationError.notAFile }
            bytes = try status.map { _ in try DurableFile.read(path, limit: byteLimit) }
        }
        return try await Configuration(parsing: bytes, repository, environment: environment)
    }

    /// Reads all levels but `.mver/config`.
    package static func loadWithoutTracked(
        _ repository: GitRepository,
        environment: [String: String]
    ) async throws -> Configuration {
        try await Configuration(parsing: nil, repository, environment: environment)
    }

    /// Reads all levels, with `.mver/config` as a commit has it; what is wrong with that names the commit.
    package static func load(
        _ repository: GitRepository,
        at commit: GitObjectID,
        environment: [String: String]
    ) async throws -> Configuration {
        do {
            let bytes = try await committed(at: commit, in: repository)
            return try await Configuration(parsing: bytes, repository, environment: environment)
        } catch let error as ConfigurationError { throw ConfigurationError.committed(commit, error) }
    }

    private static func committed(
        at commit: GitObjectID?,
        in repository: GitRepository
    ) async throws -> [UInt8]? {
        guard let commit, let entry = try await repository.objects.entry(at: GitPath(path), in: commit) else {
            return nil
        }
        guard entry.mode.isFile else { throw ConfigurationError.notAFile }
        return try await repository.objects.blob(entry.id, limit: Int64(byteLimit))
    }

    private init(parsing bytes: [UInt8]?, _ repository: GitRepository, environment: [String: String]) async throws {
        // Both at once: every command waits for these two processes.
        async let git = repository.program.configuration()
        var tracked = GitConfiguration()
        if let bytes {
            do { tracked = try await repository.program.configuration(parsing: bytes) } catch {
                guard error.kind == .failed else { throw error }
                throw ConfigurationError.malformed(error.message)
            }
        }
        self.init(tracked: tracked, git: try await git, environment: environment)
    }

    private init(tracked: GitConfiguration, git: GitConfiguration, environment: [String: String]) {
        shared = GitConfiguration(entries: tracked.entries.filter { Configuration.mayBeTracked($0.key) })
        var seen: Set<String> = []
        refused = tracked.entries.filter { !Configuration.mayBeTracked($0.key) && seen.insert($0.key.text).inserted }
            .map { Refused(key: $0.key.text) }
        sshCommand = git.value("core.sshCommand")
        let urls = git.entries.filter { $0.key.section == "remote" && $0.key.name == "url" }
        // Git fetches from the first.
        gitRemoteURLs = Dictionary(
            urls.compactMap { entry in entry.key.subsection.flatMap { name in entry.value.map { (name, $0) } } },
            uniquingKeysWith: { first, _ in first }
        )
        self.git = GitConfiguration(entries: git.entries.filter { $0.key.section == "git-model" })
        self.environment = environment
    }

    /// Whether a file that a clone brings may set the key: never a credential, a path outside, or a command.
    private static func mayBeTracked(_ key: GitConfigurationKey) -> Bool {
        switch (key.section, key.subsection, key.name) {
        case ("remote", .some, "url"), ("remote", nil, "default"), ("tags", nil, "plain"),
            ("add", nil, "largefilesize"), ("metric", .some, "direction"):
            true
        // What these name as commands still needs the user's trust before it runs.
        case ("model", _, _), ("stage", _, _), ("gate", _, _), ("deploy", _, _), ("hooks", _, _), ("monitor", .some, _):
            true
        default: false
        }
    }

    /// Returns the value of a key that wins, and where it comes from; `nil` where no level sets it.
    package func setting(_ section: String, _ subsection: String? = nil, _ name: String) -> Setting? {
        let variable = Configuration.variable(section, subsection, name)
        if let value = environment[variable], !value.isEmpty { return Setting(text: value, level: .environment) }
        let prefixed = [section, subsection].compactMap { $0 }.joined(separator: ".")
        let own = git.entries.last {
            $0.key.subsection == prefixed && $0.key.name == name.lowercased() && !Configuration.isBelowTracked($0.scope)
        }
        if let own { return Setting(text: own.value, level: Configuration.level(own.scope)) }
        if let entry = shared.entry([section, subsection, name].compactMap { $0 }.joined(separator: ".")) {
            return Setting(text: entry.value, level: .tracked)
        }
        let lower = git.entries.last { $0.key.subsection == prefixed && $0.key.name == name.lowercased() }
        return lower.map { Setting(text: $0.value, level: Configuration.level($0.scope)) }
    }

    /// Returns what decides a key over the repository's own configuration, whatever that says: a variable, an option of
    /// the command, or the configuration of the worktree; `nil` where nothing does.
    package func overriding(_ section: String, _ name: String) -> String? {
        let variable = Configuration.variable(section, nil, name)
        if environment[variable]?.isEmpty == false { return "the variable \(variable)" }
        let key = "git-model.\(section).\(name)"
        switch git.entries.last(where: { $0.key.subsection == section && $0.key.name == name.lowercased() })?.scope {
        case .command: return "`git -c \(key)=…`, or GIT_CONFIG_COUNT"
        case .worktree: return "`git config --worktree \(key)`"
        default: return nil
        }
    }

    /// Returns the variable that sets a key: `GIT_MODEL_`, then the key in capitals, with `_` for all but letters and
    /// digits.
    package static func variable(_ section: String, _ subsection: String? = nil, _ name: String) -> String {
        let key = [section, subsection, name].compactMap { $0 }.joined(separator: "_")
        let letters = key.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - 0x20
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): byte
            default: UInt8(ascii: "_")
            }
        }
        return "GIT_MODEL_" + String(decoding: letters, as: UTF8.self)
    }

    private static func isBelowTracked(_ scope: GitConfiguration.Scope) -> Bool { scope == .system || scope == .global }

    static func level(_ scope: GitConfiguration.Scope) -> Level {
        switch scope {
        case .system: .system
        case .global: .global
        case .local, .worktree: .local
        case .command: .environment
        }
    }
}

/// Why `.mver/config` cannot be read.
package indirect enum ConfigurationError: Error, Sendable, Equatable {
    /// It is a symbolic link or a directory.
    case notAFile
    /// It does not follow the syntax of git-config(1); with Git's own words.
    case malformed(String)
    /// That is so in this commit, whatever the work tree has.
    case committed(GitObjectID, ConfigurationError)

    /// The commit, in as many digits as people write; `nil` where it is the work tree's file.
    package var revision: String? { if case .committed(let commit, _) = self { commit.abbreviated } else { nil } }

    /// What is wrong, without the commit.
    package var anywhere: ConfigurationError { if case .committed(_, let error) = self { error } else { self } }
}

extension ConfigurationError: CustomStringConvertible {
    /// One clause that names the file and the problem.
    package var description: String {
        if case .committed(let commit, let error) = self { return error.text(" of \(commit.abbreviated)") }
        return text("")
    }

    private func text(_ place: String) -> String {
        switch self {
        case .notAFile: "\(Configuration.path)\(place) is not a plain file"
        case .malformed(let message): "\(Configuration.path)\(place) is no configuration: \(Self.reason(message))"
        case .committed(_, let error): error.text(place)
        }
    }

    /// Git's words without what is only true of how we asked.
    private static func reason(_ message: String) -> String {
        let reason = message.hasPrefix("fatal: ") ? String(message.dropFirst("fatal: ".count)) : message
        let place = " in standard input"
        return reason.hasSuffix(place) ? String(reason.dropLast(place.count)) : reason
    }
}
