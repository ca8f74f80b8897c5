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

// What people type is parsed by the same types as what files say. A file's text is parsed where the file is known, and
// that error says so: what arrives here by itself came from the command line.

extension RegistryNameError: Diagnosable {
    var diagnosis: Diagnosis {
        let nearest = subject == .model ? ModelName(sanitising: text).map { ["a name that can be used: \($0)"] } : nil
        return Diagnosis(.usage, description, hints: nearest ?? [])
    }
}

extension RepositoryPathError: Diagnosable {
    var diagnosis: Diagnosis { Diagnosis(.usage, description) }
}

extension SemanticVersionError: Diagnosable {
    var diagnosis: Diagnosis { Diagnosis(.usage, description, hints: ["versions look like v1.2.3"]) }
}

extension VersionQueryError: Diagnosable {
    var diagnosis: Diagnosis { Diagnosis(.usage, description, hints: ["versions look like v1.2.3"]) }
}

extension LinkTargetError: Diagnosable {
    var diagnosis: Diagnosis { Diagnosis(.failed, description) }
}

extension PointerError: Diagnosable {
    var diagnosis: Diagnosis {
        if needsNewerVersion { return Diagnosis(.failed, description, hints: ["install a newer git-model"]) }
        return Diagnosis(.verification, description)
    }
}
