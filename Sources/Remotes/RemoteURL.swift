package import SystemPackage
import Transport

/// Where a remote is, parsed from what the user or a configuration file wrote.
package enum RemoteURL: Hashable, Sendable {
    /// A directory of this machine, or one that is mounted on it.
    case directory(FilePath)
    /// A bucket of Amazon S3 or a service like it.
    case s3(S3Location)
    /// A bucket of Google Cloud Storage.
    case gcs(GCSLocation)
    /// A directory of a server that is reached by SSH.
    case ssh(SSHLocation)
    /// Files that a web server hands out.
    case web(WebLocation)
    /// A place that the user's rclone reaches.
    case rclone(RcloneLocation)
    /// The LFS server and a branch of a Git repository.
    case lfs(LFSLocation)

    /// The schemes that a URL may have, for messages.
    package static let schemes = [
        "file://", "a path", "s3://", "gs://", "ssh://", "user@host:path", "https://", "http://", "lfs:", "rclone://",
    ]

    /// Parses a URL or a path; a relative path is taken from `base`.
    package init(parsing text: String, relativeTo base: FilePath) throws(RemoteError) {
        guard !text.isEmpty else { throw .unusableURL(text, reason: "it is empty") }
        try RemoteURL.requireOneLine(text.utf8, of: text)
        if let path = text.removing(prefix: "file://") {
            guard path.hasPrefix("/") else {
                throw .unusableURL(text, reason: "a file: URL needs an absolute path after file://")
            }
            guard let decoded = PercentEncoding.decoded(path) else {
                let reason = "it has a % that is not followed by two hexadecimal digits, or does not decode to UTF-8"
                throw .unusableURL(text, reason: reason)
            }
            try RemoteURL.requireOneLine(decoded.utf8, of: text)
            self = .directory(FilePath(decoded).lexicallyNormalized())
            return
        }
        if let rest = text.removing(prefix: "s3://") {
            self = .s3(try S3Location(parsing: rest, of: text))
            return
        }
        if let rest = text.removing(prefix: "gs://") {
            self = .gcs(try GCSLocation(parsing: rest, of: text))
            return
        }
        if let rest = text.removing(prefix: "rclone://") {
            self = .rclone(try RcloneLocation(parsing: rest, of: text))
            return
        }
        if let rest = text.removing(prefix: "ssh://") {
            self = .ssh(try SSHLocation(parsing: rest, of: text))
            return
        }
        if text.hasPrefix("https://") || text.hasPrefix("http://") {
            self = .web(try WebLocation(parsing: text))
            return
        }
        if let rest = text.removing(prefix: "lfs:") {
            self = .lfs(try LFSLocation(parsing: rest, of: text))
            return
        }
        if let scheme = RemoteURL.scheme(of: text) {
            if scheme == "ssh:" {
                if let meant = RemoteURL.meant(by: text) { throw .unusableURL(text, reason: meant) }
                self = .ssh(try SSHLocation(short: text))
                return
            }
            let known = RemoteURL.schemes.joined(separator: ", ")
            throw .unusableURL(text, reason: "this version has no \(scheme) remotes, only \(known)")
        }
        self = .directory(base.pushing(FilePath(text)).lexicallyNormalized())
    }

    private static func requireOneLine(_ bytes: some Sequence<UInt8>, of text: String) throws(RemoteError) {
        guard bytes.contains(where: { $0 == 0 || $0 == 10 || $0 == 13 }) else { return }
        throw .unusableURL(text, reason: "it has a line break or a NUL in it")
    }

    private static func scheme(of text: String) -> String? {
        guard let colon = text.firstIndex(of: ":"), colon != text.startIndex else { return nil }
        let scheme = text[..<colon]
        let isScheme = scheme.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "+-.".utf8.contains(byte)
        }
        if isScheme, text[colon...].hasPrefix("://") { return String(scheme) + ":" }
        // As in Git: `host:path` with no slash before the colon is SSH's short form.
        return text[..<colon].contains("/") ? nil : "ssh:"
    }

    /// What to say of a text whose host would be called like a scheme: a slash was forgotten more likely than that
    /// there is one.
    private static func meant(by text: String) -> String? {
        let scheme = text.prefix { $0 != ":" }
        guard ["file", "s3", "gs", "ssh", "http", "https", "rclone"].contains(scheme.lowercased()) else { return nil }
        let path = text.dropFirst(scheme.count + 1)
        let rest = path.drop { $0 == "/" }
        // As in Git: without a slash behind the colon, it counts from the home directory there.
        let home = path.hasPrefix("/") || path.hasPrefix("~") ? "" : "~/"
        let url = scheme.lowercased() + (scheme.lowercased() == "file" ? ":///" : "://")
        return "did you mean \(url)\(rest)? A host of that name is ssh://\(scheme)/\(home)\(rest)"
    }

    /// The URL in its one spelling, for comparing; messages have what is `shown` of it.
    package var text: String {
        switch self {
        case .directory(let path): path.string
        case .s3(let location): location.text
        case .gcs(let location): location.text
        case .ssh(let location): location.text
        case .web(let location): location.text
        case .lfs(let location): location.text
        case .rclone(let location): location.text
        }
    }

    /// Whether only this machine sees the remote, which is worth a word to whoever pushes to it.
    package var isThisMachineOnly: Bool {
        if case .directory = self { true } else { false }
    }
}

extension String {
    fileprivate func removing(prefix: String) -> String? {
        hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
    }
}
