import Operations
import SystemPackage

/// An error as the user sees it: what failed, why, and what helps.
struct Diagnosis: Error, Sendable, Equatable {
    /// What sort of failure, which decides the exit code.
    var kind: Failure.Kind

    /// What could not be done to which object, in one line without a full stop.
    var message: String

    /// Why, the nearest cause first.
    var causes: [String]

    /// What helps, each naming a command in backquotes.
    var hints: [String]

    /// Creates a diagnosis.
    init(_ kind: Failure.Kind, _ message: String, causes: [String] = [], hints: [String] = []) {
        self.kind = kind
        self.message = message
        self.causes = causes
        self.hints = hints
    }
}

/// An error that knows how to be shown.
///
/// Each module's errors conform in one file of this directory, `Diagnosis+<Module>.swift`, with an exhaustive switch:
/// a new case without a message then does not compile.
protocol Diagnosable: Error {
    /// How the user sees the error.
    var diagnosis: Diagnosis { get }
}

extension Diagnosis {
    /// Diagnoses any error; one that nobody foresaw is a bug.
    init(of error: any Error) {
        switch error {
        case let diagnosis as Diagnosis: self = diagnosis
        case let error as any Diagnosable: self = error.diagnosis
        case is Swift.CancellationError: self = .interrupted
        case let error as Errno: self.init(.failed, error.description)
        default:
            self.init(
                .bug,
                "\(type(of: error)): \(error)",
                hints: ["this is a bug in git-model: please report it, with the command and `git model --version`"]
            )
        }
    }

    /// The user stopped the command.
    static let interrupted = Diagnosis(
        .interrupted,
        "interrupted",
        hints: ["the same command goes on where it stopped"]
    )

    /// The line that `--json` prints on standard error.
    var json: String {
        let report = JSONError(error: self)
        // Strings and integers always encode.
        return (try? JSONText.line(report)) ?? "{\"error\":{\"exitCode\":\(kind.exitCode)},\"schema\":1}\n"
    }
}

/// The one object on standard error with `--json`.
private struct JSONError: Encodable {
    struct Fields: Encodable {
        let kind: String
        let exitCode: Int32
        let message: String
        let causes: [String]
        let hints: [String]
    }

    let schema = 1
    let error: Fields

    init(error: Diagnosis) {
        self.error = Fields(
            kind: error.kind.rawValue,
            exitCode: error.kind.exitCode,
            message: error.message,
            causes: error.causes,
            hints: error.hints
        )
    }
}
