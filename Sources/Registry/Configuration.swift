package import Git
import SystemPackage

/// What git-model is configured to do: `.mver/config`, which everybody shares, and Git's own levels around it.
///
/// A key K of `.mver/config` is `git-model.K` in Git's configuration. Levels, later wins: system, global, `.mver/config`, the
/// repository's own, `GIT_MODEL_*` variables. `docs/config.md` lists the keys.
package struct Configuration: Sendable {
    /// The tracked file, from the top of the repository.
    package static let path = ".mver/config"

    /// A key of the tracked file that only a user may set, and that was therefore left out.
    package struct Refused: Hashable, Sendable {
        /// The key.
        package let key: String
    }

    /// Keys of a tracked file that this machine does not let a repository decide.
    package let refused: [Refused]
    private let below: GitConfiguration
    private let shared: GitConfiguration
    private let above: GitConfiguration
    private let environment: [String: String]

    /// The sections that a tracked file may set, with the names in each; `nil` allows all names.
    private static let allowed: [String: Set<String>?] = [
        "remote": ["url", "default"], "model": nil, "stage": nil, "gate": nil, "deploy": nil, "tags": ["plain"],
        "hooks": ["strict"], "add": ["largefilesize"],
    ]

    /// Reads all levels; a tracked file that is no configuration is an error, one that is missing is empty.
    package static func load(
        _ repository: GitRepository,
        environment: [String: String]
    ) async throws(GitError) -> Configuration {
        var tracked = GitConfiguration()
        if let root = repository.layout.workTree {
            let file = root.appending(".mver").appending("config")
            // A missing file is what Git calls an error; everything else it says about the file is one.
            if let found = try await existing(file, in: repository) { tracked = found }
        }
        return Configuration(
            tracked: tracked,
            git: try await repository.program.configuration(),
            environment: environment
        )
    }

    private static func existing(
        _ file: FilePath,
        in repository: GitRepository
    ) async throws(GitError) -> GitConfiguration? {
        do { return try await repository.program.configuration(file: file) } catch {
            if error.message.contains("unable to read config file") { return nil }
            throw error
        }
    }

    init(tracked: GitConfiguration, git: GitConfiguration, environment: [String: String]) {
        var refused: [Refused] = []
        let allowed = tracked.entries.filter { entry in
            let isAllowed = Configuration.isAllowed(entry.key)
            if !isAllowed { refused.append(Refused(key: entry.key.text)) }
            return isAllowed
        }
        shared = GitConfiguration(entries: allowed)
        below = GitConfiguration(entries: git.entries.filter { [.system, .global].contains($0.scope) })
        above = GitConfiguration(entries: git.entries.filter { ![.system, .global].contains($0.scope) })
        self.refused = refused
        self.environment = environment
    }

    private static func isAllowed(_ key: GitConfigurationKey) -> Bool {
        guard let names = allowed[key.section] else { return false }
        return names?.contains(key.name) ?? true
    }

    /// Returns the last value of a key: `GIT_MODEL_SECTION_NAME` where that is set, else the configured one.
    package func value(_ section: String, _ subsection: String? = nil, _ name: String) -> String? {
        let words = [section, subsection, name].compactMap { $0 }.joined(separator: "_")
        let variable = "GIT_MODEL_" + words.uppercased().map { $0.isLetter || $0.isNumber ? String($0) : "_" }.joined()
        if let value = environment[variable], !value.isEmpty { return value }
        return entry(section, subsection, name)?.value
    }

    /// Returns the entry that wins: in Git's own levels, key K is `git-model.K`.
    private func entry(_ section: String, _ subsection: String?, _ name: String) -> GitConfiguration.Entry? {
        let prefixed = [section, subsection].compactMap { $0 }.joined(separator: ".")
        return above.entry("git-model", prefixed, name) ?? shared.entry(section, subsection, name)
            ?? below.entry("git-model", prefixed, name)
    }

    /// Returns the last value of a key as Git reads a truth value.
    package func flag(_ section: String, _ name: String) -> Bool {
        guard let entry = entry(section, nil, name) else { return false }
        return GitConfiguration(entries: [entry]).flag(entry.key.section, entry.key.subsection, entry.key.name) ?? false
    }

    /// The names of the remotes, in the order of their first mention.
    package var remoteNames: [String] {
        let own = (below.subsections(of: "git-model") + above.subsections(of: "git-model")).compactMap { text in
            text.hasPrefix("remote.") ? String(text.dropFirst("remote.".count)) : nil
        }
        var seen: Set<String> = []
        return (shared.subsections(of: "remote") + own).filter { url(ofRemote: $0) != nil && seen.insert($0).inserted }
    }

    /// Returns a remote's URL as it was configured.
    package func url(ofRemote name: String) -> String? { value("remote", name, "url") }

    /// The remote that is meant where none is named: the configured one, or the only one.
    package var defaultRemote: String? {
        if let name = value("remote", nil, "default") { return name }
        return remoteNames.count == 1 ? remoteNames[0] : nil
    }

    /// The directory of the local store, where the user wants another than `.git/model/store`.
    package var storePath: String? { value("store", nil, "path") }

    /// Whether version tags are `v1.2.3` instead of `name@v1.2.3`.
    package var usesPlainTags: Bool { flag("tags", "plain") }

    /// Whether `pre-commit` blocks where it would warn.
    package var hooksAreStrict: Bool { flag("hooks", "strict") }

    /// From how many bytes on a file is large, for `add --each` and for the hook that keeps large files out of Git.
    package var largeFileSize: Int64 { value("add", nil, "largefilesize").flatMap(Int64.init) ?? 1 << 20 }
}
