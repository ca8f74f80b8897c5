package import ModelCore
import SystemIO
package import SystemPackage

/// Which objects were taken away from a store for good, so that whoever misses one is told why.
///
/// An object that is added again is there again, whatever is remembered.
extension LocalStore {
    /// Remembers objects as purged.
    package func rememberPurge(of oids: [Digest]) throws(StoreError) {
        do {
            for oid in oids {
                let path = root.appending(StoreLayout.purged(oid))
                try Directories.create(path.removingLastComponent())
                try DurableFile.write(Array(StoreLayout.purgedText.utf8), to: path)
            }
        } catch { throw .io(error) }
    }

    /// Returns the objects that were purged from the store.
    package func purgedObjects() throws(StoreError) -> Set<Digest> {
        let directory = root.appending(StoreLayout.purged)
        do {
            guard try FileStatus.of(directory) != nil else { return [] }
            return Set(try DirectoryEntry.all(in: directory).compactMap { Digest(hex: $0.name) })
        } catch { throw .io(error) }
    }

    /// Returns whether an object was purged from the store.
    package func isPurged(_ oid: Digest) throws(StoreError) -> Bool {
        do { return try FileStatus.of(root.appending(StoreLayout.purged(oid))) != nil } catch { throw .io(error) }
    }

    /// Returns what the store's own files say that somebody may need: what its roots name, and what has an object
    /// index.
    ///
    /// Only the names are known there: each comes as whatever it may be a pointer of. Throws where a root cannot be
    /// read.
    package func claims(except purged: Set<Digest>) throws(StoreError) -> [Pointer] {
        var oids = Set(try objectIndexes().map(\.oid))
        for root in try roots() { oids.formUnion(root.record.oids) }
        return oids.subtracting(purged).sorted().flatMap { pointers(naming: $0) }
    }

    /// Returns what the roots name, as far as anything of it is here: each object as whatever it may be a pointer of.
    ///
    /// Throws where a root cannot be read.
    package func rootedPointers() throws(StoreError) -> [Pointer] {
        Set(try roots().flatMap(\.record.oids)).sorted().flatMap { pointers(naming: $0) }
    }

    /// Returns the roots, with the paths of their files.
    package func roots() throws(StoreError) -> [(path: FilePath, record: RootRecord)] {
        let directory = root.appending("roots")
        var roots: [(path: FilePath, record: RootRecord)] = []
        do {
            guard try FileStatus.of(directory) != nil else { return [] }
            for entry in try DirectoryEntry.all(in: directory) where Digest(hex: entry.name) != nil {
                let path = directory.appending(entry.name)
                let text = String(decoding: try DurableFile.read(path, limit: 1 << 30), as: UTF8.self)
                switch Result(catching: { () throws(FormatError) in try RootRecord(parsing: text) }) {
                case .success(let record): roots.append((path, record))
                case .failure(let error):
                    if case .newer(let what) = error.problem { throw StoreError.needsNewerVersion(path, what) }
                    throw StoreError.damaged(path, error)
                }
            }
        } catch let error as StoreError { throw error } catch let error as IOError { throw .io(error) } catch {
            throw .notFound(directory)
        }
        return roots
    }

    /// Returns what an object can be a pointer of: a tree where its bytes are a listing, and a file.
    func pointers(naming oid: Digest) -> [Pointer] {
        var reader = FrameReader(self)
        var pointers: [Pointer] = []
        if let tree = try? listing(oid, reader: &reader).tree {
            pointers.append(Pointer(oid: oid, size: tree.contentSize, kind: .tree))
        }
        let sizes = indexes.copies(of: oid).map { Int64($0.entry.rawLength) }
        for size in Set(sizes + indexes.entries(of: oid, kind: .manifest).map(\.size)).sorted() {
            pointers.append(Pointer(oid: oid, size: size, kind: .file))
        }
        return pointers
    }
}
