extension RemoteURL {
    /// What stands for a query in messages.
    package static let hiddenQuery = "?…"

    /// Returns a URL, usable or not, as messages and reports may show it: without the query of a web server's, which
    /// may be a token, and without a name and a password.
    package static func shown(_ url: String) -> String {
        let isWeb = ["http://", "https://"].contains { url.lowercased().hasPrefix($0) }
        let place = isWeb ? url.prefix { $0 != "?" } : url[...]
        return withoutPasswords(place) + (place.endIndex == url.endIndex ? "" : hiddenQuery)
    }

    /// Also behind `endpoint=`, percent-encoded or not.
    private static func withoutPasswords(_ text: Substring) -> String {
        let ends = "/?#&"
        var shown = ""
        var rest = text
        while let at = rest.firstIndex(of: "@") {
            let start = rest[..<at].lastIndex(where: ends.contains).map { rest.index(after: $0) } ?? rest.startIndex
            let end = rest[at...].firstIndex(where: ends.contains) ?? rest.endIndex
            let last = rest[..<end].lastIndex(of: "@") ?? at
            let login = rest[start..<last].lowercased()
            let hasPassword = text[..<start].hasSuffix("//") && (login.contains(":") || login.contains("%3a"))
            shown += rest[..<start]
            shown += hasPassword || login.contains("%2f%2f") ? "…" : rest[start..<last]
            shown += rest[last..<end]
            rest = rest[end...]
        }
        return shown + rest
    }
}
