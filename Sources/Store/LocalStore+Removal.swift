import ModelCore
import SystemIO
import SystemPackage

extension LocalStore {
    /// Refuses where an index is damaged or says something that this version does not know how to keep.
    func requireUnderstood() throws(StoreError) {
        try verifyIndexes()
        let indexes = indexes
        for file in indexes.files {
            for position in 0..<file.objectCount {
                let kind = file.object(at: position).kind
                guard kind == .manifest || kind == .comparison else {
                    throw .needsNewerVersion(file.path, "object entry of kind \(kind.rawValue)")
                }
            }
        }
    }

    /// Deletes packs, with all that names them; object indexes stay only of objects that are to be kept.
    ///
    /// The caller excludes other users of the store.
    func remove(_ packs: Set<Digest>, keepingIndexOf isKept: (Digest) -> Bool) throws(StoreError) {
        try removeObjectIndexes(naming: packs, keepingIndexOf: isKept)
        try PackSweep(self, removing: packs).run()
    }

    /// Object indexes are hints: those of objects that are not kept go, and those that name a pack that goes.
    private func removeObjectIndexes(
        naming dead: Set<Digest>,
        keepingIndexOf isKept: (Digest) -> Bool
    ) throws(StoreError) {
        for (oid, path) in try objectIndexes() {
            do throws(StoreError) {
                let index = try IndexFile(path)
                try index.verify()
                if isKept(oid), !index.packs.contains(where: { dead.contains($0.id) }) { continue }
            } catch {
                if case .needsNewerVersion = error { continue }
                guard error.isAboutContent || error.isAbsence else { throw error }
            }
            do { try DurableFile.remove(path) } catch { throw .io(error) }
        }
    }
}
