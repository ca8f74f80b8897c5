import ModelCore
package import SystemIO
package import SystemPackage

/// Runs the commands of releases on this machine.
///
/// A program is looked up on the `PATH` of the variables, or, with a `/` in its name, in the release. Beside the
/// variables that it is given, a command has PYTHONDONTWRITEBYTECODE, GIT_MODEL_DIR, GIT_MODEL_MODEL,
/// GIT_MODEL_VERSION, GIT_MODEL_DIGEST, and either GIT_MODEL_PORT and PORT, or GIT_MODEL_SOCKET where its words have
/// `{socket}`.
package struct LocalServeLaunch: ServeLaunch {
    /// The most bytes that a command may give.
    package static let outputLimit = 64 << 20
    /// Where directories for sockets and outputs are made; a Unix socket's path has to be short.
    private static let temporary: FilePath = "/tmp"

    private let identity: [String: String]
    private let log: BoundedLog?
    private let grace: Int

    /// Creates the launch of a version's commands; what its servers say is appended to `log`, and they have `grace`
    /// seconds to end.
    package init(
        model: String? = nil,
        version: String? = nil,
        digest: String? = nil,
        log: BoundedLog? = nil,
        grace: Int = 10
    ) {
        identity = ["GIT_MODEL_MODEL": model, "GIT_MODEL_VERSION": version, "GIT_MODEL_DIGEST": digest]
            .compactMapValues(\.self)
        self.log = log
        self.grace = grace
    }

    package func start(
        _ words: [String],
        in directory: FilePath,
        variables: [String: String],
        port: Int?
    ) async throws -> any RunningServer {
        try await onThread { try serve(words, in: directory, variables: variables, port: port) }
    }

    package func capture(
        _ words: [String],
        in directory: FilePath,
        input: [UInt8],
        variables: [String: String]
    ) async throws -> (output: [UInt8], exitCode: Int32) {
        let command = try await onThread { try run(words, in: directory, input: input, variables: variables) }
        return try await withTaskCancellationHandler {
            try await onThread { try command.result() }
        } onCancel: {
            command.cancel()
        }
    }

    private func serve(
        _ words: [String],
        in directory: FilePath,
        variables: [String: String],
        port: Int?
    ) throws(ServeLaunchError) -> LocalServer {
        var environment = self.environment(variables, in: directory)
        guard words.contains(where: { $0.contains("{socket}") }) else {
            guard let port = port ?? LoopbackSocket.freePort() else { throw .noPort }
            environment["GIT_MODEL_PORT"] = "\(port)"
            environment["PORT"] = "\(port)"
            let words = words.map { $0.replacing("{port}", with: "\(port)") }
            let process = try process(words, in: directory, environment, log: log)
            return LocalServer(process, address: "127.0.0.1:\(port)", scratch: nil, grace: grace)
        }
        let scratch = try ScratchPlace(in: LocalServeLaunch.temporary)
        let socket = scratch.path.appending("socket")
        environment["GIT_MODEL_SOCKET"] = socket.string
        let process = try process(
            words.map { $0.replacing("{socket}", with: socket.string) },
            in: directory,
            environment,
            log: log
        )
        return LocalServer(process, address: socket.string, scratch: scratch, grace: grace)
    }

    private func run(
        _ words: [String],
        in directory: FilePath,
        input: [UInt8],
        variables: [String: String]
    ) throws -> LocalCommand {
        let scratch = try ScratchPlace(in: LocalServeLaunch.temporary)
        let (source, output) = (scratch.path.appending("input"), scratch.path.appending("output"))
        try DurableFile.write(input, to: source, durable: false)
        let files = scratch.path.appending("files")
        try Directories.create(files, durable: false)
        let hasFile = words.contains { $0.contains("{out}") }
        let process = try process(
            words.map { $0.replacing("{out}", with: files.appending("out").string) },
            in: directory,
            environment(variables, in: directory),
            input: source,
            output: output
        )
        return LocalCommand(process, scratch: scratch, output: hasFile ? .onlyFile(in: files) : .file(output))
    }

    private func environment(_ variables: [String: String], in directory: FilePath) -> [String: String] {
        var environment = variables.merging(identity) { $1 }
        // The token is what the gateway knows its callers by; its children have no use for it.
        for name in ["GIT_MODEL_PORT", "PORT", "GIT_MODEL_SOCKET", "GIT_MODEL_GATEWAY_TOKEN"] {
            environment[name] = nil
        }
        environment["GIT_MODEL_DIR"] = directory.string
        // Python would write beside the programs of the release, which never changes.
        environment["PYTHONDONTWRITEBYTECODE"] = "1"
        return environment
    }

    private func process(
        _ words: [String],
        in directory: FilePath,
        _ environment: [String: String],
        input: FilePath? = nil,
        output: FilePath? = nil,
        log: BoundedLog? = nil
    ) throws(ServeLaunchError) -> SupervisedProcess {
        // Last, as the directory's name is the only one that could hold braces.
        let words = words.map { $0.replacing("{dir}", with: directory.string) }
        guard let name = words.first, !name.isEmpty else { throw .noCommand }
        guard let program = ExecutableSearch(path: environment["PATH"]).path(of: name) else { throw .notFound(name) }
        do throws(IOError) {
            return try SupervisedProcess(
                // A path in the release, unless it is absolute.
                directory.pushing(program),
                words,
                environment: environment,
                directory: directory,
                input: input,
                output: output,
                log: log
            )
        } catch { throw .io(error) }
    }
}

/// Runs what blocks on a thread of its own.
private func onThread<R: Sendable>(_ body: @Sendable @escaping () throws -> R) async throws -> R {
    try await withCheckedThrowingContinuation { continuation in
        WorkerThread.start { continuation.resume(with: Result { try body() }) }
    }
}
