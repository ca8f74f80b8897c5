import ModelCore
import Store

/// Whether loading a file may run code that it brings: whether it is a pickle that nobody looked into, or one that
/// imports too much.
struct PickleCheck {
    /// What people and libraries call pickles.
    private static let pickleSuffixes = [".pkl", ".pickle", ".joblib", ".dill", ".sav", ".p"]
    /// What PyTorch's archives are called, which are pickles inside.
    private static let archiveSuffixes = [".pt", ".pth", ".ckpt"]

    private struct Enough: Error {}

    let store: LocalStore
    let path: RepositoryPath
    let pointer: Pointer

    /// Why not, as a clause that follows the path; `nil` for a file that is none, or a harmless one.
    var objection: String? {
        get throws {
            let name = path.name.lowercased()
            if PickleCheck.pickleSuffixes.contains(where: { name.hasSuffix($0) || name.contains($0 + ".") }) {
                return "is a pickle, and is not looked into"
            }
            let manifest = try store.manifest(of: pointer)
            if let note = manifest?.note, note.contains(Manifest.pickleWarning) { return "is a pickle: \(note)" }
            if manifest?.layout == "pytorch" { return nil }
            guard Closure(of: [pointer], in: store).isComplete else {
                return manifest == nil ? "is not known here: fetch it, or its manifest" : nil
            }
            let start = try firstBytes
            if start.count > 1, start[0] == 0x80, (2...5).contains(start[1]) {
                return "is a pickle, and is not looked into"
            }
            let isArchive = PickleCheck.archiveSuffixes.contains(where: name.hasSuffix)
            // The oldest pickles are text.
            let isText = name.hasSuffix(".bin") && ["c".utf8.first, "(".utf8.first].contains(start.first)
            return isArchive || isText ? "is none of PyTorch's archives, and is not looked into" : nil
        }
    }

    private var firstBytes: [UInt8] {
        get throws {
            var bytes: [UInt8] = []
            do {
                try ObjectStream.read(pointer.oid, size: pointer.size, from: store) { chunk in
                    bytes = Array(chunk.prefix(16))
                    throw Enough()
                }
            } catch is Enough { return bytes }
            return bytes
        }
    }
}
