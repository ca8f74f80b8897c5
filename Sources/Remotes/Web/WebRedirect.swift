import Transport

/// Where a server that answers with a redirect may send a reader (RFC 9110, section 15.4).
enum WebRedirect {
    /// Returns the URL to ask next: one of the same host, by TLS where the first was; `nil` for any other.
    static func target(of response: HTTPResponse, from url: String) -> String? {
        guard let location = response.fields["Location"], let origin = HTTPAddress(url) else { return nil }
        let text = absolute(location, from: origin)
        guard let target = HTTPAddress(text), target.host == origin.host, !text.contains("#") else { return nil }
        return target.origin == origin.origin || (target.isSecure && !origin.isSecure) ? text : nil
    }

    private static func absolute(_ location: String, from origin: HTTPAddress) -> String {
        if location.hasPrefix("//") { return (origin.isSecure ? "https:" : "http:") + location }
        if location.hasPrefix("/") { return origin.origin + location }
        let scheme = location.prefix { !"/?:".contains($0) }
        if location.dropFirst(scheme.count).hasPrefix("://") { return location }
        let path = origin.path.prefix { $0 != "?" }
        let directory = path.lastIndex(of: "/").map { path[...$0] } ?? "/"
        return origin.origin + directory + location
    }
}
