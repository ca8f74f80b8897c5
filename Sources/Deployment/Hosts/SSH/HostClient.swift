import SystemIO
import SystemPackage

/// The program by which commands run on another host: the user's SSH client.
package struct HostClient: Sendable {
    /// What the host is called in messages.
    package let name: String
    /// The environment of the client.
    package let environment: [String: String]
    /// Whether it may ask the user by the terminal.
    package let mayAskUser: Bool
    /// Returns the arguments that make `/bin/sh` run it for a command, the name of the shell first; `forwarding` is as
    /// OpenSSH's `-L` has it.
    package let arguments: @Sendable (_ command: String, _ forwarding: String?) -> [String]
    /// Returns why it ended: by what it wrote, its exit code, and whether the host had answered.
    package let failure: @Sendable (_ text: String, _ exitCode: Int?, _ wasConnected: Bool) -> any Error

    /// Creates a client.
    package init(
        name: String,
        environment: [String: String],
        mayAskUser: Bool,
        arguments: @escaping @Sendable (_ command: String, _ forwarding: String?) -> [String],
        failure: @escaping @Sendable (_ text: String, _ exitCode: Int?, _ wasConnected: Bool) -> any Error
    ) {
        self.name = name
        self.environment = environment
        self.mayAskUser = mayAskUser
        self.arguments = arguments
        self.failure = failure
    }

    /// The exit code by which OpenSSH says that it failed, and not the command.
    static let ownFailure = 255

    /// Starts the client for a command.
    func start(_ command: String, forwarding: String? = nil) throws(IOError) -> ChildProcess {
        try ChildProcess(
            "/bin/sh",
            arguments(command, forwarding),
            environment: environment,
            mayAskUser: mayAskUser
        )
    }
}
