extension GitAddress {
    /// Returns whether two URLs, as Git takes them, may lead to the same repository, by whatever protocol.
    ///
    /// A name of the user's OpenSSH configuration may mean any host, and a server may show only some of its
    /// directories: what tells repositories apart is how their paths end.
    package static func mayBeSame(_ one: String, _ other: String) throws(RemoteError) -> Bool {
        let (first, second) = (try GitAddress(parsing: one), try GitAddress(parsing: other))
        guard areLike(first.host, second.host) || first.isAlias || second.isAlias else { return false }
        let (long, short) = (first.pathComponents(of: one), second.pathComponents(of: other))
        return long.count < short.count ? endsLike(short, long) : endsLike(long, short)
    }

    /// Whether the host may be a name that only OpenSSH's configuration knows.
    private var isAlias: Bool { if case .ssh(let location) = self { !location.host.contains(".") } else { false } }

    private static func areLike(_ one: String?, _ other: String?) -> Bool {
        guard let one, let other else { return one == other }
        // As `ssh.github.com` and `github.com`.
        return one == other || one.hasSuffix("." + other) || other.hasSuffix("." + one)
    }

    private static func endsLike(_ long: [Substring], _ short: [Substring]) -> Bool {
        long.suffix(short.count).elementsEqual(short)
    }

    private func pathComponents(of url: String) -> [Substring] {
        let path: Substring =
            switch self {
            case .web(let url): GitAddress.withoutScheme(url).drop { $0 != "/" }
            case .ssh(let location): location.path[...]
            case .directory: GitAddress.withoutScheme(url)
            }
        var parts = path.split(separator: "/").filter { $0 != "." }
        if let last = parts.last, last.hasSuffix(".git") { parts[parts.count - 1] = last.dropLast(".git".count) }
        return parts
    }

    private static func withoutScheme(_ url: String) -> Substring {
        url.firstRange(of: "://").map { url[$0.upperBound...] } ?? url[...]
    }
}
