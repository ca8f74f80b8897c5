package import ModelCore
import SystemIO
import SystemPackage

extension LocalStore {
    /// Returns the names of the packs that are there, listed by an index or not.
    package func packsOnDisk() throws(StoreError) -> [Digest] {
        var ids: [Digest] = []
        if isAbsent { return ids }
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

    /// Returns whether a copy of a frame of less depth than `limit` is there as it was written, and all that it decodes
    /// against.
    func hasIntactFrame(_ frame: Digest, below limit: UInt8 = .max) throws(StoreError) -> Bool {
        for copy in try presentCopies(of: frame) where copy.entry.depth < limit {
            if try isIntact(copy) { return true }
        }
        return false
    }

    /// Returns whether a copy of a frame, and all that it decodes against, has the checksums that it was written with:
    /// nothing is decoded.
    func isIntact(_ copy: FrameLocation) throws(StoreError) -> Bool {
        do throws(StoreError) {
            let pack = try pack(copy.pack)
            defer { if copy.entry.recordLength >= FrameReader.releasedByteCount { pack.releaseMemory(of: copy.entry) } }
            _ = try pack.record(of: copy.entry)
        } catch {
            // What a newer version wrote is for that one to check.
            guard case .needsNewerVersion = error else { return false }
        }
        guard let base = copy.base else { return true }
        return try hasIntactFrame(base, below: copy.entry.depth)
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
