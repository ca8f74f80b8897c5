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
        let mine = git.entries.filter { $0.key.subsection == "monitor.\(target)" }
        let tracked = shared.entries.filter { $0.key.section == "monitor" && $0.key.subsection == target }
        var values: [String: [String]] = [:]
        for key in Set((mine + tracked).map(\.key.name)) {
            guard let winner = setting("monitor", target, key) else { continue }
            switch winner.level {
            case .tracked: values[key] = tracked.filter { $0.key.name == key }.map { $0.value ?? "true" }
            case .environment where mine.last(where: { $0.key.name == key })?.scope != .command:
                values[key] = [winner.text ?? "true"]
            default:
                let own = mine.filter { $0.key.name == key }
                let scope = own.last?.scope
                values[key] = own.filter { $0.scope == scope }.map { $0.value ?? "true" }
            }
        }
        return MonitorKeys(values: values)
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
