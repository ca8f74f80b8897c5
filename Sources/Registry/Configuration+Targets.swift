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
        return (shared.subsections(of: "deploy") + own).filter { seen.insert($0).inserted }.map(keys(ofTarget:))
    }

    /// Where several levels have a key, all its values are those of the one that wins.
    private func keys(ofTarget name: String) -> TargetKeys {
        let mine = git.entries.filter { $0.key.subsection == "deploy.\(name)" }
        let tracked = shared.entries.filter { $0.key.section == "deploy" && $0.key.subsection == name }
        let mentioned = Set((mine + tracked).map(\.key.name)).union(variableKeys(ofTarget: name))
        var values: [String: [String]] = [:]
        var trackedKeys: Set<String> = []
        for key in mentioned {
            guard let winner = setting("deploy", name, key) else { continue }
            switch winner.level {
            case .environment where environment[Configuration.variable("deploy", name, key)]?.isEmpty == false:
                values[key] = [winner.text ?? "true"]
            case .tracked:
                values[key] = tracked.filter { $0.key.name == key }.map { $0.value ?? "true" }
                trackedKeys.insert(key)
            default:
                let same = mine.filter { $0.key.name == key && Configuration.level($0.scope) == winner.level }
                values[key] = same.map { $0.value ?? "true" }
            }
        }
        return TargetKeys(name: name, values: values, trackedKeys: trackedKeys)
    }

    /// The keys, of one word each, that variables set for a target.
    private func variableKeys(ofTarget name: String) -> Set<String> {
        let prefix = Configuration.variable("deploy", name, "")
        let words = environment.filter { $0.key.hasPrefix(prefix) && !$0.value.isEmpty }.map {
            $0.key.dropFirst(prefix.count).lowercased()
        }
        return Set(words.filter { $0.utf8.allSatisfy { (0x61...0x7A).contains($0) } && !$0.isEmpty })
    }
}
