import Remotes
import SystemIO
import SystemPackage
import TestSupport

/// A remote in a directory of a real SSH server on this machine, with a look at its files from behind.
final class SSHSite: Sendable {
    /// One server for the tests that do it no harm.
    static let shared = Task { try await SSHServer() }

    let server: SSHServer
    let url: String
    let remote: any Remote

    /// Makes an empty place on the shared server, or on one of its own.
    convenience init() async throws { try self.init(on: await SSHSite.shared.value) }

    init(on server: SSHServer, command: String? = nil, cancellation: Cancellation = Cancellation()) throws {
        self.server = server
        url = server.url()
        remote = try SSHSite.remote(at: url, command ?? server.command, cancellation: cancellation)
    }

    /// Where the files are.
    var path: FilePath { server.path(of: url) }

    func write(_ bytes: [UInt8], to file: String) throws {
        let path = path.appending(file)
        try Directories.create(path.removingLastComponent(), durable: false)
        try DurableFile.write(bytes, to: path, durable: false)
    }

    /// The names of all files of the store, also of those that were never finished.
    func files() throws -> [String] {
        guard try FileStatus.of(path) != nil else { return [] }
        return try DirectoryWalk.entries(under: path).filter { $0.status.kind == .regular }.map(\.path)
    }

    /// Returns the remote of a URL as the program opens it, but for the pauses between attempts, reached by that
    /// command.
    static func remote(
        at url: String,
        _ command: String,
        isAgreed: Bool = true,
        patience: Duration = .seconds(30),
        windowByteCount: Int? = nil,
        cancellation: Cancellation = Cancellation()
    ) throws -> any Remote {
        let variables = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "GIT_SSH_COMMAND": command]
        var ssh = SSHSettings(environment: variables, configuredCommand: nil, mayAskUser: false)
        ssh.patience = patience
        if let windowByteCount { ssh.windowByteCount = windowByteCount }
        let opening = RemoteOpening(
            environment: variables,
            ssh: ssh,
            pool: Machine.pool,
            cancellation: cancellation,
            retries: RetryPolicy(sleep: { _ in try await Task.sleep(for: .milliseconds(10)) }),
            now: { 0 }
        )
        return try opening.remote(at: RemoteURL(parsing: url, relativeTo: "/"), sendsCredentials: isAgreed)
    }

    /// The URL of the root of the system, where even root may not write everywhere.
    static func readOnly() async throws -> any Remote {
        let server = try await shared.value
        return try remote(at: "ssh://127.0.0.1:\(server.port)/sys", server.command)
    }
}
