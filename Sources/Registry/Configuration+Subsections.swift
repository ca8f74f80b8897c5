import Git

extension Configuration {
    /// Returns the keys of a subsection of `.mver/config`, such as `[deploy "NAME"]`, each with its values in the order
    /// of the file, by its lower-case name, and those that only the tracked file gives.
    ///
    /// Where several levels have a key, all its values are those of the one that wins.
    func keys(of section: String, _ name: String) -> (values: [String: [String]], trackedKeys: Set<String>) {
        let mine = git.entries.filter { $0.key.subsection == "\(section).\(name)" }
        let tracked = shared.entries.filter { $0.key.section == section && $0.key.subsection == name }
        let mentioned = Set((mine + tracked).map(\.key.name)).union(variableKeys(of: section, name))
        var values: [String: [String]] = [:]
        var trackedKeys: Set<String> = []
        for key in mentioned {
            guard let winner = setting(section, name, key) else { continue }
            switch winner.level {
            case .environment where environment[Configuration.variable(section, name, key)]?.isEmpty == false:
                values[key] = [winner.text ?? "true"]
            case .tracked:
                values[key] = tracked.filter { $0.key.name == key }.map { $0.value ?? "true" }
                trackedKeys.insert(key)
            default:
                let same = mine.filter { $0.key.name == key && Configuration.level($0.scope) == winner.level }
                values[key] = same.map { $0.value ?? "true" }
            }
        }
        return (values, trackedKeys)
    }

    /// The keys, of one word each, that variables set.
    private func variableKeys(of section: String, _ name: String) -> Set<String> {
        let prefix = Configuration.variable(section, name, "")
        let words = environment.filter { $0.key.hasPrefix(prefix) && !$0.value.isEmpty }.map {
            $0.key.dropFirst(prefix.count).lowercased()
        }
        return Set(words.filter { $0.utf8.allSatisfy { (0x61...0x7A).contains($0) } && !$0.isEmpty })
    }
}
