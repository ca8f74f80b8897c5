import ModelCore
import Registry
import Store
import SystemIO
import SystemPackage

extension Workspace {
    /// Returns where large objects are written while they come: beside the artifacts that they are, or are files of.
    ///
    /// An artifact that is in its place already, as far as the stat cache knows, is not written once more, but a tree's files are. What
    /// is executable is not written so.
    func drafts(of artifacts: [PointerIndex.Entry], in store: LocalStore) throws -> ObjectDrafts {
        let cache = openStatCache()
        var places: [Digest: FilePath] = [:]
        var trees: [(oid: Digest, place: FilePath)] = []
        for artifact in artifacts {
            let place = try location(of: artifact.path)
            let oid = artifact.pointer.oid
            if artifact.pointer.kind == .tree { trees.append((oid, place)) }
            guard artifact.pointer.kind == .file, !artifact.isExecutable else { continue }
            if let status = try FileStatus.of(place), cache.oid(of: status) == oid { continue }
            places[oid] = place
        }
        let (files, directories) = (places, trees)
        return ObjectDrafts { oid in
            if let place = files[oid] { return place }
            var reader = FrameReader(store)
            return directories.first { tree in
                let listing = try? store.listing(tree.oid, reader: &reader).tree
                return listing?.entries.contains { $0.digest == oid && $0.mode == .regular } ?? false
            }?.place
        }
    }
}
