import ModelCore

/// A place that the user's rclone reaches: `rclone://REMOTE/PATH`, with the name of a remote of rclone's own
/// configuration.
package struct RcloneLocation: Hashable, Sendable {
    /// What rclone calls the whole of what the place is in: `REMOTE:`.
    let remote: String
    /// The path of the place in that.
    let path: String
    /// What rclone calls the place: `REMOTE:PATH`.
    var place: String { remote + path }
    /// The command that lists what is in the place.
    package var listing: String { "rclone lsf " + ShellWord.quoted(place) }
    /// The URL in its one spelling.
    package let text: String

    /// Parses what follows `rclone://`; behind the first slash, another one begins an absolute path.
    init(parsing rest: String, of url: String) throws(RemoteError) {
        let name = rest.prefix { $0 != "/" }
        // Anything else could set up a remote in its name, or be an option (rclone's documentation, "Syntax of remote
        // paths").
        let isName =
            name.unicodeScalars.allSatisfy {
                $0.properties.isAlphabetic || "0123456789_-.+@".unicodeScalars.contains($0)
            }
            && name.first.map { !"-.".contains($0) } ?? false
        guard isName else {
            throw .unusableURL(
                url,
                reason: "behind rclone:// stands the name of a remote that `rclone listremotes` shows"
            )
        }
        var path = rest.dropFirst(name.count + 1)
        while path.hasSuffix("/") { path = path.dropLast() }
        guard !path.split(separator: "/").contains("..") else { throw .unusableURL(url, reason: "its path has a ..") }
        // In the URLs by which rclone gives files they are around the place.
        guard !path.contains(where: { "[]".contains($0) }) else {
            throw .unusableURL(url, reason: "its path has brackets, which rclone takes for its own")
        }
        remote = "\(name):"
        self.path = String(path)
        text = "rclone://\(name)/\(path)"
    }
}
