import Git

extension Configuration {
    /// The keys of a target, `[deploy "NAME"]`, as the levels that win have them.
    package struct TargetKeys: Sendable, Hashable {
        /// The name.
        package let name: String
        /// The values of each key, in the order of the file, by its lower-case name.
        package let values: [String: [String]]
        /// The keys whose values only the tracked file gives.
        package let trackedKeys: Set<String>
    }

    /// The targets, in the order of their first mention, those of `.mver/config` first.
    package var targets: [TargetKeys] {
        let prefix = "deploy."
        let own = git.subsections(of: "git-model").filter { $0.hasPrefix(prefix) }.map {
            String($0.dropFirst(prefix.count))
        }
        var seen: Set<String> = []
        return (shared.subsections(of: "deploy") + own).filter { seen.insert($0).inserted }.map { name in
            let keys = keys(of: "deploy", name)
            return TargetKeys(name: name, values: keys.values, trackedKeys: keys.trackedKeys)
        }
    }
}
