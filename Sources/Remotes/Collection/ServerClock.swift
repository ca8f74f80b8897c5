import Codec
import SystemIO

/// The time that a remote's server gives to what is written there; ages of its files are told by no other clock.
enum ServerClock {
    private static let directory = "probe"

    /// Returns the server's time in ns since 1970, by a file that is written and deleted again.
    static func now(of remote: any Remote) async throws(RemoteError) -> Int64 {
        let name = "\(SHA256.digest(of: Array(TemporaryFile.unusedName().utf8)))"
        let file = "\(directory)/\(name)"
        try await remote.write(Array("git-model probe\n".utf8), to: file)
        let listed = try await remote.list(directory).first { $0.name == name }
        try await remote.delete(file)
        guard let time = listed?.modified else { throw .ageless(remote.name) }
        return time
    }
}
