import ModelCore
import SystemIO
import Subprocess
package import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What a run of `git` left.
package struct GitOutput: Sendable {
    /// The exit code; 128 + N where signal N ended it.
    package let exitCode: Int32
    /// What it wrote to standard output.
    package let bytes: [UInt8]
    /// The last lines of what it wrote to standard error.
    package let message: String

    /// Standard output as text without the last line feed.
    package var line: String {
        String(decoding: bytes.last == UInt8(ascii: "\n") ? bytes.dropLast() : bytes[...], as: UTF8.self)
    }
}

/// The `git` program, with the directory and environment it runs in.
///
/// A value that is copied freely; every run is a process of its own.
package struct GitProgram: Sendable {
    /// The program's name, found through `PATH`, or its path.
    package let executable: String
    /// Where the program was found.
    private let location: FilePath?
    /// The directory it runs in (`-C`).
    package let directory: FilePath
    /// The environment it gets, which is all it gets.
    package let environment: [String: String]

    /// The most bytes a captured run may print, unless the caller says otherwise.
    package static let defaultOutputLimit = 1 << 30

    /// Creates a program that runs in `directory`; nothing is checked or started.
    package init(directory: FilePath, environment: [String: String], executable: String = "git") {
        self.init(
            executable: executable,
            location: ExecutableSearch(path: environment["PATH"]).path(of: executable),
            directory: directory,
            environment: environment
        )
        _ = GitProgram.brokenPipesAreErrors
    }

    private init(executable: String, location: FilePath?, directory: FilePath, environment: [String: String]) {
        self.executable = executable
        self.location = location
        self.directory = directory
        self.environment = environment
    }

    /// Returns the same program in another directory, or with variables set, and removed where the value is `nil`.
    package func with(directory: FilePath? = nil, environment changes: [String: String?] = [:]) -> GitProgram {
        var environment = environment
        for (name, value) in changes { environment[name] = value }
        guard environment["PATH"] == self.environment["PATH"] else {
            return GitProgram(
                directory: directory ?? self.directory,
                environment: environment,
                executable: executable
            )
        }
        return GitProgram(
            executable: executable,
            location: location,
            directory: directory ?? self.directory,
            environment: environment
        )
    }

    /// Runs `git`, feeds it `input` and returns what it printed.
    ///
    /// Messages are in English and no lock is taken only to refresh the index. A cancelled task ends the process.
    /// Throws unless the exit code is one of `accepting`.
    @discardableResult
    package func run(
        _ arguments: [GitArgument],
        input: [UInt8] = [],
        accepting: Set<Int32> = [0],
        outputLimit: Int = GitProgram.defaultOutputLimit
    ) async throws(GitError) -> GitOutput {
        var bytes: [UInt8] = []
        let command = summary(arguments)
        let (exitCode, message) = try await pipe(arguments, input) { (chunk) throws(GitError) in
            bytes.append(contentsOf: chunk)
            if bytes.count > outputLimit { throw GitError(.tooMuchOutput, command: command) }
        }
        guard accepting.contains(exitCode) else { throw await failure(exitCode, message, command) }
        return GitOutput(exitCode: exitCode, bytes: bytes, message: message)
    }

    /// Runs `git` and hands its output on piece by piece, as it comes; an error that `body` throws ends the process.
    package func stream(
        _ arguments: [GitArgument],
        input: [UInt8] = [],
        body: (UnsafeRawBufferPointer) throws(GitError) -> Void
    ) async throws(GitError) {
        let (exitCode, message) = try await pipe(arguments, input, body: body)
        guard exitCode == 0 else { throw await failure(exitCode, message, summary(arguments)) }
    }

    /// Where the standard output of an attached run goes.
    package enum AttachedOutput: Sendable {
        /// To the caller's standard output.
        case standardOutput
        /// To the caller's standard error, so that the caller's own result stays alone on standard output.
        case standardError
    }

    /// Runs `git` on the caller's own terminal, for commands with progress, prompts or hooks; returns its exit code.
    package func runAttached(
        _ arguments: [GitArgument],
        output: AttachedOutput = .standardError,
        environment more: [String: String] = [:]
    ) async throws(GitError) -> Int32 {
        do {
            let configuration = try configuration(arguments, environment: environment.merging(more) { $1 })
            let target: FileDescriptor = output == .standardOutput ? .standardOutput : .standardError
            let result = try await Subprocess.run(
                configuration,
                input: .fileDescriptor(.standardInput, closeAfterSpawningProcess: false),
                output: .fileDescriptor(target, closeAfterSpawningProcess: false),
                error: .fileDescriptor(.standardError, closeAfterSpawningProcess: false)
            )
            return GitProgram.exitCode(result.terminationStatus)
        } catch {
            throw failure(error, command: summary(arguments))
        }
    }

    /// The program's version.
    package func version() async throws(GitError) -> GitVersion {
        let output = try await run(["--version"])
        guard let version = GitVersion(parsing: output.line) else {
            throw GitError(.unexpectedOutput, command: "git --version", message: output.line)
        }
        return version
    }

    /// Throws `tooOld` when the program is older than the minimum.
    package func requireMinimumVersion() async throws(GitError) {
        let version = try await version()
        if version < .minimum { throw GitError(.tooOld(version), command: "git --version") }
    }
}

extension GitProgram {
    /// Makes writing to a program that has stopped reading an error instead of the end of this process.
    private static let brokenPipesAreErrors: Void = {
        // Subprocess gives its children back the default disposition.
        signal(SIGPIPE, SIG_IGN)
    }()

    /// The environment of a captured run: one language, no optional locks, and history as Git keeps, sends and collects
    /// it, whatever replacement references (`git replace`) show in place of some of it.
    private var quietEnvironment: [String: String] {
        environment.merging(["LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_REPLACE_OBJECTS": "1"]) { $1 }
    }

    private func configuration(
        _ arguments: [GitArgument],
        environment: [String: String]
    ) throws(GitError) -> Configuration {
        guard !arguments.contains(where: { $0.bytes.contains(0) }) else {
            throw GitError(.invalidName("an argument with a zero byte"), command: summary(arguments))
        }
        guard let location else { throw GitError(.notInstalled(executable), command: summary(arguments)) }
        let place = [GitArgument("-C"), GitArgument(directory)]
        // Git is told to let go of its locks before it is killed.
        var platform = PlatformOptions()
        platform.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(5))]
        var variables: [Environment.Key: String] = [:]
        for (name, value) in environment {
            if let key = Environment.Key(rawValue: name) { variables[key] = value }
        }
        return Configuration(
            executable: .path(location),
            // Subprocess reads each argument as a C string.
            arguments: Arguments((place + arguments).map { $0.bytes + [0] }),
            environment: .custom(variables),
            platformOptions: platform
        )
    }

    /// Runs `git` with pipes on all sides and returns its exit code and its last words.
    private func pipe(
        _ arguments: [GitArgument],
        _ input: [UInt8],
        body: (UnsafeRawBufferPointer) throws(GitError) -> Void
    ) async throws(GitError) -> (exitCode: Int32, message: String) {
        let configuration = try configuration(arguments, environment: quietEnvironment)
        do {
            // Both outputs are streamed, because Subprocess allocates the whole limit at once when it is to collect
            // them; and the input is written here, because Subprocess stops the process when git leaves some unread.
            let result = try await Subprocess.run(
                configuration,
                input: .inputWriter,
                output: .sequence,
                error: .sequence
            ) { execution in
                async let written: Void = GitProgram.feed(input, to: execution.standardInputWriter)
                async let message = GitProgram.tail(execution.standardError)
                do {
                    for try await chunk in execution.standardOutput {
                        // SAFETY: the buffer lives until the closure returns, and `body` has no way to keep it.
                        try chunk.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) throws(any Error) in try body(bytes)
                        }
                    }
                } catch {
                    // Else git would wait for ever for somebody to read, and the other two streams for git.
                    try? execution.send(signal: .terminate)
                    throw error
                }
                await written
                return try await message
            }
            return (GitProgram.exitCode(result.terminationStatus), result.closureResult)
        } catch {
            throw failure(error, command: summary(arguments))
        }
    }

    /// Writes the input and closes it; whether git wanted all of it shows in its exit code.
    private static func feed(_ input: [UInt8], to writer: StandardInputWriter) async {
        if !input.isEmpty { _ = try? await writer.write(input) }
        try? await writer.finish()
    }

    /// Returns the last lines of a stream, however long it is.
    private static func tail(_ stream: SubprocessOutputSequence) async throws -> String {
        var bytes: [UInt8] = []
        for try await chunk in stream {
            // SAFETY: the bytes are copied before the closure returns.
            chunk.withUnsafeBytes { bytes.append(contentsOf: $0) }
            if bytes.count > 65536 { bytes.removeFirst(bytes.count - 4096) }
        }
        let lines = String(decoding: bytes.suffix(4096), as: UTF8.self).split(separator: "\n")
        return lines.suffix(12).joined(separator: "\n")
    }

    private static func exitCode(_ status: TerminationStatus) -> Int32 {
        switch status {
        case .exited(let code): code
        case .signaled(let signal): 128 + signal
        }
    }

    /// The command as messages name it, without what is too long for them, and without logins.
    func summary(_ arguments: [GitArgument]) -> String {
        let words = arguments.prefix(12).map {
            ShellWord.quoted(String(GitURL.withoutLogin(String(decoding: $0.bytes, as: UTF8.self)).prefix(200)))
        }
        return (["git"] + words + (arguments.count > 12 ? ["…"] : [])).joined(separator: " ")
    }

    private func failure(_ error: any Error, command: String) -> GitError {
        if let error = error as? GitError { return error }
        if error is CancellationError || Task.isCancelled { return GitError(.cancelled, command: command) }
        guard let error = error as? SubprocessError else {
            return GitError(.failed, command: command, message: String(describing: error))
        }
        switch error.code {
        case .executableNotFound: return GitError(.notInstalled(executable), command: command)
        case .outputLimitExceeded: return GitError(.tooMuchOutput, command: command)
        default: return GitError(.failed, command: command, message: error.description)
        }
    }

    private func failure(_ exitCode: Int32, _ message: String, _ command: String) async -> GitError {
        if Task.isCancelled { return GitError(.cancelled, command: command, exitCode: exitCode) }
        var kind = GitError.Kind(message: message, directory: directory)
        // 129 is Git's "I don't know this option": most likely the program is older than what we were written for.
        let isVersionItself = command == summary(["--version"])
        if exitCode == 129, !isVersionItself, let version = try? await version(), version < .minimum {
            kind = .tooOld(version)
        }
        return GitError(kind, command: command, exitCode: exitCode, message: message)
    }
}

extension GitError.Kind {
    /// Tells cases apart by Git's English messages, the only place where it does.
    fileprivate init(message: String, directory: FilePath) {
        if message.contains("would be overwritten by checkout"),
            let file = message.split(separator: "\n").first(where: { $0.hasPrefix("\t") })
        {
            // Git lists the files below its sentence, each behind a tab.
            self = .wouldOverwrite(String(file.dropFirst()))
            return
        }
        let table: [(String, GitError.Kind)] = [
            ("detected dubious ownership", .unsafeOwnership(Self.quotedPath(message) ?? directory)),
            ("not a git repository", .notARepository(directory)),
            ("cannot change to", .notARepository(directory)),
            (".lock': File exists", .locked),
            ("could not lock config file", .locked),
            ("already exists", .alreadyExists),
            ("but expected", .alreadyExists),
            ("Authentication failed", .authenticationFailed),
            ("could not read Username", .authenticationFailed),
            ("could not read Password", .authenticationFailed),
            ("Permission denied (publickey", .authenticationFailed),
            ("Could not resolve host", .unreachable),
            ("Could not read from remote repository", .unreachable),
            ("does not appear to be a git repository", .unreachable),
            ("Failed to connect to", .unreachable),
            ("Connection refused", .unreachable),
            ("Connection timed out", .unreachable),
        ]
        self = table.first { message.contains($0.0) }?.1 ?? .failed
    }

    private static func quotedPath(_ message: String) -> FilePath? {
        let parts = message.split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false)
        return parts.count == 3 ? FilePath(String(parts[1])) : nil
    }
}
