/// What the configuration of a DVC project says about where bytes are (`.dvc/config`, in the syntax of Python's
/// ConfigObj).
package struct DVCConfiguration: Sendable {
    /// The most bytes that a file may have.
    package static let byteLimit = 1 << 20

    /// The values by section and key; a remote's section is `remote "name"`.
    private var values: [String: [String: String]] = [:]

    /// Creates a configuration in which nothing is set.
    package init() {}

    /// Sets what a file says, which stands above what is set so far; `place` makes a path that is written there
    /// absolute.
    ///
    /// Lines that make no sense are passed over, as DVC itself will complain about them.
    package mutating func read(_ bytes: [UInt8], place: (String) -> String) {
        var section = ""
        for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
            let text = DVCConfiguration.trimmed(line)
            if text.hasPrefix("#") || text.hasPrefix(";") || text.isEmpty { continue }
            if text.hasPrefix("["), let end = text.lastIndex(of: "]") {
                section = DVCConfiguration.unquoted(text[text.index(after: text.startIndex)..<end])
            } else if let equals = text.firstIndex(of: "=") {
                let key = DVCConfiguration.trimmed(text[..<equals])
                var value = DVCConfiguration.unquoted(text[text.index(after: equals)...])
                if DVCConfiguration.isPath(key, in: section), DVCConfiguration.isRelative(value) {
                    value = place(value)
                }
                values[section, default: [:]][String(key)] = value
            }
        }
    }

    /// The directory of the cache, where one is set.
    package var cache: String? { values["cache"]?["dir"] }

    /// A place where DVC sends bytes.
    package struct Remote: Sendable, Hashable {
        /// Its name.
        package let name: String
        /// Its URL, or an absolute path.
        package let url: String

        /// The directory that it is; `nil` where it is none.
        package var directory: String? {
            if url.hasPrefix("file://") { return String(url.dropFirst("file://".count)) }
            return url.firstRange(of: "://") == nil ? url : nil
        }
    }

    /// The remotes, the default one first, then by name.
    package var remotes: [Remote] {
        let preferred = values["core"]?["remote"]
        return values.compactMap { section, keys -> Remote? in
            guard section.hasPrefix("remote "), let url = keys["url"] else { return nil }
            return Remote(name: DVCConfiguration.unquoted(section.dropFirst("remote ".count)), url: url)
        }.sorted { ($0.name == preferred ? 0 : 1, $0.name) < ($1.name == preferred ? 0 : 1, $1.name) }
    }

    private static func isPath(_ key: Substring, in section: String) -> Bool {
        section == "cache" && key == "dir" || section.hasPrefix("remote ") && key == "url"
    }

    private static func isRelative(_ value: String) -> Bool {
        !value.hasPrefix("/") && value.firstRange(of: "://") == nil && !value.isEmpty
    }

    private static func trimmed(_ text: Substring) -> Substring {
        guard let end = text.lastIndex(where: { !$0.isWhitespace }) else { return text.prefix(0) }
        return text[...end].drop(while: \.isWhitespace)
    }

    /// Returns a text without the blanks and the pair of quotes around it.
    private static func unquoted(_ text: Substring) -> String {
        let text = trimmed(text)
        for quote in ["'", "\""] where text.count >= 2 && text.hasPrefix(quote) && text.hasSuffix(quote) {
            return String(text.dropFirst().dropLast())
        }
        return String(text)
    }
}
