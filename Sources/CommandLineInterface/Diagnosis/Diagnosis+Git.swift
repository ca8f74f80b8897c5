import Git
import Operations

extension GitError: Diagnosable {
    var diagnosis: Diagnosis {
        Diagnosis(failureKind, description, hints: remedy.map { ["mend it: `\($0)`"] } ?? hints)
    }

    private var failureKind: Failure.Kind {
        switch kind {
        case .notARepository: .notInitialized
        case .locked: .locked
        case .authenticationFailed: .authentication
        case .unreachable: .unreachable
        case .cancelled: .interrupted
        case .ambiguous, .invalidName: .usage
        case .corruptObject: .verification
        case .unsafeOwnership, .referenceNotFound, .objectNotFound, .objectTooLarge, .wrongObjectKind, .alreadyExists,
            .tooOld, .notInstalled, .wouldOverwrite, .tooMuchOutput, .unexpectedOutput, .failed:
            .failed
        }
    }

    private var hints: [String] {
        switch kind {
        case .notARepository: ["make it one: `git init`"]
        case .locked:
            ["wait until it has ended"]
                + (lockFile.map { ["if none is running, it was left by one that was killed: `rm \($0)`"] } ?? [])
        case .tooOld, .notInstalled: ["install Git \(GitVersion.minimum) or newer"]
        case .corruptObject, .objectNotFound: ["let Git check itself: `git fsck`"]
        default: []
        }
    }
}
