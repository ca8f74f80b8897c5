import ModelCore
import SystemIO
import SystemPackage

/// What the user of this machine agreed to: a file of their own, one exact entry a line.
///
/// An entry is a remote URL that may be written to, `deploy:` with the path or URL of a place to deploy to, or
/// `command:` with the SHA-256 of a command's words, joined by zero bytes. Only absolute paths and URLs with a scheme
/// count: a relative path would mean another place in each repository. Two processes that change it at once leave one
/// of the two results, never a mixture.
package struct TrustStore: Sendable {
    private let path: FilePath

    private static let byteLimit = 1 << 20

    /// Opens the list in the user's configuration directory (`$XDG_CONFIG_HOME`, else `~/.config`); `nil` where there
    /// is no home.
    package init?(environment: [String: String]) {
        let base: FilePath
        if let directory = environment["XDG_CONFIG_HOME"], directory.hasPrefix("/") {
            base = FilePath(directory)
        } else if let home = environment["HOME"], home.hasPrefix("/") {
            base = FilePath(home).appending(".config")
        } else {
            return nil
        }
        path = base.appending("git-model").appending("trust")
    }

    /// The URLs, in the order in which they were agreed to.
    package func urls() throws -> [String] {
        guard try FileStatus.of(path, followingLinks: true) != nil else { return [] }
        let bytes = try DurableFile.read(path, limit: TrustStore.byteLimit)
        return bytes.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
            .filter(TrustStore.isAbsolute)
    }

    /// Returns whether the user agreed to exactly this URL, byte for byte.
    package func contains(_ url: String) throws -> Bool {
        try urls().contains { TrustStore.isSame($0, url) }
    }

    private static func isAbsolute(_ url: String) -> Bool {
        // Not only URLs are agreed to: a command that a tracked file names, and a place to deploy to.
        if url.hasPrefix("command:") { return Digest(hex: url.dropFirst("command:".count)) != nil }
        if url.hasPrefix("deploy:") {
            let place = url.dropFirst("deploy:".count)
            return place.hasPrefix("/") || place.contains("://") && !namesRelativeLayout(place)
        }
        guard url.hasPrefix("lfs:") else { return url.hasPrefix("/") || url.contains("://") }
        // What Git takes: a path, a URL or `host:path`; the name of a Git remote means another place in each
        // repository.
        let place = url.dropFirst("lfs:".count)
        return place.hasPrefix("/") || place.prefix { $0 != "/" }.contains(":")
    }

    /// Whether a target's keys, as an entry has them, name a layout that would be another directory in each repository.
    private static func namesRelativeLayout(_ place: Substring) -> Bool {
        let keys = place.split(separator: "?", maxSplits: 1).dropFirst().joined().split(separator: "&")
        return keys.contains { key in
            ["base=oci:", "to=oci:"].contains { key.hasPrefix($0) && !key.dropFirst($0.count).hasPrefix("/") }
        }
    }

    /// Notes that the user agrees to a URL; throws `UntrustableURL` for one that is relative or no line of text.
    package func add(_ url: String) throws {
        // A line feed in it would agree to a second URL that nobody saw.
        guard TrustStore.isAbsolute(url), url.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw UntrustableURL(url: url)
        }
        let known = try urls()
        if !known.contains(where: { TrustStore.isSame($0, url) }) { try write(known + [url]) }
    }

    /// Notes that the user no longer agrees to a URL; returns whether they did.
    @discardableResult
    package func remove(_ url: String) throws -> Bool {
        let known = try urls()
        let rest = known.filter { !TrustStore.isSame($0, url) }
        if rest.count < known.count { try write(rest) }
        return rest.count < known.count
    }

    /// Texts that Unicode calls equal may be two hosts.
    private static func isSame(_ left: String, _ right: String) -> Bool { left.utf8.elementsEqual(right.utf8) }

    private func write(_ urls: [String]) throws {
        try Directories.create(path.removingLastComponent(), permissions: 0o700)
        try DurableFile.write(Array(urls.map { $0 + "\n" }.joined().utf8), to: path, permissions: 0o600)
    }
}

/// A URL that nobody can agree to, because it is empty, relative, or has control characters.
package struct UntrustableURL: Error, Sendable, Equatable {
    /// The URL.
    package let url: String
}

extension UntrustableURL: CustomStringConvertible {
    /// One clause that shows the URL.
    package var description: String { "\(QuotedPath.encode(url)) is no URL that can be agreed to" }
}
