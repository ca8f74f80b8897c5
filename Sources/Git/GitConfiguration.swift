/// The name of a configuration variable: `section.subsection.name`.
package struct GitConfigurationKey: Sendable, Hashable {
    /// The section, in lowercase.
    package let section: String
    /// The subsection, whose case counts; `nil` when there is none.
    package let subsection: String?
    /// The variable, in lowercase.
    package let name: String

    /// Creates a key from `section.name` or `section.subsection.name`; a subsection may have dots.
    ///
    /// Throws `invalidName` for what Git would not accept, so that no key can carry syntax.
    package init(_ text: String) throws(GitError) {
        self.init(listed: text[...])
        let isSound =
            GitConfigurationKey.isWord(section) && GitConfigurationKey.isWord(name)
            && name.utf8.first.map(GitConfigurationKey.isLetter) == true
            && subsection?.utf8.contains { $0 == 0 || $0 == UInt8(ascii: "\n") } != true
        if !isSound { throw GitError(.invalidName(text), command: "git config") }
    }

    /// Takes a key apart that Git has checked.
    init(listed text: Substring) {
        let first = text.firstIndex(of: ".") ?? text.endIndex
        let last = text.lastIndex(of: ".") ?? text.endIndex
        section = text[..<first].lowercased()
        name = (last < text.endIndex ? text[text.index(after: last)...] : "").lowercased()
        subsection = first < last ? String(text[text.index(after: first)..<last]) : nil
    }

    /// The key as `git config` takes it.
    package var text: String { section + "." + (subsection.map { $0 + "." } ?? "") + name }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func isWord(_ text: String) -> Bool {
        guard let first = text.utf8.first, first != UInt8(ascii: "-") else { return false }
        return text.utf8.allSatisfy {
            isLetter($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "-")
        }
    }
}

/// Variables in the order in which Git read them; where one occurs twice, the later wins.
package struct GitConfiguration: Sendable, Hashable {
    /// Where an entry comes from.
    package enum Scope: String, Sendable, Hashable {
        case system, global, local, worktree
        /// `git -c`, `GIT_CONFIG_COUNT`; also everything that was read from one given file or blob.
        case command
    }

    /// One line of configuration.
    package struct Entry: Sendable, Hashable {
        /// The variable.
        package let key: GitConfigurationKey
        /// Its value; `nil` when the line has no `=`, which means true.
        package let value: String?
        /// The level it comes from.
        package let scope: Scope
        /// The file it comes from, as Git names it, such as `file:/home/a/.gitconfig`.
        package let origin: String
    }

    /// The entries.
    package let entries: [Entry]

    package init(entries: [Entry] = []) {
        self.entries = entries
    }

    /// Reads what `git config -z --list --show-scope --show-origin` prints.
    init(listed output: GitOutput) throws(GitError) {
        var entries: [Entry] = []
        let records = output.records
        guard records.count.isMultiple(of: 3) else { throw GitError(.unexpectedOutput, command: "git config --list") }
        for start in stride(from: 0, to: records.count, by: 3) {
            let line = String(decoding: records[start + 2], as: UTF8.self)
            let end = line.firstIndex(of: "\n")
            entries.append(
                Entry(
                    key: GitConfigurationKey(listed: line[..<(end ?? line.endIndex)]),
                    value: end.map { String(line[line.index(after: $0)...]) },
                    scope: Scope(rawValue: String(decoding: records[start], as: UTF8.self)) ?? .command,
                    origin: String(decoding: records[start + 1], as: UTF8.self)
                )
            )
        }
        self.entries = entries
    }

    /// Returns the last entry of a variable, named as `section.name` or `section.subsection.name`.
    package func entry(_ name: String) -> Entry? {
        let key = GitConfigurationKey(listed: name[...])
        return entries.last { $0.key == key }
    }

    /// Returns the last value of the variable; `nil` when it is not set, or set without a value.
    package func value(_ name: String) -> String? {
        entry(name)?.value
    }

    /// Returns all values of the variable in order.
    package func values(_ name: String) -> [String] {
        let key = GitConfigurationKey(listed: name[...])
        return entries.filter { $0.key == key }.compactMap(\.value)
    }

    /// Returns the last value as Git reads a truth value; `nil` when it is not set or is none.
    package func flag(_ name: String) -> Bool? {
        guard let entry = entry(name) else { return nil }
        switch entry.value?.lowercased() {
        case nil, "true", "yes", "on", "1": return true
        case "false", "no", "off", "0", "": return false
        default: return nil
        }
    }

    /// Returns the last value as Git reads a number, with k, m or g; `nil` when it is not set or is none.
    package func number(_ name: String) -> Int64? {
        guard var text = value(name)?.lowercased() else { return nil }
        let shift: Int64? = text.last.flatMap { ["k": 10, "m": 20, "g": 30][$0] }
        if shift != nil { text.removeLast() }
        guard let number = Int64(text) else { return nil }
        let (product, overflow) = number.multipliedReportingOverflow(by: 1 << (shift ?? 0))
        return overflow ? nil : product
    }

    /// Returns the subsections of a section in the order of their first entries.
    package func subsections(of section: String) -> [String] {
        var seen: Set<String> = []
        return entries.compactMap { $0.key.section == section ? $0.key.subsection : nil }
            .filter { seen.insert($0).inserted }
    }

    /// Returns these entries and then the other's, which win.
    package func overridden(by other: GitConfiguration) -> GitConfiguration {
        GitConfiguration(entries: entries + other.entries)
    }
}
