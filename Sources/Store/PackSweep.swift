import ModelCore
import SystemIO
import SystemPackage

/// Takes packs away whose frames are elsewhere or dead, and what names them.
struct PackSweep {
    private let store: LocalStore
    private let packs: Set<Digest>

    init(_ store: LocalStore, removing packs: Set<Digest>) {
        self.store = store
        self.packs = packs
    }

    /// Writes object indexes that name the packs anew, as a view of the store without these says; those of which that
    /// lacks anything go.
    func renewObjectIndexes(as view: LocalStore) throws(StoreError) {
        for (oid, path) in try store.objectIndexes() {
            do throws(StoreError) {
                let index = try IndexFile(path)
                try index.verify()
                guard index.packs.contains(where: { packs.contains($0.id) }) else { continue }
            } catch {
                if case .needsNewerVersion = error { continue }
                guard error.isAboutContent || error.isAbsence else { throw error }
            }
            if let contents = PackSweep.contents(of: oid, in: view) {
                try store.publishObjectIndex(contents, of: oid)
            } else {
                do { try DurableFile.remove(path) } catch { throw .io(error) }
            }
        }
    }

    /// Only the name of an object index is known, not whether it is of a file or of a tree.
    private static func contents(of oid: Digest, in view: LocalStore) -> IndexContents? {
        for candidate in view.pointers(naming: oid) {
            let closure = Closure(of: [candidate], in: view)
            if closure.isComplete { return view.indexContents(of: closure) }
        }
        return nil
    }

    /// Removes the packs: their index entries first, so that a crash in between leaves packs that nothing finds, never
    /// entries without a pack; manifests last, so that whoever goes on knows what belongs together.
    func run() throws(StoreError) {
        let kinds = Dictionary(store.indexes.packList.map { ($0.id, $0.kind) }, uniquingKeysWith: { first, _ in first })
        let stale = store.indexes.files.filter { file in file.packs.contains { packs.contains($0.id) } }
        if !stale.isEmpty { try store.replace(stale) { !packs.contains($0) } }
        try remove(packs.filter { kinds[$0] != .metadata })
        try remove(packs.filter { kinds[$0] == .metadata })
        store.forgetPacks()
    }

    /// Removes packs, and returns once they would be gone after a power cut, too.
    private func remove(_ packs: Set<Digest>) throws(StoreError) {
        do throws(IOError) {
            var directories: Set<FilePath> = []
            for pack in packs.sorted() {
                let path = store.root.appending(StoreLayout.pack(pack))
                try DurableFile.remove(path)
                directories.insert(path.removingLastComponent())
            }
            for directory in directories { try DurableFile.synchronizeDirectory(directory) }
        } catch { throw .io(error) }
    }
}
