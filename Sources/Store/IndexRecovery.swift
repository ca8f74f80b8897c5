package import ModelCore
import SystemIO
import SystemPackage

/// Rebuilds what an index says from the packs alone.
package struct IndexRecovery {
    private let store: LocalStore

    /// Creates a recovery of `store`.
    package init(_ store: LocalStore) { self.store = store }

    /// Returns an index of `packs`: their frames, and the objects whose manifests are among them.
    package func contents(of packs: [Digest]) throws(StoreError) -> IndexContents {
        var contents = IndexContents()
        for id in packs {
            let pack = try PackFile(store.root.appending(StoreLayout.pack(id)), id: id)
            let sealed = try pack.sealed()
            contents.add(sealed)
            guard sealed.kind == .metadata else { continue }
            for entry in sealed.contents.entries {
                if let object = try manifestEntry(entry, of: pack) { contents.add(object) }
            }
        }
        return contents
    }

    /// Returns the object entry of a frame that is a whole or root manifest.
    private func manifestEntry(_ entry: FrameEntry, of pack: PackFile) throws(StoreError) -> ObjectEntry? {
        let (record, stored) = try pack.record(of: entry)
        guard let bytes = try? PackDecoding.bytes(of: record, stored: stored) else { return nil }
        let manifest = bytes.withUnsafeBytes { buffer in
            Result { () throws(FormatError) in try Manifest(parsing: buffer) }
        }
        // What does not parse is a part, a listing, or something newer: none of them is found by an object's name.
        guard let manifest = try? manifest.get() else { return nil }
        return ObjectEntry(oid: manifest.oid, frame: entry.id, size: manifest.size, kind: .manifest)
    }
}
