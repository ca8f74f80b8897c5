import ModelCore
import SystemIO
import SystemPackage

/// Notices those who write to a store though its users are excluded: whoever reaches the directory by SSH, or by
/// another machine's file system, takes no part in its lock.
struct OutsideWriters {
    private let store: LocalStore
    private let packs: Set<Digest>
    private let roots: Set<Digest>

    /// Looks at what there is; what is read afterwards may have more.
    init(of store: LocalStore) throws(StoreError) {
        self.store = store
        packs = Set(try store.packsOnDisk())
        roots = try OutsideWriters.roots(of: store)
    }

    /// Refuses where a pack has appeared that is not among `own`, or a root.
    ///
    /// Whoever is at an earlier point of a push than that looks once more, and sends what is gone by then.
    func requireNone(besides own: Set<Digest>) throws(StoreError) {
        let strange = Set(try store.packsOnDisk()).subtracting(packs).subtracting(own)
        if let pack = strange.min() { throw .writtenMeanwhile(store.root.appending(StoreLayout.pack(pack))) }
        let claims = try OutsideWriters.roots(of: store).subtracting(roots)
        if let root = claims.min() { throw .writtenMeanwhile(store.root.appending(StoreLayout.root(root))) }
    }

    private static func roots(of store: LocalStore) throws(StoreError) -> Set<Digest> {
        let directory = store.root.appending("roots")
        do throws(IOError) {
            guard try FileStatus.of(directory) != nil else { return [] }
            return Set(try DirectoryEntry.all(in: directory).compactMap { Digest(hex: $0.name) })
        } catch { throw .io(error) }
    }
}
