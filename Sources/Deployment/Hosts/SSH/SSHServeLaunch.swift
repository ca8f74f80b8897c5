import SystemIO
package import SystemPackage

/// Runs the commands of a release on another host, where the release is; a server there is reached by a Unix socket
/// here.
///
/// Commands have the environment that the host gives to a login without a terminal, the variables that they are given,
/// and those that `LocalServeLaunch` has. They end with the connection at the latest.
package struct SSHServeLaunch: ServeLaunch {
    /// Ports that the system gives to nobody by itself.
    private static let ports = 20000..<32000
    private static let temporary: FilePath = "/tmp"

    private let client: HostClient
    private let directory: FilePath
    private let identity: [String: String]
    private let cancellation: Cancellation

    /// Creates the launch of a version's commands, which run in a directory of the host, whichever of this machine they
    /// are started in.
    init(_ client: HostClient, in directory: FilePath, identity: [String: String], cancellation: Cancellation) {
        self.client = client
        self.directory = directory
        self.identity = identity
        self.cancellation = cancellation
    }

    package func start(
        _ words: [String],
        in _: FilePath,
        variables: [String: String],
        port: Int?
    ) async throws -> any RunningServer {
        guard !words.isEmpty else { throw ServeLaunchError.noCommand }
        let port = port ?? Int.random(in: SSHServeLaunch.ports)
        let mark = "git-model-listens-\(UInt64.random(in: .min ... .max))"
        let socket: FilePath? =
            words.contains { $0.contains("{socket}") }
            ? SSHServeLaunch.temporary.appending("\(mark.suffix(20)).git-model").appending("socket") : nil
        var environment = variables.merging(identity) { $1 }
        if let socket {
            environment["GIT_MODEL_SOCKET"] = socket.string
        } else {
            environment["GIT_MODEL_PORT"] = "\(port)"
            environment["PORT"] = "\(port)"
        }
        let supervision = RemoteSupervision(
            directory: directory,
            words: words.map { $0.replacing("{port}", with: "\(port)") },
            variables: environment
        )
        let script = supervision.server(port: port, socket: socket, mark: mark)
        let scratch = try ScratchPlace(in: SSHServeLaunch.temporary)
        let forwarded = scratch.path.appending("forwarded")
        let client = client
        let child = try await WorkerThread.value {
            try client.start(
                RemoteScript.command(script),
                forwarding: "\(forwarded):\(socket?.string ?? "127.0.0.1:\(port)")"
            )
        }
        return SSHServer(child, scratch: scratch, forwarded: forwarded, mark: mark)
    }

    package func capture(
        _ words: [String],
        in _: FilePath,
        input: [UInt8],
        variables: [String: String]
    ) async throws -> (output: [UInt8], exitCode: Int32) {
        guard !words.isEmpty else { throw ServeLaunchError.noCommand }
        let supervision = RemoteSupervision(
            directory: directory,
            words: words,
            variables: variables.merging(identity) { $1 }
        )
        let ending = Cancellation()
        let command = RemoteCommand(client: client, cancellations: [cancellation, ending])
        let answer = try await withTaskCancellationHandler {
            try await command.run(
                supervision.command(inputByteCount: input.count),
                limit: LocalServeLaunch.outputLimit,
                feed: { try input.withUnsafeBytes($0) }
            )
        } onCancel: {
            ending.cancel()
        }
        switch answer.exitCode {
        case 0: return (answer.output, 0)
        case RemoteSupervision.noOutputCode: throw ServeLaunchError.noOutput
        case RemoteSupervision.failedCode:
            if let code = RemoteSupervision.commandCode(in: answer.output) { return (Array(answer.said.utf8), code) }
        default: break
        }
        throw HostError.failed("run a command in \(directory) on \(client.name)", said: answer.said)
    }
}
