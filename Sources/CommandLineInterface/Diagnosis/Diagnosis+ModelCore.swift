import ModelCore
import Operations

extension FormatError: Diagnosable {
    var diagnosis: Diagnosis {
        if needsNewerVersion {
            return Diagnosis(.failed, description, hints: ["install a newer git-model; nothing was changed"])
        }
        return Diagnosis(.verification, description, hints: ["`git model fsck` tells what else is damaged"])
    }
}
