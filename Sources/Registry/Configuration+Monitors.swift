import Git

extension Configuration {
    /// The keys of a target's monitor, `[monitor "TARGET"]`.
    package struct MonitorKeys: Sendable, Hashable {
        /// The values of each key, in the order of the file, by its lower-case name.
        package let values: [String: [String]]

        /// Returns the last value of a key; `nil` where it is not set or empty.
        package func text(_ key: String) -> String? {
            guard let text = values[key]?.last, !text.isEmpty else { return nil }
            return text
        }
    }

    /// Returns the keys of a target's monitor; where several levels have a key, all its values are those of the one
    /// that wins.
    package func monitor(of target: String) -> MonitorKeys {
        MonitorKeys(values: keys(of: "monitor", target).values)
    }

    /// The targets that a monitor is set up for, in the order of their first mention.
    package var monitoredTargets: [String] {
        let prefix = "monitor."
        let own = git.subsections(of: "git-model").filter { $0.hasPrefix(prefix) }
        var seen: Set<String> = []
        return (shared.subsections(of: "monitor") + own.map { String($0.dropFirst(prefix.count)) })
            .filter { seen.insert($0).inserted }
    }
}
