import ModelCore
import Registry
import Store
import SystemIO
import SystemPackage

extension Workspace {
    /// Returns where large objects are written while they come: beside the artifacts that they are, or are files of.
    ///
    /// What is in its place already, as far as the stat cache knows, is not written once more; nor what is executable,
    /// or of another size than the pointer or listing says.
    func drafts(of artifacts: [PointerIndex.Entry], in store: LocalStore) throws -> ObjectDrafts {
        let cache = openStatCache()
        var places: [Pointer: FilePath] = [:]
        var trees: [(oid: Digest, place: FilePath)] = []
        for artifact in artifacts {
            let place = try location(of: artifact.path)
            let oid = artifact.pointer.oid
            if artifact.pointer.kind == .tree { trees.append((oid, place)) }
            guard artifact.pointer.kind == .file, !artifact.isExecutable else { continue }
            if let status = try FileStatus.of(place), cache.oid(of: status) == oid { continue }
            places[artifact.pointer] = place
        }
        return .files(places, andOf: trees, in: store, unlessIn: cache)
    }
}

extension ObjectDrafts {
    /// Returns the drafts of files by their places, and of files of trees whose listings `store` has by then, unless
    /// each file that is the object is in its place, as far as `cache` knows.
    static func files(
        _ files: [Pointer: FilePath],
        andOf trees: [(oid: Digest, place: FilePath)],
        in store: LocalStore,
        unlessIn cache: StatCache
    ) -> ObjectDrafts {
        ObjectDrafts { oid, size in
            let object = Pointer(oid: oid, size: size, kind: .file)
            if let place = files[object] { return place }
            return trees.first { tree in
                store.files(of: tree.oid, thatAre: object).contains { file in
                    let status = try? FileStatus.of(tree.place.appending(file.path.text))
                    return status.flatMap(cache.oid) != oid
                }
            }?.place
        }
    }
}

extension LocalStore {
    /// Returns the files of a tree that are an object and not executable; none where its listing is not here.
    func files(of tree: Digest, thatAre object: Pointer) -> [TreeEntry] {
        var reader = FrameReader(self)
        let listing = try? listing(tree, reader: &reader).tree
        return listing?.entries.filter {
            $0.digest == object.oid && $0.size == object.size && $0.mode == .regular
        } ?? []
    }
}
