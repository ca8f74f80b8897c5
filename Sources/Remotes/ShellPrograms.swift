import SystemIO
import SystemPackage

/// How commands of the shell are run that print one answer.
struct ShellPrograms: Sendable {
    /// Whether a program may ask the user by the terminal.
    let mayAskUser: Bool
    let pool: WorkerPool
    let cancellation: Cancellation

    /// Runs a command, which has nothing to read, and returns what it said; one that was cancelled or says too much is
    /// ended.
    ///
    /// The arguments are the command's `$0`, `$1` and so on.
    func run(
        _ command: String,
        arguments: [String] = [],
        environment: [String: String]
    ) async throws -> ProgramAnswer {
        try await pool.run {
            try ProgramAnswer(
                of: "/bin/sh",
                ["sh", "-c", "exec </dev/null\n" + command] + arguments,
                environment: environment,
                mayAskUser: mayAskUser,
                cancellation: cancellation
            )
        }
    }
}
