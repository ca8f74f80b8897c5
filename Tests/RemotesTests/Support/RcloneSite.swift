import Remotes
import SystemIO
import SystemPackage
import TestSupport

/// A home directory in which rclone knows one remote, named `site`.
final class RcloneSite: Sendable {
    /// What rclone, and whoever runs it, has in the environment.
    let environment: [String: String]
    /// A directory of its own, as an absolute path.
    let directory: String
    private let scratch: Scratch

    /// One that is there as long as the tests run, with all that this machine has.
    static let lasting = Task {
        let site = try RcloneSite("type = alias\nremote = /")
        site.scratch.removeAtExit()
        return site
    }

    /// Creates a home with what rclone's configuration says of the remote, and variables that rclone reads.
    init(_ configuration: String, environment extra: [String: String] = [:]) throws {
        scratch = try Scratch()
        let home = scratch.path.appending("home")
        let settings = home.appending(".config/rclone")
        try Directories.create(settings, durable: false)
        try DurableFile.write(
            Array("[site]\n\(configuration)\n".utf8),
            to: settings.appending("rclone.conf"),
            durable: false
        )
        directory = scratch.path.appending("store").string
        let tools = PackageFiles.root.appending(".build-venv/bin").string
        let own = ["HOME": home.string, "PATH": tools + ":/usr/bin:/bin", "TMPDIR": scratch.path.string]
        environment = own.merging(extra) { $1 }
    }

    /// What opens remotes of this home.
    var opening: RemoteOpening {
        RemoteOpening(
            environment: environment,
            ssh: SSHSettings(environment: environment, configuredCommand: nil, mayAskUser: false),
            pool: Machine.pool,
            cancellation: Cancellation(),
            now: { WallClock.now() }
        )
    }

    /// Returns the remote of a path, as a user gets one who agreed to it.
    func remote(_ path: String, isAgreed: Bool = true) throws -> any Remote {
        let url = try RemoteURL(parsing: "rclone://site/" + path, relativeTo: "/")
        return try opening.remote(at: url, sendsCredentials: isAgreed)
    }
}
