import Operations
import SystemIO
import SystemPackage

extension IOError: Diagnosable {
    var diagnosis: Diagnosis {
        let full: Set<Errno> = [.noSpace, .diskQuotaExceeded]
        let hints =
            full.contains(errno)
            ? ["free some space there; of the local store, `git model gc` removes what nothing refers to"] : []
        return Diagnosis(.failed, description, hints: hints)
    }
}

extension LockError: Diagnosable {
    var diagnosis: Diagnosis {
        switch self {
        case .held: Diagnosis(.locked, description, hints: ["wait until the other command has ended, then try again"])
        case .io(let error): error.diagnosis
        }
    }
}

extension UnsafePathError: Diagnosable {
    var diagnosis: Diagnosis {
        switch self {
        case .invalidComponent, .symbolicLink, .notDirectory: Diagnosis(.failed, description)
        case .io(let error): error.diagnosis
        }
    }
}
