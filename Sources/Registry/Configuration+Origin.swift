import Git

extension Configuration {
    /// Returns what `.mver/config` says of a key, whatever other levels do; `nil` where it does not set it, or has no
    /// `=`.
    package func tracked(_ section: String, _ subsection: String? = nil, _ name: String) -> String? {
        shared.value([section, subsection, name].compactMap(\.self).joined(separator: "."))
    }

    /// Returns how the value of a key is taken back that another level than `.mver/config` decides, as words for a
    /// hint; `nil` where that file does, or no level sets the key.
    package func wayToTakeBack(_ section: String, _ subsection: String? = nil, _ name: String) -> String? {
        guard let setting = setting(section, subsection, name), setting.level != .tracked else { return nil }
        let variable = Configuration.variable(section, subsection, name)
        if environment[variable]?.isEmpty == false { return "`unset \(variable)`" }
        let group = [section, subsection].compactMap(\.self).joined(separator: ".")
        let key = "git-model.\(group).\(name)"
        let entry = git.entries.last { $0.key.subsection == group && $0.key.name == name.lowercased() }
        switch entry?.scope {
        case .system: return "`git config --system --unset \(key)`"
        case .global: return "`git config --global --unset \(key)`"
        case .worktree: return "`git config --worktree --unset \(key)`"
        case .command: return "leave out `git -c \(key)=…`, or what GIT_CONFIG_COUNT counts"
        case .local, nil: return "`git config --unset \(key)`"
        }
    }
}
