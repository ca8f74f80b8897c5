import OCI
import Operations

extension OCIError: Diagnosable {
    var diagnosis: Diagnosis {
        switch self {
        case .refused: Diagnosis(.failed, description)
        case .denied(let place, _, _):
            Diagnosis(
                .authentication,
                description,
                hints: ["log in: `skopeo login \(place.prefix { $0 != "/" })`, or `docker login` of the same host"]
            )
        case .unreachable(let place, _, _):
            Diagnosis(.unreachable, description, hints: ["see whether it runs: `skopeo list-tags docker://\(place)`"])
        case .missing: Diagnosis(.failed, description)
        case .wrongDigest: Diagnosis(.verification, description)
        case .malformed, .unsuitable: Diagnosis(.failed, description)
        case .io(let error): error.diagnosis
        case .transport: Diagnosis(.failed, description)
        case .cancelled: .interrupted
        }
    }
}

extension ImageReferenceError: Diagnosable {
    var diagnosis: Diagnosis { Diagnosis(.usage, description) }
}
