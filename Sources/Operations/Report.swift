/// What an operation found or did, complete enough that text and JSON are two views of the same value.
///
/// The encoded fields are a promise to scripts (docs/json.md): later versions add fields and never change one. The keys
/// `schema`, `outcome`, `warnings`, `hints` and `problems` are written by the command line from the properties below.
package protocol Report: Encodable, Sendable {
    /// How the operation ended, which decides the exit code.
    var outcome: Outcome { get }

    /// What the user should know although it did not stop the operation; each without a full stop.
    var warnings: [String] { get }

    /// What the user might do next, each naming the command in backquotes.
    var hints: [String] { get }

    /// The items of a batch that failed while the rest went on.
    var problems: [Problem] { get }

    /// The process's exit code, which is the outcome's but where another program's is passed on.
    var exitCode: Int32 { get }
}

extension Report {
    /// `.partial` when a problem was met, otherwise `.ok`.
    package var outcome: Outcome { problems.isEmpty ? .ok : .partial }

    /// None.
    package var warnings: [String] { [] }

    /// None.
    package var hints: [String] { [] }

    /// None.
    package var problems: [Problem] { [] }

    /// The outcome's.
    package var exitCode: Int32 { outcome.exitCode }
}

/// How an operation that came to an end ended.
package enum Outcome: String, Sendable, Encodable, CaseIterable {
    /// Everything asked for was done.
    case ok

    /// The answer is "no" or "different": a gate, `--exit-code`.
    case negative = "no"

    /// Some items of a batch failed; the others were done.
    case partial

    /// Something is not what its digest or signature says.
    case verificationFailed = "verification-failed"

    /// The process's exit code, as docs/exit-codes.md lists it.
    package var exitCode: Int32 {
        switch self {
        case .ok: 0
        case .negative: 1
        case .partial: 3
        case .verificationFailed: 4
        }
    }
}

/// One item of a batch that failed.
package struct Problem: Sendable, Equatable, Encodable {
    /// The item: a path, a version, an oid.
    package let subject: String

    /// What failed about it, without the subject.
    package let message: String

    /// Creates a problem from an item and the error it met.
    package init(_ subject: String, _ error: any Error) {
        self.init(subject, message: String(describing: error))
    }

    /// Creates a problem from an item and a message.
    package init(_ subject: String, message: String) {
        self.subject = subject
        self.message = message
    }
}
