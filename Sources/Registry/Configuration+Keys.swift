import Git

extension Configuration {
    /// Returns the text of a key; `nil` where no level sets it, or the one that wins has no `=`.
    package func value(_ section: String, _ subsection: String? = nil, _ name: String) -> String? {
        setting(section, subsection, name)?.text
    }

    /// Returns a key as Git reads a truth value; `nil` where it is not set or is none.
    package func flag(_ section: String, _ subsection: String? = nil, _ name: String) -> Bool? {
        guard let setting = setting(section, subsection, name) else { return nil }
        switch setting.text?.lowercased() {
        case nil, "true", "yes", "on": return true
        case "false", "no", "off", "": return false
        case .some(let text): return Int64(text).map { $0 != 0 }
        }
    }

    /// Returns a key as Git reads a number, with k, m or g; `nil` where it is not set or is none.
    package func number(_ section: String, _ subsection: String? = nil, _ name: String) -> Int64? {
        guard var text = value(section, subsection, name)?.lowercased(), let last = text.last else { return nil }
        let units: [Character: Int64] = ["k": 1 << 10, "m": 1 << 20, "g": 1 << 30]
        if units[last] != nil { text.removeLast() }
        guard let number = Int64(text) else { return nil }
        let (product, overflows) = number.multipliedReportingOverflow(by: units[last] ?? 1)
        return overflows ? nil : product
    }

    /// A place that holds a store, as it is configured.
    package struct NamedRemote: Sendable, Hashable {
        /// The name.
        package let name: String
        /// The URL as it was written.
        package let url: String
        /// Where the URL comes from; what only a tracked file says needs the user's agreement.
        package let level: Level
    }

    /// The remotes, in the order of their first mention, those of `.mver/config` first.
    ///
    /// A variable changes the URL of one that is mentioned; one that only a variable gives is known to
    /// `url(ofRemote:)`.
    package var remotes: [NamedRemote] {
        let prefix = "remote."
        let own = git.subsections(of: "git-model").filter { $0.hasPrefix(prefix) }.map {
            String($0.dropFirst(prefix.count))
        }
        var seen: Set<String> = []
        return (shared.subsections(of: "remote") + own).compactMap { name in
            guard seen.insert(name).inserted, let setting = setting("remote", name, "url") else { return nil }
            return setting.text.map { NamedRemote(name: name, url: $0, level: setting.level) }
        }
    }

    /// The remotes that everybody has, as `.mver/config` alone says them: its default, then as they are mentioned.
    package var sharedRemotes: [NamedRemote] {
        let remotes = shared.subsections(of: "remote").compactMap { name in
            shared.value("remote.\(name).url").map { NamedRemote(name: name, url: $0, level: .tracked) }
        }
        let first = shared.value("remote.default")
        return remotes.filter { $0.name == first } + remotes.filter { $0.name != first }
    }

    /// The names of the remotes, in the order of their first mention.
    package var remoteNames: [String] { remotes.map(\.name) }

    /// Returns a remote's URL as it was configured.
    package func url(ofRemote name: String) -> String? { value("remote", name, "url") }

    /// The remote that is meant where none is named: the configured one, or the only one.
    package var defaultRemote: String? {
        if let name = value("remote", nil, "default") { return name }
        let names = remoteNames
        return names.count == 1 ? names[0] : nil
    }

    /// Whether there is a remote at all, also where nothing says which of several is meant.
    package var hasRemotes: Bool { defaultRemote != nil || !remoteNames.isEmpty }

    /// The names of the remotes in the order in which they are asked: the default one, then the others as they are
    /// mentioned.
    package var remoteNamesByPreference: [String] {
        let first = defaultRemote
        return remoteNames.filter { $0 == first } + remoteNames.filter { $0 != first }
    }

    /// The key that names the Git remote with everybody's stages, rules and deployments; no tracked file may.
    package static let registryRemoteKey = "registry.remote"

    /// The Git remote that this user says has everybody's stages, rules and deployments.
    package var registryRemote: String? { value("registry", nil, "remote") }

    /// The directory of the local store, where the user wants another than `.git/model/store`.
    package var storePath: String? { value("store", nil, "path") }

    /// Whether version tags are `v1.2.3` instead of `name@v1.2.3`.
    package var usesPlainTags: Bool { flag("tags", nil, "plain") ?? false }

    /// Whether `pre-commit` blocks where it would warn.
    package var hooksAreStrict: Bool { flag("hooks", nil, "strict") ?? false }

    /// The metrics of which any level's files say something, as they spell them.
    package var directedMetrics: [String] {
        let prefix = "metric."
        let own = git.subsections(of: "git-model").filter { $0.hasPrefix(prefix) }.map {
            String($0.dropFirst(prefix.count))
        }
        return shared.subsections(of: "metric") + own
    }

    /// Returns which values of a metric somebody calls better, in their own words, which should be `lower` or `higher`.
    package func direction(ofMetric name: String) -> String? { value("metric", name, "direction") }

    /// From how many bytes on a file is large, for `add --each` and for the hook that keeps large files out of Git.
    package var largeFileSize: Int64 {
        let size = number("add", nil, "largeFileSize") ?? 1 << 20
        return size > 0 ? size : 1 << 20
    }
}
