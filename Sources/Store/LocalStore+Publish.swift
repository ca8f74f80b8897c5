import Codec
package import ModelCore
import SystemIO
import SystemPackage

extension LocalStore {
    /// Once this many indexes are small, they are merged into one.
    private static let smallIndexLimit = 16
    /// An index below this number of bytes is small.
    private static let smallIndexByteCount = 1 << 20
    /// Once this many indexes that are not small are of like size, they are merged into one.
    private static let largeIndexLimit = 8

    /// Writes an index, makes it part of this store's view, and merges indexes of like size where there are many.
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
        try mergeIndexes()
    }

    /// Writes the object index of what a pointer names, unless there is one; a hint for readers that know no other
    /// index.
    package func publishObjectIndex(of pointer: Pointer) throws(StoreError) {
        let path = root.appending(StoreLayout.objectIndex(pointer.oid))
        do {
            if try FileStatus.of(path) != nil { return }
        } catch { throw .io(error) }
        try renewObjectIndex(of: pointer)
    }

    /// Writes the object index of what a pointer names over whatever is there.
    func renewObjectIndex(of pointer: Pointer) throws(StoreError) {
        let closure = Closure(of: [pointer], in: self)
        if let first = closure.incomplete.first { throw first.reason }
        // Whoever reads this store alone does not see the packs of its alternates.
        guard closure.frames.values.allSatisfy({ indexes.pack($0.pack) != nil }) else { return }
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

    /// Returns indexes of like size, where they are so many that they should be one.
    ///
    /// Sizes are likened by powers of eight, so that an entry is copied once for each and few files are ever searched.
    private var crowd: [IndexFile]? {
        let tiers = Dictionary(grouping: indexes.files) { file in
            (0...).first { file.byteCount < LocalStore.smallIndexByteCount << (3 * $0) } ?? 0
        }
        return tiers.sorted { $0.key < $1.key }.first { tier, files in
            files.count >= (tier == 0 ? LocalStore.smallIndexLimit : LocalStore.largeIndexLimit)
        }?.value
    }

    private func mergeIndexes() throws(StoreError) {
        guard crowd != nil else { return }
        // Two merges at once would each write everything; one that is not needed right now is left to a later command.
        guard let merging = try? FileLock(root.appending(StoreLayout.mergeLock), mode: .exclusive, wait: nil) else {
            return
        }
        defer { extendLifetime(merging) }
        try refresh()
        // A damaged one is left for fsck: merged, its damage would look like content.
        var sound: [IndexFile] = []
        for file in crowd ?? [] {
            do throws(StoreError) {
                try file.verify()
                sound.append(file)
            } catch { guard error.isAboutContent else { throw error } }
        }
        if sound.count > 1 { try replace(sound) { _ in true } }
    }

    /// Writes one index in place of `files`, without the packs that are not kept, then deletes them.
    func replace(_ files: [IndexFile], keepingPack isKept: @escaping (Digest) -> Bool) throws(StoreError) {
        let others = IndexSet(indexes.files.filter { file in !files.contains { $0.path == file.path } })
        let alternates = alternates
        let path = try IndexMerge(files, keepingPack: isKept).write(in: root) { frame in
            others.contains(frame) || alternates.contains { !$0.listedCopies(of: frame).isEmpty }
        }
        do {
            for file in files where file.path != path { try DurableFile.remove(file.path) }
        } catch { throw .io(error) }
        forgetPacks()
        try refresh()
    }
}
