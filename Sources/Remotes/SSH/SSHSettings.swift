/// How the user's SSH client is run, as Git takes it from the environment and the configuration.
package struct SSHSettings: Sendable {
    /// The process's environment.
    let environment: [String: String]
    /// Git's `core.sshCommand`, a command of the shell.
    let configuredCommand: String?
    /// Whether `ssh` may ask for a password or about a host's key.
    let mayAskUser: Bool
    /// How long a server may take to answer.
    package var patience = Duration.seconds(30)
    /// How many bytes of a file are on their way at once: enough for 1 Gbit/s over 30 ms.
    package var windowByteCount = 4 << 20

    /// Creates settings; `mayAskUser` says whether there is a terminal with somebody behind it.
    package init(environment: [String: String], configuredCommand: String?, mayAskUser: Bool) {
        self.environment = environment
        self.configuredCommand = configuredCommand
        self.mayAskUser = mayAskUser
    }

    /// What the client asks of a server.
    enum Request {
        /// A service of the server's configuration.
        case subsystem(String)
        /// A command, as the server's shell takes it.
        case command(String)
    }

    /// Returns the arguments that make `/bin/sh` run the client for a request, the name of the shell first.
    ///
    /// A command is the shell's to parse, as with Git; what comes from a URL is only ever an argument. A server that
    /// nobody agreed to has to be one whose key this machine knows. Options that come first win.
    func shellArguments(
        for location: SSHLocation,
        _ request: Request,
        isAgreed: Bool,
        after first: [String] = []
    ) -> [String] {
        let command = [environment["GIT_SSH_COMMAND"], configuredCommand].lazy.compactMap(\.self).first { !$0.isEmpty }
        let program = environment["GIT_SSH"].flatMap { $0.isEmpty ? nil : $0 } ?? "ssh"
        let shell = command.map { ["sh", "-c", "\($0) \"$@\"", "ssh"] } ?? ["sh", "-c", "exec \"$0\" \"$@\"", program]
        let options = first + options(location, isAgreed)
        switch request {
        case .subsystem(let name): return shell + options + ["-s", "--", location.host, name]
        case .command(let command): return shell + options + ["--", location.host, command]
        }
    }

    private func options(_ location: SSHLocation, _ isAgreed: Bool) -> [String] {
        // Nothing of the user's goes along but what proves who asks.
        var arguments = ["-x", "-a", "-o", "ClearAllForwardings=yes", "-o", "PermitLocalCommand=no"]
        if !mayAskUser { arguments += ["-o", "BatchMode=yes"] }
        if !isAgreed { arguments += ["-o", "StrictHostKeyChecking=yes"] }
        if let port = location.port { arguments += ["-p", "\(port)"] }
        if let user = location.user { arguments += ["-l", user] }
        return arguments
    }
}
