package import SystemPackage

/// How the commands of a release are run: on this machine, or wherever a target is.
package protocol ServeLaunch: Sendable {
    /// Starts the command that serves a release, in its directory, with these variables and those that say where to
    /// listen.
    ///
    /// `{port}`, `{socket}` and `{dir}` in the words are replaced. A `port` of `nil` is any that is free. Returns as
    /// soon as it runs, ready or not; throws where it cannot be run.
    func start(
        _ words: [String],
        in directory: FilePath,
        variables: [String: String],
        port: Int?
    ) async throws -> any RunningServer

    /// Runs a command in a release's directory to its end, and returns what it gave and its exit code.
    ///
    /// The command reads `input`. `{out}` in the words stands for the beginning of the name of a file, which is the
    /// output then; else that is what it writes to its standard output. Of a command that fails, the last of its
    /// complaints is returned instead. Cancelling the task ends the command.
    func capture(
        _ words: [String],
        in directory: FilePath,
        input: [UInt8],
        variables: [String: String]
    ) async throws -> (output: [UInt8], exitCode: Int32)
}

/// A server of a release that was started.
package protocol RunningServer: Sendable {
    /// Where it listens: `127.0.0.1:PORT`, or the path of a Unix socket.
    var address: String { get }
    /// The last 64 KiB of what it said.
    var log: String { get }
    /// Whether it has ended; cheap enough to be asked often.
    func hasEnded() async -> Bool
    /// Asks it to end, and makes it; returns once it has.
    func stop() async
}
