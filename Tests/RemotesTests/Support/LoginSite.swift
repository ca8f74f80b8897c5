import Remotes
import SystemIO
import SystemPackage
import TestSupport

/// A web server that wants a login, rclone's, and a user with a home.
final class LoginSite: Sendable {
    private static let server = Task {
        let scratch = try Scratch()
        scratch.removeAtExit()
        try DurableFile.write(Array("git-model-store 1\n".utf8), to: scratch.path.appending("format"), durable: false)
        let home = try Scratch()
        home.removeAtExit()
        let process = try await LoopbackServer(
            log: home.path.appending("log"),
            environment: ["HOME": home.path.string]
        ) { port in
            [
                "rclone", "serve", "http", "--addr", "127.0.0.1:\(port)", "--user", "ada", "--pass", "right",
                scratch.path.string,
            ]
        }
        return (process, scratch, home)
    }

    /// The user's home.
    let home: Scratch
    /// What Git's helpers have.
    let helper: ListedLogins
    /// The server's URL.
    let origin: String

    /// Makes a user with the text of a `.netrc`, and with passwords of `ada` that the helpers have.
    init(netrc: String? = nil, passwords: [String] = []) async throws {
        home = try Scratch()
        let origin = try await LoginSite.server.value.0.origin
        self.origin = origin
        helper = ListedLogins(passwords.map { WebLogin(url: origin, username: "ada", password: $0) })
        if let netrc { try DurableFile.write(Array(netrc.utf8), to: path, durable: false) }
    }

    /// The user's file of logins.
    var path: FilePath { home.path.appending(".netrc") }

    /// Returns the server as a remote that the user agreed to, or did not.
    func remote(isAgreed: Bool = true, environment: [String: String] = [:]) throws -> any Remote {
        let environment = environment.merging(["HOME": home.path.string]) { $1 }
        let opening = RemoteOpening(
            environment: environment,
            ssh: SSHSettings(environment: environment, configuredCommand: nil, mayAskUser: false),
            credentials: helper,
            pool: Machine.pool,
            cancellation: Cancellation(),
            now: { WallClock.now() }
        )
        return try opening.remote(at: RemoteURL(parsing: origin, relativeTo: "/"), sendsCredentials: isAgreed)
    }
}
