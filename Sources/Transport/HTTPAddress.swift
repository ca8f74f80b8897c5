/// Where the server of an `http:` or `https:` URL is.
package struct HTTPAddress: Hashable, Sendable {
    /// Whether the connection is by TLS.
    package let isSecure: Bool
    /// The host, in lower case.
    package let host: String
    /// The port.
    package let port: Int
    /// What follows the authority, beginning with `/`, or nothing.
    package let path: String

    /// Parses a URL; one with a user's name, with another scheme or without a host is none.
    package init?(_ url: String) {
        let scheme = url.prefix { $0 != ":" }.lowercased()
        guard ["http", "https"].contains(scheme), url.dropFirst(scheme.count).hasPrefix("://") else { return nil }
        isSecure = scheme == "https"
        let rest = url.dropFirst(scheme.count + 3)
        let authority = rest.prefix { !"/?#".contains($0) }
        guard let place = HostAndPort(authority, defaultPort: isSecure ? 443 : 80), !authority.contains("@") else {
            return nil
        }
        host = place.host.lowercased()
        port = place.port
        path = String(rest.dropFirst(authority.count))
    }

    /// Returns the URL of a path on the server that listens at a Unix socket, as `HTTPTransport` takes it; no proxy is
    /// between.
    package static func url(ofSocket socket: String, path: String) -> String {
        socketScheme + PercentEncoding.encoded(socket) + path
    }

    /// Whether a URL is of a server that listens at a Unix socket.
    static func isOfSocket(_ url: String) -> Bool { url.hasPrefix(socketScheme) }

    private static let socketScheme = "http+unix://"

    /// The host, with the port where it is not the scheme's own: the value of the field `Host`.
    package var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (isSecure ? 443 : 80) ? name : "\(name):\(port)"
    }

    /// The scheme and the authority.
    package var origin: String { (isSecure ? "https://" : "http://") + authority }
}
