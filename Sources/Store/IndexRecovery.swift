package import ModelCore
package import SystemIO
import SystemPackage

/// Rebuilds what an index says from the packs alone.
package struct IndexRecovery {
    private let store: LocalStore
    private let cancellation: Cancellation

    /// Creates a recovery of `store`; it throws `StoreError.cancelled` once it is.
    package init(_ store: LocalStore, until cancellation: Cancellation) {
        self.store = store
        self.cancellation = cancellation
    }

    /// Returns an index of the frames of `packs`.
    package func frames(of packs: [Digest]) throws(StoreError) -> IndexContents {
        var contents = IndexContents()
        for id in packs { contents.add(try pack(id).sealed()) }
        return contents
    }

    /// Returns an index of the objects whose manifests or comparisons are in `packs` and that no index lists yet.
    ///
    /// The store must find the frames. Only an object that its manifest rebuilds as a whole is returned: a manifest
    /// that came from elsewhere and was refused lies in a pack all the same.
    package func objects(of packs: [Digest]) throws(StoreError) -> IndexContents {
        var contents = IndexContents()
        for id in packs {
            let pack = try pack(id)
            guard try pack.kind() == .metadata else { continue }
            for frame in try pack.contents().entries {
                guard let object = try objectEntry(frame, of: pack),
                    !store.indexes.entries(of: object.oid, kind: object.kind).contains(object),
                    try isRight(object)
                else { continue }
                contents.add(object)
            }
        }
        return contents
    }

    /// Returns what the manifests in `packs` say that they rebuild, right or not.
    func manifests(of packs: [Digest]) throws(StoreError) -> [ObjectEntry] {
        var entries: [ObjectEntry] = []
        for id in packs {
            let pack = try pack(id)
            guard try pack.kind() == .metadata else { continue }
            for frame in try pack.contents().entries {
                if let object = try objectEntry(frame, of: pack), object.kind == .manifest { entries.append(object) }
            }
        }
        return entries
    }

    private func pack(_ id: Digest) throws(StoreError) -> PackFile {
        try PackFile(store.root.appending(StoreLayout.pack(id)), id: id)
    }

    private func isRight(_ object: ObjectEntry) throws(StoreError) -> Bool {
        do { return try WholeObjectCheck(store, until: cancellation).isRight(object) } catch {
            if error.isAboutContent { return false }
            throw error
        }
    }

    /// Returns the object entry of a frame that is a whole or root manifest, or a comparison.
    private func objectEntry(_ entry: FrameEntry, of pack: PackFile) throws(StoreError) -> ObjectEntry? {
        guard let (record, stored) = try soundRecord(of: entry, in: pack) else { return nil }
        defer { extendLifetime(pack) }
        do throws(FormatError) {
            let bytes = try PackDecoding.bytes(of: record, stored: stored)
            return bytes.withUnsafeBytes { IndexRecovery.objectEntry(of: entry.id, $0) }
        } catch {
            return nil
        }
    }

    private static func objectEntry(of frame: Digest, _ bytes: UnsafeRawBufferPointer) -> ObjectEntry? {
        if let manifest = try? Manifest(parsing: bytes) {
            return ObjectEntry(oid: manifest.oid, frame: frame, size: manifest.size, kind: .manifest)
        }
        if let comparison = try? ObjectComparison.Part(parsing: bytes).comparison {
            return ObjectEntry(oid: comparison.oid, frame: frame, size: comparison.size, kind: .comparison)
        }
        // A part of a manifest, a listing, or something newer: none of them is found by an object's name.
        return nil
    }

    /// Returns a frame's record, or `nil` where it is damaged or newer: the others of the pack count all the same.
    private func soundRecord(
        of entry: FrameEntry,
        in pack: PackFile
    ) throws(StoreError) -> (FrameRecord, stored: UnsafeRawBufferPointer)? {
        do throws(StoreError) { return try pack.record(of: entry) } catch {
            if error.isAboutContent { return nil }
            throw error
        }
    }
}
