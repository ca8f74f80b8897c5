import ModelCore
import Operations
import Registry

extension ResolutionError: Diagnosable {
    var diagnosis: Diagnosis {
        switch self {
        case .malformed: Diagnosis(.usage, description, hints: ["versions look like v1.2.3"])
        case .unknownVersion, .unknown:
            Diagnosis(
                .failed,
                description,
                hints: ["`git model list` shows those there are; `git fetch --tags` gets those of others"]
            )
        case .unknownModel(_, let known):
            Diagnosis(.failed, description, hints: ["there are: \(known.map(\.text).joined(separator: ", "))"])
        case .ambiguous: Diagnosis(.usage, description, hints: ["name the one you mean"])
        case .git(let error): error.diagnosis
        }
    }
}
