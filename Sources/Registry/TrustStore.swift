package import SystemIO
import SystemPackage

/// The remote URLs that the user of this machine agreed to write to, one exact URL a line.
package struct TrustStore: Sendable {
    private let path: FilePath

    /// Opens the list in the user's configuration directory (`$XDG_CONFIG_HOME`, else `~/.config`); `nil` where there is no home.
    package init?(environment: [String: String]) {
        let base: FilePath
        if let directory = environment["XDG_CONFIG_HOME"], directory.hasPrefix("/") {
            base = FilePath(directory)
        } else if let home = environment["HOME"], !home.isEmpty {
            base = FilePath(home).appending(".config")
        } else {
            return nil
        }
        path = base.appending("git-model").appending("trust")
    }

    /// The URLs, in the order in which they were agreed to.
    package func urls() throws(IOError) -> [String] {
        guard try FileStatus.of(path, followingLinks: true) != nil else { return [] }
        let bytes = try DurableFile.read(path, limit: 1 << 20)
        return bytes.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Returns whether the user agreed to exactly this URL.
    package func contains(_ url: String) throws(IOError) -> Bool { try urls().contains(url) }

    /// Notes that the user agrees to a URL.
    package func add(_ url: String) throws(IOError) {
        let known = try urls()
        if !known.contains(url) { try write(known + [url]) }
    }

    /// Notes that the user no longer agrees to a URL; returns whether they did.
    package func remove(_ url: String) throws(IOError) -> Bool {
        let known = try urls()
        guard known.contains(url) else { return false }
        try write(known.filter { $0 != url })
        return true
    }

    private func write(_ urls: [String]) throws(IOError) {
        try Directories.create(path.removingLastComponent(), permissions: 0o700)
        try DurableFile.write(Array(urls.map { $0 + "\n" }.joined().utf8), to: path, permissions: 0o600)
    }
}
