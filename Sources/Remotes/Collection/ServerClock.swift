import Codec
import SystemIO

/// The time that a remote's server gives to what is written there; ages of its files are told by no other clock.
enum ServerClock {
    private static let directory = "probe"
    /// A time in ns since 1970 that no server takes for now, but one that takes the writer's: in 2001, after the time
    /// that rclone gives to what has none.
    static let longAgo: Int64 = 1_000_000_000 * 1_000_000_000
    /// How much later in ns a server may show it that rounds times, or takes them for those of another zone.
    private static let tolerance: Int64 = 2 * 86_400 * 1_000_000_000

    /// Returns the server's time in ns since 1970, by a file that is written and deleted again; refuses where files
    /// have the time of whoever wrote them, for clocks differ.
    static func now(of remote: any Remote) async throws(RemoteError) -> Int64 {
        let name = "\(SHA256.digest(of: Array(TemporaryFile.unusedName().utf8)))"
        let file = "\(directory)/\(name)"
        try await remote.write(probe: Array("git-model probe\n".utf8), to: file)
        let listed = try await remote.list(directory).first { $0.name == name }
        try await remote.delete(file)
        guard let time = listed?.modified, time > longAgo + tolerance else { throw .ageless(remote.name) }
        return time
    }
}
