import ModelCore
import Registry
import Store
import TensorFormats

/// Whether loading the files of artifacts may run code that they bring: whether one is a pickle that nobody looked
/// into, or one that imports too much.
///
/// Only the bytes themselves decide: what a manifest says of them is its author's word.
struct PickleCheck {
    /// What people and libraries call pickles.
    private static let pickleSuffixes = [".pkl", ".pickle", ".joblib", ".dill", ".sav", ".p"]
    /// What PyTorch's archives are called, which are pickles inside.
    private static let archiveSuffixes = [".pt", ".pth", ".ckpt"]
    /// What NumPy's files are called.
    private static let arraySuffixes = [".npy", ".npz"]
    private static let unread = "is a pickle, and is not looked into"

    let workspace: Workspace

    /// Looks into artifacts, those that are here first; fetches the others, whole, for no part of a file proves what
    /// the rest is.
    func finding(of artifacts: [PointerIndex.Entry]) async throws -> (isGood: Bool, text: String) {
        let joined = try workspace.openStore()
        let store = joined.store
        // No name needs any bytes.
        for artifact in artifacts where artifact.pointer.kind == .file && PickleCheck.isPickle(artifact.path) {
            return (false, "\(artifact.path) \(PickleCheck.unread)")
        }
        let absent = artifacts.filter { !Closure(of: [$0.pointer], in: store).isComplete }
        let present = artifacts.filter { !absent.contains($0) }
        if let objection = try objection(to: present, in: store) { return (false, objection) }
        if let problem = try await problem(ofFetching: absent, into: store) { return (false, problem) }
        if let objection = try objection(to: absent, in: store) { return (false, objection) }
        return (true, "nothing of it imports what is no part of PyTorch")
    }

    private static func isPickle(_ path: RepositoryPath) -> Bool {
        let name = path.name.lowercased()
        return pickleSuffixes.contains { name.hasSuffix($0) || name.contains($0 + ".") }
    }

    /// Fetches artifacts; returns what is wrong with one that is not here afterwards.
    private func problem(ofFetching artifacts: [PointerIndex.Entry], into store: LocalStore) async throws -> String? {
        guard let first = artifacts.first else { return nil }
        guard workspace.configuration.defaultRemote != nil else {
            return "\(first.path) is not here, and there is no remote to fetch it from"
        }
        let report = try await workspace.fetch(artifacts, from: nil, into: store)
        try store.refresh()
        return report.problems.first.map { "\($0.subject) is not here: \($0.message)" }
    }

    /// Returns why not, for the first file of artifacts that are here.
    private func objection(to artifacts: [PointerIndex.Entry], in store: LocalStore) throws -> String? {
        for artifact in artifacts {
            for file in try workspace.files(of: artifact, in: store) {
                if let objection = try objection(to: file.pointer, at: file.path, in: store) {
                    return "\(file.path) \(objection)"
                }
            }
        }
        return nil
    }

    /// Returns why not, as a clause that follows the path; `nil` for a file that is no pickle, or a harmless one.
    private func objection(to file: Pointer, at path: RepositoryPath, in store: LocalStore) throws -> String? {
        if PickleCheck.isPickle(path) { return PickleCheck.unread }
        var reader = FrameReader(store)
        guard let map = try store.maps(of: file.oid, size: file.size, reader: &reader).first else {
            return "is not here"
        }
        let bytes = ObjectBytes(map, in: store)
        let pickle = try ArchivedPickle.of(bytes)
        if case .opaque(let reason) = pickle { return "is a zip archive that is not understood: \(reason)" }
        if case .read(let warnings) = pickle, !warnings.isEmpty {
            return "is a pickle: \(warnings.joined(separator: "; "))"
        }
        if let reason = try PickledArrays.objection(to: bytes) { return "may have pickled Python objects: \(reason)" }
        return pickle == .absent ? try objection(toStartOf: bytes, at: path) : nil
    }

    /// Returns why not, of a file that is no archive of PyTorch's.
    private func objection(toStartOf bytes: ObjectBytes, at path: RepositoryPath) throws -> String? {
        let start = try bytes.read(0..<min(8, bytes.byteCount))
        if start.count > 1, start[0] == 0x80, (2...5).contains(start[1]) { return PickleCheck.unread }
        let name = path.name.lowercased()
        // NumPy takes whatever begins otherwise for a pickle.
        if PickleCheck.arraySuffixes.contains(where: name.hasSuffix), !PickledArrays.isKnown(start: start) {
            return "is none of NumPy's files, and is not looked into"
        }
        let isArchive = PickleCheck.archiveSuffixes.contains(where: name.hasSuffix)
        // The oldest pickles are text.
        let isText = name.hasSuffix(".bin") && ["c".utf8.first, "(".utf8.first].contains(start.first)
        return isArchive || isText ? "is none of PyTorch's archives, and is not looked into" : nil
    }
}

extension Workspace {
    /// Returns the files of an artifact, each as if it were an artifact itself; links are none.
    fileprivate func files(
        of entry: PointerIndex.Entry,
        in store: LocalStore
    ) throws -> [(path: RepositoryPath, pointer: Pointer)] {
        guard entry.pointer.kind == .tree else { return [(entry.path, entry.pointer)] }
        return try listing(of: entry, in: store).entries.filter { $0.mode != .link }.map { file in
            (entry.path.appending(file.path), Pointer(oid: file.digest, size: file.size, kind: .file))
        }
    }
}
