import Deployment
import Operations

extension TargetError: Diagnosable {
    var diagnosis: Diagnosis {
        switch self {
        case .name: Diagnosis(.usage, description)
        case .setting:
            Diagnosis(.failed, description, hints: ["how targets are written is in docs/deploy.md"])
        }
    }
}
