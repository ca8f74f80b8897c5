import Operations
import Codec
import ModelCore
import Store
import SystemPackage

extension StoreError: Diagnosable {
    /// What a shell's `printf` is given to write this version's `format` file.
    private var content: String { StoreFormat().text.split(separator: "\n").map { $0 + "\\n" }.joined() }

    var diagnosis: Diagnosis {
        switch self {
        case .damaged(let path, _) where path.lastComponent?.string == StoreLayout.format:
            // Without it nothing tells what the other files are, and so nothing mends it.
            Diagnosis(
                .verification,
                description,
                hints: [
                    "unless a newer git-model wrote the store: `printf '\(content)' > \(ShellWord.quoted(path.string))`"
                ]
            )
        case .damaged(let path, _) where path.lastComponent?.string == StoreLayout.alternates:
            Diagnosis(
                .verification,
                description,
                hints: ["go on without any: `rm \(ShellWord.quoted(path.string))`, then `git model fetch`"]
            )
        case .damaged(let path, _) where path.removingLastComponent().lastComponent?.string == StoreLayout.users:
            Diagnosis(
                .verification,
                description,
                hints: ["unless a repository is meant by it: `rm \(ShellWord.quoted(path.string))`"]
            )
        case .unusableAlternate(let path, _, _):
            Diagnosis(
                .failed,
                description,
                hints: [
                    "bring it back, or go on without it: "
                        + "`git model store alternate --remove \(ShellWord.quoted(path.string))`, then `git model fetch`"
                ]
            )
        case .notFound: Diagnosis(.failed, description, hints: ["set the repository up: `git model init`"])
        case .needsNewerVersion: Diagnosis(.failed, description, hints: ["install a newer git-model"])
        case .missingFrame, .missingObject: Diagnosis(.failed, description, hints: ["get it: `git model fetch`"])
        case .damaged, .damagedFrame, .wrongObject, .encodingCheckFailed:
            Diagnosis(.verification, description, hints: mendingHint.map { [$0] } ?? [])
        case .notAListing: Diagnosis(.verification, description)
        case .tooManyPieces:
            Diagnosis(.failed, description, hints: ["split the file, and add the directory of its parts"])
        case .changedWhileRead: Diagnosis(.failed, description, hints: ["try again when nothing writes to it"])
        case .writtenMeanwhile:
            Diagnosis(.failed, description, hints: ["the same command again, when nobody pushes there"])
        case .cancelled: .interrupted
        case .locked(let error): error.diagnosis
        case .io(let error): error.diagnosis
        }
    }
}

extension CodecError: Diagnosable {
    var diagnosis: Diagnosis {
        Diagnosis(.verification, description, hints: [StoreError.deepMendingHint])
    }
}
