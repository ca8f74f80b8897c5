/// An operation's refusal or failure, as the user should see it.
///
/// Thrown to say what was being done to which object when a lower error came up (`cause`), or that the operation
/// refuses. Errors of lower modules may also be thrown as they are: the command line knows their exit codes and hints.
package struct Failure: Error, Sendable {
    /// What sort of failure, which decides the exit code; `nil` takes the cause's.
    package let kind: Kind?

    /// What could not be done, to which object: `cannot push weights/model.safetensors`; without a full stop.
    package let message: String

    /// The commands that help, each in backquotes within a phrase: "record the new bytes with `git model add …`".
    package let hints: [String]

    /// The error underneath.
    package let cause: (any Error)?

    /// Whether what was done could not be taken back, which also who interrupted the command has to know.
    package let leavesHalfDone: Bool

    /// Creates a failure; without a cause its kind is `.failed` unless given.
    package init(
        _ kind: Kind? = nil,
        _ message: String,
        hints: [String] = [],
        cause: (any Error)? = nil,
        leavesHalfDone: Bool = false
    ) {
        self.kind = kind
        self.message = message
        self.hints = hints
        self.cause = cause
        self.leavesHalfDone = leavesHalfDone
    }

    /// The sorts of failure that scripts tell apart.
    package enum Kind: String, Sendable, CaseIterable {
        /// The command line makes no sense, or a version is ambiguous.
        case usage

        /// Bytes or a signature are not what they should be.
        case verification

        /// Failed for a reason without a code of its own.
        case failed

        /// Not in a Git repository, or `git model init` was never run.
        case notInitialized = "not-initialized"

        /// Another process holds the lock.
        case locked

        /// A remote refused the credentials, or wants some.
        case authentication

        /// A remote can't be reached.
        case unreachable

        /// The command that `run` is to run was found and cannot be run.
        case commandNotExecutable = "command-not-executable"

        /// There is no such command for `run` to run.
        case commandNotFound = "command-not-found"

        /// A broken invariant of git-model itself.
        case bug

        /// Stopped by the user.
        case interrupted

        /// The process's exit code, as docs/exit-codes.md lists it.
        package var exitCode: Int32 {
            switch self {
            case .usage: 2
            case .verification: 4
            case .failed: 5
            case .notInitialized: 10
            case .locked: 11
            case .authentication: 12
            case .unreachable: 13
            case .bug: 70
            case .commandNotExecutable: 126
            case .commandNotFound: 127
            case .interrupted: 130
            }
        }
    }
}

extension Failure: CustomStringConvertible {
    /// The message, and the cause's behind a colon.
    package var description: String {
        guard let cause else { return message }
        return "\(message): \(cause)"
    }
}
