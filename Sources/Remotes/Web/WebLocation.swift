import Transport

/// Where a web server has the files of a store: a URL, below whose path they lie.
package struct WebLocation: Hashable, Sendable {
    private let origin: String
    /// The path, percent-encoded, without `/` at its end.
    private let path: String
    /// What every request's URL ends with, such as a token: `?` and a query, or nothing.
    private let query: String

    /// Parses an `http:` or `https:` URL; one with a user's name or a fragment is refused.
    init(parsing url: String) throws(RemoteError) {
        let authority = url.drop { $0 != ":" }.dropFirst(3).prefix { !"/?#".contains($0) }
        if authority.contains("@") {
            // Not even in this message: what stands before the @ may be a secret.
            let shown =
                url.prefix { $0 != ":" } + "://…" + url[(authority.lastIndex(of: "@") ?? authority.startIndex)...]
            throw .unusableURL(String(shown), reason: "it names a user, and URLs end up in files and logs")
        }
        guard !url.contains("#"), let address = HTTPAddress(url) else {
            throw .unusableURL(url, reason: "it is no http: or https: URL of a host and a path")
        }
        origin = address.origin
        let path = address.path.prefix { $0 != "?" }
        let components = path.split(separator: "/")
        guard !components.contains(where: { [".", ".."].contains(PercentEncoding.decoded($0) ?? "..") }) else {
            throw .unusableURL(url, reason: "a part of its path is . or .., or has a % without two hexadecimal digits")
        }
        self.path = components.map { "/" + PercentEncoding.encoded($0, keeping: "%!$&'()*+,;=:@") }.joined()
        query = PercentEncoding.encoded(address.path.dropFirst(path.count), keeping: "%!$&'()*+,;=:@/?")
    }

    /// The URL in its one spelling.
    var text: String { origin + path + query }

    /// The URL in messages: its query may be a token.
    var shown: String { RemoteURL.shown(text) }

    /// Returns where the store is on the server of a URL, which may be another than that of this location, after a
    /// redirect.
    func place(behind url: String) -> String { (HTTPAddress(url)?.origin ?? origin) + path }

    /// Returns the URL of a file of the store.
    func url(of file: String) -> String { origin + path + "/" + PercentEncoding.encoded(file, keeping: "/") + query }
}
