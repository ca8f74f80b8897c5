package import ModelCore
import SystemIO
import SystemPackage

extension LocalStore {
    /// Returns the names of the packs that are there, listed by an index or not.
    package func packsOnDisk() throws(StoreError) -> [Digest] {
        var ids: [Digest] = []
        do {
            for entry in try DirectoryWalk.entries(under: root.appending("packs")) {
                guard let name = entry.path.split(separator: "/").last, name.hasSuffix(".pack"),
                    let id = StoreLayout.digest(inName: String(name)), StoreLayout.pack(id) == "packs/" + entry.path
                else { continue }
                ids.append(id)
            }
        } catch { throw .io(error) }
        return ids
    }

    /// Returns the paths of the object indexes that are there, with the objects that they are named by.
    func objectIndexes() throws(StoreError) -> [(oid: Digest, path: FilePath)] {
        let directory = root.appending("objects")
        do {
            guard try FileStatus.of(directory) != nil else { return [] }
            return try DirectoryWalk.entries(under: directory).compactMap { entry in
                guard let name = entry.path.split(separator: "/").last, name.hasSuffix(".idx"),
                    let oid = StoreLayout.digest(inName: String(name))
                else { return nil }
                return (oid, directory.appending(entry.path))
            }
        } catch { throw .io(error) }
    }
}
