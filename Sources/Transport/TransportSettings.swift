package import SystemPackage

/// How the network is reached from this machine: proxies and certificates, as curl and Git take them from the
/// environment.
package struct TransportSettings: Sendable {
    /// The proxy for `http:` URLs.
    package var plainProxy: ProxyAddress?
    /// The proxy for `https:` URLs.
    package var secureProxy: ProxyAddress?
    /// The hosts that are reached without a proxy: names, which stand for what is below them too, or `*`.
    package var unproxiedHosts: [String] = []
    /// A file of certificates, in PEM, that are trusted in place of the system's.
    package var certificates: FilePath?
    /// How long a connection may take to come about.
    package var connectLimit = Duration.seconds(15)
    /// The most bytes a second, in either direction, all requests together; `nil` is no limit.
    package var bytesPerSecond: Int64?
    /// How long a request may move next to nothing.
    var stallWindow = StallWatch.window

    /// Creates settings that use no proxy and the system's certificates.
    package init() {}

    /// Reads what curl and Git read: `https_proxy`, `HTTPS_PROXY`, `http_proxy` (lower case only, as CGI programs get
    /// the other from strangers), `all_proxy`, `ALL_PROXY`, `no_proxy`, `NO_PROXY`, `GIT_SSL_CAINFO`, `CURL_CA_BUNDLE`,
    /// `SSL_CERT_FILE`.
    ///
    /// A proxy that cannot be used is an error, for bytes would go where they are not meant to go.
    package init(environment: [String: String]) throws(TransportError) {
        func first(_ names: String...) -> String? {
            names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        }
        let everywhere = first("all_proxy", "ALL_PROXY")
        plainProxy = try (first("http_proxy") ?? everywhere).map(ProxyAddress.init(parsing:))
        secureProxy = try (first("https_proxy", "HTTPS_PROXY") ?? everywhere).map(ProxyAddress.init(parsing:))
        unproxiedHosts = (first("no_proxy", "NO_PROXY") ?? "").split { $0 == "," || $0 == " " }.map { name in
            String(name.hasPrefix(".") ? name.dropFirst() : name).lowercased()
        }
        certificates = first("GIT_SSL_CAINFO", "CURL_CA_BUNDLE", "SSL_CERT_FILE").map { FilePath($0) }
    }

    /// Whether a host is this machine by its name or address: `localhost`, `127.0.0.0/8`, `::1`.
    package static func isLoopback(_ host: String) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        let isAddress = parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
        return isAddress || host == "::1" || host.lowercased() == "localhost"
    }

    /// Returns the proxy that a URL's host is reached by: the one that is configured for it, where one is, else that
    /// for its scheme.
    ///
    /// This machine is reached without one: another would take the name for itself, and see what is meant to stay here.
    func proxy(isSecure: Bool, host: String, configured: String? = nil) throws(TransportError) -> ProxyAddress? {
        let host = host.lowercased()
        if TransportSettings.isLoopback(host) { return nil }
        let isDirect = unproxiedHosts.contains { $0 == "*" || host == $0 || host.hasSuffix("." + $0) }
        if isDirect { return nil }
        if let configured { return configured.isEmpty ? nil : try ProxyAddress(parsing: configured) }
        return isSecure ? secureProxy : plainProxy
    }
}

/// Where an HTTP proxy is.
package struct ProxyAddress: Hashable, Sendable {
    /// The host's name or address.
    let host: String
    /// The port.
    let port: Int
    /// The user's name and password as the URL had them, joined by a colon.
    let credentials: String?

    /// Parses `http://[user:password@]host[:port]`, where the scheme may be left out.
    init(parsing text: String) throws(TransportError) {
        var rest = Substring(text)
        if let end = rest.firstRange(of: "://") {
            guard rest[..<end.lowerBound].lowercased() == "http" else {
                throw .invalid("cannot use proxy \(ProxyAddress.redacted(text)): only http:// proxies are supported")
            }
            rest = rest[end.upperBound...]
        }
        rest = rest.prefix { $0 != "/" }
        if let at = rest.lastIndex(of: "@") {
            credentials = PercentEncoding.decoded(rest[..<at])
            rest = rest[rest.index(after: at)...]
        } else {
            credentials = nil
        }
        guard let authority = HostAndPort(rest, defaultPort: 1080) else {
            throw .invalid("cannot use proxy \(ProxyAddress.redacted(text)): it is no host and port")
        }
        host = authority.host
        port = authority.port
    }

    private static func redacted(_ text: String) -> String {
        guard let at = text.lastIndex(of: "@") else { return text }
        return "…" + text[at...]
    }
}
