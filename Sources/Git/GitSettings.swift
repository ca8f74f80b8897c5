/// Settings that hold for some runs of `git` alone, and are written nowhere: by `GIT_CONFIG_COUNT` (git-config(1)).
package enum GitSettings {
    /// Returns the variables that add settings, by key and value, to those that an environment gives already.
    package static func variables(
        _ settings: [(key: String, value: String)],
        after environment: [String: String]
    ) -> [String: String] {
        let count = environment["GIT_CONFIG_COUNT"].flatMap { Int($0) } ?? 0
        var variables = ["GIT_CONFIG_COUNT": "\(count + settings.count)"]
        for (offset, setting) in settings.enumerated() {
            variables["GIT_CONFIG_KEY_\(count + offset)"] = setting.key
            variables["GIT_CONFIG_VALUE_\(count + offset)"] = setting.value
        }
        return variables
    }
}
