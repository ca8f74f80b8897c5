import Operations
import Transport

extension TransportError: Diagnosable {
    var diagnosis: Diagnosis {
        switch self {
        case .unreachable, .interrupted, .stalled: Diagnosis(.unreachable, description)
        case .insecure, .tooLong, .everything, .invalid, .fileChanged: Diagnosis(.failed, description)
        case .file(let error): error.diagnosis
        case .cancelled: .interrupted
        }
    }
}
