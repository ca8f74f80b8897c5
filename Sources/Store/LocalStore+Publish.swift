import Codec
package import ModelCore
import SystemIO
import SystemPackage

extension LocalStore {
    /// Once this many indexes are small, they are merged into one.
    private static let smallIndexLimit = 16
    /// An index below this number of bytes is small.
    private static let smallIndexByteCount: Int64 = 1 << 20

    /// Writes an index, makes it part of this store's view, and merges small indexes where there are many.
    package func publish(_ contents: IndexContents) throws(StoreError) {
        try requireWritable()
        let bytes = contents.encoded(as: .index)
        let id = SHA256.digest(of: bytes)
        do {
            let path = root.appending(StoreLayout.index(id))
            try Directories.create(path.removingLastComponent())
            try DurableFile.write(bytes, to: path, permissions: 0o666)
        } catch { throw .io(error) }
        try refresh()
        try mergeSmallIndexes()
    }

    /// Writes the object index of what a pointer names; a hint for readers that know no other index.
    package func publishObjectIndex(of pointer: Pointer) throws(StoreError) {
        let path = root.appending(StoreLayout.objectIndex(pointer.oid))
        do {
            if try FileStatus.of(path) != nil { return }
        } catch { throw .io(error) }
        let closure = Closure(of: [pointer], in: self)
        if let first = closure.incomplete.first { throw first.reason }
        try publishObjectIndex(indexContents(of: closure), of: pointer.oid)
    }

    /// Writes an object index over whatever is there.
    package func publishObjectIndex(_ contents: IndexContents, of oid: Digest) throws(StoreError) {
        do {
            let path = root.appending(StoreLayout.objectIndex(oid))
            try Directories.create(path.removingLastComponent())
            try DurableFile.write(contents.encoded(as: .objectIndex), to: path, permissions: 0o666)
        } catch { throw .io(error) }
    }

    /// Returns a closure as the content of an object index.
    package func indexContents(of closure: Closure) -> IndexContents {
        let indexes = indexes
        var contents = IndexContents()
        for location in closure.frames.values {
            guard let pack = indexes.pack(location.pack) else { continue }
            contents.add(location, in: pack)
        }
        for object in closure.objects { contents.add(object) }
        return contents
    }

    private var smallIndexes: [IndexFile] { indexes.files.filter { $0.byteCount < LocalStore.smallIndexByteCount } }

    private func mergeSmallIndexes() throws(StoreError) {
        guard smallIndexes.count >= LocalStore.smallIndexLimit else { return }
        // Two merges at once would each write everything; one that is not needed right now is left to a later command.
        guard let merging = try? FileLock(root.appending("merge.lock"), mode: .exclusive, wait: nil) else { return }
        defer { extendLifetime(merging) }
        try refresh()
        // A damaged one is left for fsck: merged, its damage would look like content.
        var sound: [IndexFile] = []
        for file in smallIndexes {
            do throws(StoreError) {
                try file.verify()
                sound.append(file)
            } catch { guard error.isAboutContent else { throw error } }
        }
        try replace(sound) { _ in true }
    }

    /// Writes one index in place of `files`, without the packs that are not kept, then deletes them.
    func replace(_ files: [IndexFile], keepingPack isKept: (Digest) -> Bool) throws(StoreError) {
        var contents = IndexContents()
        for file in files {
            let packs = Dictionary(file.packs.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
            for position in 0..<file.frameCount {
                guard let frame = file.frame(at: position), let pack = packs[frame.pack] else {
                    throw .damaged(file.path, FormatError("index", .malformed("an entry names no pack of it")))
                }
                if isKept(frame.pack) { contents.add(frame, in: pack) }
            }
        }
        let kept = IndexSet(indexes.files.filter { file in !files.contains { $0.path == file.path } })
        for file in files {
            for position in 0..<file.objectCount {
                let object = file.object(at: position)
                if contents.contains(object.frame) || kept.contains(object.frame) { contents.add(object) }
            }
        }
        let bytes = contents.encoded(as: .index)
        let path = root.appending(StoreLayout.index(SHA256.digest(of: bytes)))
        do {
            if !contents.isEmpty { try DurableFile.write(bytes, to: path, permissions: 0o666) }
            for file in files where file.path != path || contents.isEmpty { try DurableFile.remove(file.path) }
        } catch { throw .io(error) }
        forgetPacks()
        try refresh()
    }
}
