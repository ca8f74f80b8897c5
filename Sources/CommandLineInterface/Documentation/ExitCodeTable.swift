import Operations

/// What each exit code means, for the manual page and for docs/exit-codes.md, which a test compares.
enum ExitCodeTable {
    /// The codes in ascending order, each with its meaning.
    static var rows: [(code: Int32, meaning: String)] {
        let outcomes = Outcome.allCases.map { (code: $0.exitCode, meaning: meaning(of: $0)) }
        let kinds = Failure.Kind.allCases.map { (code: $0.exitCode, meaning: meaning(of: $0)) }
        // A failed verification is an outcome where a report says so, and a failure where it stops the operation.
        return (outcomes.filter { row in !kinds.contains { $0.code == row.code } } + kinds).sorted { $0.code < $1.code }
    }

    private static func meaning(of outcome: Outcome) -> String {
        switch outcome {
        case .ok: "Done."
        case .negative: "The answer is \"no\" or \"different\" (--exit-code, gates)."
        case .partial: "Partly done: some items failed and are named, the others were done."
        case .verificationFailed: meaning(of: Failure.Kind.verification)
        }
    }

    private static func meaning(of kind: Failure.Kind) -> String {
        switch kind {
        case .usage: "Usage: an unknown verb or option, a missing argument, or an ambiguous version."
        case .verification: "Verification failed: bytes or a signature are not what they should be."
        case .failed: "Failed for another reason."
        case .notInitialized: "Not in a Git repository, or git model init was never run in it."
        case .locked: "Locked by another process."
        case .authentication: "A remote refused the credentials, or wants some."
        case .unreachable: "A remote can't be reached."
        case .commandNotExecutable: "run: the command was found and cannot be run."
        case .commandNotFound: "run: there is no such command."
        case .bug: "A bug in git-model."
        case .interrupted: "Interrupted; the same command goes on where it stopped."
        }
    }
}
