import Operations
import Codec
import Store

extension StoreError: Diagnosable {
    var diagnosis: Diagnosis {
        switch self {
        case .notFound: Diagnosis(.failed, description, hints: ["set the repository up: `git model init`"])
        case .damaged:
            Diagnosis(.verification, description, hints: ["see what can be mended: `git model fsck --repair`"])
        case .needsNewerVersion: Diagnosis(.failed, description, hints: ["install a newer git-model"])
        case .missingFrame, .missingObject: Diagnosis(.failed, description, hints: ["get it: `git model fetch`"])
        case .damagedFrame, .wrongObject, .encodingCheckFailed:
            Diagnosis(.verification, description, hints: ["see what can be mended: `git model fsck --repair`"])
        case .notAListing: Diagnosis(.verification, description)
        case .changedWhileRead: Diagnosis(.failed, description, hints: ["try again when nothing writes to it"])
        case .cancelled: .interrupted
        case .locked(let error): error.diagnosis
        case .io(let error): error.diagnosis
        }
    }
}

extension CodecError: Diagnosable {
    var diagnosis: Diagnosis {
        Diagnosis(.verification, description, hints: ["see what can be mended: `git model fsck --repair`"])
    }
}
