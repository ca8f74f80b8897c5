import Monitoring
import Operations

extension ReferenceDataError: Diagnosable {
    var diagnosis: Diagnosis {
        switch self {
        case .file(let error): error.diagnosis
        case .row, .column, .columns, .empty, .twice: Diagnosis(.failed, description)
        }
    }
}
