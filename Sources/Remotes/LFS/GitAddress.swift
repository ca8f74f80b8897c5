import Transport

/// How Git, or Git LFS, reaches what one of their URLs names.
package enum GitAddress: Hashable, Sendable {
    /// By HTTP, at this URL, which names no user.
    case web(String)
    /// By SSH.
    case ssh(SSHLocation)
    /// As a directory of this machine, or in a way that has no LFS server.
    case directory

    /// Parses a URL as Git takes it, `host:path` among them.
    package init(parsing url: String) throws(RemoteError) {
        let scheme = url.prefix { $0 != ":" }
        guard scheme.count < url.count, !scheme.contains("/") else {
            self = .directory
            return
        }
        if url.dropFirst(scheme.count).hasPrefix("::") {
            // A program of somebody's own.
            self = .directory
            return
        }
        guard url.dropFirst(scheme.count).hasPrefix("://") else {
            self = .ssh(try SSHLocation(short: url))
            return
        }
        let rest = url.dropFirst(scheme.count + 3)
        switch scheme {
        case "https", "http": self = .web("\(scheme)://" + GitAddress.withoutUser(rest))
        // Whoever has Git's own protocol has HTTP beside it, if any.
        case "git": self = .web("https://" + rest)
        case "ssh", "git+ssh", "ssh+git": self = .ssh(try SSHLocation(parsing: String(rest), of: url))
        default: self = .directory
        }
    }

    /// The host's name in lower case, where there is one.
    package var host: String? {
        switch self {
        case .web(let url): HTTPAddress(url)?.host
        case .ssh(let location): location.host.lowercased()
        case .directory: nil
        }
    }

    /// Whether what goes there is for nobody else to read.
    package var isSecret: Bool { origin?.hasPrefix("http:") != true }

    /// The scheme and the authority of what is reached by HTTP.
    package var origin: String? { if case .web(let url) = self { HTTPAddress(url)?.origin } else { nil } }

    /// The URL of the LFS server that goes with a repository at this address (git-lfs, `docs/api/server-discovery.md`).
    package var server: String? {
        switch self {
        case .web(let url): return GitAddress.server(url)
        case .ssh(let location):
            let name = location.host.contains(":") ? "[\(location.host)]" : location.host
            return GitAddress.server("https://\(name)" + (location.path.hasPrefix("/") ? "" : "/") + location.path)
        case .directory: return nil
        }
    }

    private static func server(_ repository: String) -> String {
        let path = repository.hasSuffix("/") ? String(repository.dropLast()) : repository
        return path + (path.hasSuffix(".git") ? "/info/lfs" : ".git/info/lfs")
    }

    private static func withoutUser(_ rest: Substring) -> Substring {
        let authority = rest.prefix { $0 != "/" }
        return authority.lastIndex(of: "@").map { rest[rest.index(after: $0)...] } ?? rest
    }
}
