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

extension ConfigurationError: Diagnosable {
    var diagnosis: Diagnosis {
        let path = Configuration.path
        if let revision {
            let hint = "mend it in a commit on top of that one, which `git show \(revision):\(path)` shows"
            return Diagnosis(.failed, description, hints: [hint])
        }
        return Diagnosis(
            .failed,
            description,
            hints: [
                "mend it, or take what was committed: `git checkout -- \(path)`",
                "or, in the middle of a merge, take your side of it: `git checkout --ours -- \(path)`",
            ]
        )
    }
}

extension RemoteSettingsError: Diagnosable {
    var diagnosis: Diagnosis {
        switch self {
        case .invalidName, .invalidURL: Diagnosis(.usage, description)
        case .password: Diagnosis(.usage, description, hints: ["keep passwords in `git credential`"])
        case .exists(let name, let url):
            Diagnosis(.failed, description, hints: ["replace \(url): `git model remote add --force \(name) URL`"])
        case .unknown: Diagnosis(.failed, description, hints: ["see which there are: `git model remote list`"])
        case .noWorkTree: Diagnosis(.failed, description)
        }
    }
}

extension UntrustableURL: Diagnosable {
    var diagnosis: Diagnosis { Diagnosis(.usage, "\(self)") }
}

extension GatePolicyError: Diagnosable {
    var diagnosis: Diagnosis {
        Diagnosis(.failed, description, hints: ["how gates are written is in docs/registry.md"])
    }
}
