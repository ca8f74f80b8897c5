import Transport

/// Where a store is on a server that is reached by SSH.
package struct SSHLocation: Hashable, Sendable {
    /// The name or address of the server, or a name of the user's OpenSSH configuration.
    let host: String
    /// The user there, where the configuration is not to say.
    let user: String?
    /// The port, where the configuration is not to say.
    let port: Int?
    /// The directory of the store, as the server is told: relative paths count from the user's home there.
    let path: String

    /// Parses what follows `ssh://`: `[user@]host[:port]/path`; `/~/path` counts from the home directory.
    init(parsing text: String, of url: String) throws(RemoteError) {
        let authority = text.prefix { $0 != "/" }
        let at = authority.lastIndex(of: "@")
        user = try at.map { at throws(RemoteError) in try SSHLocation.user(authority[..<at], of: url) }
        let place = at.map { authority[authority.index(after: $0)...] } ?? authority
        guard let server = HostAndPort(place, defaultPort: 0), SSHLocation.isHost(server.host) else {
            throw .unusableURL(url, reason: "'\(place)' is no host[:port]")
        }
        host = server.host
        port = server.port == 0 ? nil : server.port
        guard let decoded = PercentEncoding.decoded(text.dropFirst(authority.count)) else {
            let reason = "it has a % that is not followed by two hexadecimal digits, or does not decode to UTF-8"
            throw .unusableURL(url, reason: reason)
        }
        path = try SSHLocation.path(decoded.hasPrefix("/~") ? decoded.dropFirst() : decoded[...], of: url)
    }

    /// Parses Git's short form, `[user@]host:path`; a path that does not begin with `/` counts from the home directory.
    init(short text: String) throws(RemoteError) {
        let colon =
            (text.hasPrefix("[") ? text.firstIndex(of: "]") : text.startIndex)
            .flatMap { text[$0...].firstIndex(of: ":") } ?? text.endIndex
        let place = text[..<colon]
        let at = place.lastIndex(of: "@")
        user = try at.map { at throws(RemoteError) in try SSHLocation.user(place[..<at], of: text) }
        let name = at.map { place[place.index(after: $0)...] } ?? place
        host = name.hasPrefix("[") && name.hasSuffix("]") ? String(name.dropFirst().dropLast()) : String(name)
        guard SSHLocation.isHost(host) else { throw .unusableURL(text, reason: "'\(name)' is no name of a host") }
        port = nil
        let rest = text[colon...].dropFirst()
        guard !rest.hasPrefix("\\") else {
            throw .unusableURL(text, reason: "it looks like a path of Windows, and means a host named '\(host)'")
        }
        path = try SSHLocation.path(rest, of: text)
    }

    /// The URL in its one spelling.
    package var text: String {
        "ssh://" + authority(port: port) + (path.hasPrefix("/") ? "" : "/~/")
            + PercentEncoding.encoded(path, keeping: "/")
    }

    /// What the user types to log in there by hand.
    package var login: String { "ssh " + (port.map { "-p \($0) " } ?? "") + (user.map { $0 + "@" } ?? "") + host }

    /// Returns the path of a file of the store, as the server is told.
    func path(of file: String) -> String {
        file.isEmpty ? path : path == "/" ? "/" + file : path + "/" + file
    }

    private func authority(port: Int?) -> String {
        let name = host.contains(":") ? "[\(host)]" : host
        return (user.map { $0 + "@" } ?? "") + name + (port.map { ":\($0)" } ?? "")
    }

    /// Whether a name is one that no program takes for an option, a pattern or a command: OpenSSH puts names into
    /// commands of its configuration.
    private static func isHost(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 255 && !name.hasPrefix("-")
            && name.utf8.allSatisfy { isWord($0) || "-._:".utf8.contains($0) }
    }

    private static func user(_ name: Substring, of url: String) throws(RemoteError) -> String {
        let isSound = name.utf8.allSatisfy { isWord($0) || "-._+@=".utf8.contains($0) }
        guard !name.contains(":") else {
            throw .unusableURL(url, reason: "it has a password in it; let ssh ask, or use a key")
        }
        guard isSound, !name.isEmpty, !name.hasPrefix("-"), name.utf8.count <= 255 else {
            throw .unusableURL(url, reason: "'\(name)' is no name of a user")
        }
        return String(name)
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    /// Returns a path without what does not change its meaning.
    private static func path(_ text: Substring, of url: String) throws(RemoteError) -> String {
        guard !text.utf8.contains(where: { $0 == 0 || $0 == 10 || $0 == 13 }) else {
            throw .unusableURL(url, reason: "it has a line break or a NUL in it")
        }
        var parts = text.split(separator: "/")
        guard !parts.contains("..") else { throw .unusableURL(url, reason: "a part of its path is ..") }
        parts.removeAll { $0 == "." }
        guard !text.hasPrefix("/") else { return "/" + parts.joined(separator: "/") }
        if parts.first == "~" { parts.removeFirst() }
        guard parts.first?.hasPrefix("~") != true else {
            throw .unusableURL(url, reason: "the home of another user has to be written as a path")
        }
        guard !parts.isEmpty else { throw .unusableURL(url, reason: "it names no directory") }
        return parts.joined(separator: "/")
    }
}
