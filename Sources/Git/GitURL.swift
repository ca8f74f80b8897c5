/// URLs as Git takes them.
package enum GitURL {
    /// Returns a URL as others may read it: without a user's name and password.
    package static func withoutLogin(_ url: String) -> String {
        guard let scheme = url.firstRange(of: "://") else { return url }
        let rest = url[scheme.upperBound...]
        guard let end = rest.prefix(while: { $0 != "/" }).lastIndex(of: "@") else { return url }
        return String(url[..<scheme.upperBound] + rest[rest.index(after: end)...])
    }
}
