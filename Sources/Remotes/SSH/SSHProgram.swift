/// The user's SSH client on its way to a host, for commands that run there.
package struct SSHProgram: Sendable {
    /// Connections on which nothing comes back for so long are given up.
    private static let aliveness = ["-o", "ServerAliveInterval=15", "-o", "ServerAliveCountMax=4"]

    private let location: SSHLocation
    private let settings: SSHSettings
    private let isAgreed: Bool

    /// Creates the client; a host that this machine has not agreed to has to be one whose key it knows.
    package init(_ location: SSHLocation, _ settings: SSHSettings, isAgreed: Bool) {
        self.location = location
        self.settings = settings
        self.isAgreed = isAgreed
    }

    /// The URL, in its one spelling.
    package var name: String { location.text }

    /// The directory that the URL names, as the host is told: one that is not absolute counts from the user's home
    /// there.
    package var path: String { location.path }

    /// The environment that the client runs in.
    package var environment: [String: String] { settings.environment }

    /// Whether the client may ask for a password or about a host's key.
    package var mayAskUser: Bool { settings.mayAskUser }

    /// Returns the arguments that make `/bin/sh` run the client for a command, the name of the shell first.
    ///
    /// With `forwarding`, as OpenSSH's `-L` has it, the connection is one of its own, so that nothing of it stays
    /// behind.
    package func arguments(toRun command: String, forwarding: String? = nil) -> [String] {
        var first = SSHProgram.aliveness
        if let forwarding {
            first += ["-o", "ClearAllForwardings=no", "-o", "ControlMaster=no", "-o", "ControlPath=none"]
            first += ["-o", "StreamLocalBindMask=0177", "-o", "StreamLocalBindUnlink=yes", "-L", forwarding]
        }
        return settings.shellArguments(for: location, .command(command), isAgreed: isAgreed, after: first)
    }

    /// Says why a client ended that was not to: by what it wrote, its exit code, and whether the host had answered
    /// before.
    package func failure(saying text: String, exitCode: Int?, wasConnected: Bool) -> RemoteError {
        switch SFTPEnd(errorText: text, exitCode: exitCode, wasConnected: wasConnected) {
        case .denied(let reason): .denied(name, file: "the host", reason: reason, tried: [])
        case let end: .unreachable(name, cause: "\(end)")
        }
    }
}
