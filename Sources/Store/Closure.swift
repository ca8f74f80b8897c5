import SystemPackage
import Codec
package import ModelCore

/// Everything in a store that rebuilds some objects from nothing, one copy of each frame.
package struct Closure: Sendable {
    /// One copy of every frame that was found, by frame.
    package private(set) var frames: [Digest: FrameLocation] = [:]
    /// Those of the frames that are here only because others decode against them.
    package private(set) var bases: Set<Digest> = []
    /// What rebuilds the objects, and compares those that pointers name with earlier ones.
    package private(set) var objects: Set<ObjectEntry> = []
    /// The objects that cannot be rebuilt, and why.
    package private(set) var incomplete: [(oid: Digest, reason: StoreError)] = []
    /// The files of the trees that were walked, by their digest.
    package private(set) var files: [Digest: Int64] = [:]

    private var visited: Set<Digest> = []

    /// Finds the closure of what `pointers` name in `store`.
    ///
    /// A tree's closure is that of its listing and of all its files. What is missing is noted, and the rest goes on.
    package init(of pointers: some Sequence<Pointer>, in store: LocalStore) {
        var reader = FrameReader(store)
        for pointer in pointers { add(pointer, in: store, reader: &reader) }
    }

    /// Whether every object can be rebuilt.
    package var isComplete: Bool { incomplete.isEmpty }

    /// The number of bytes that the frames take in packs.
    package var storedByteCount: Int64 { frames.values.reduce(0) { $0 + Int64($1.entry.recordLength) } }

    private mutating func add(_ pointer: Pointer, in store: LocalStore, reader: inout FrameReader) {
        addComparisons(of: pointer.oid, in: store)
        do throws(StoreError) {
            switch pointer.kind {
            case .file: try addObject(pointer.oid, size: pointer.size, in: store, reader: &reader)
            case .tree:
                let bytes = try store.listingBytes(pointer.oid, reader: &reader)
                try addObject(pointer.oid, size: Int64(bytes.count), in: store, reader: &reader)
                let listing = try store.parseListing(bytes, of: pointer.oid)
                for entry in listing.entries { addFile(entry, in: store, reader: &reader) }
            }
        } catch { incomplete.append((pointer.oid, error)) }
    }

    /// Adds the comparisons with earlier versions that are here; no object needs one, so that none is missed.
    private mutating func addComparisons(of oid: Digest, in store: LocalStore) {
        for (entry, frame) in store.comparisonFrames(of: oid) {
            do throws(StoreError) {
                try locate(frame, of: oid, in: store)
                bases.remove(frame.id)
                objects.insert(entry)
            } catch {
                // A reader that finds none compares the manifests.
            }
        }
    }

    private mutating func addFile(_ entry: TreeEntry, in store: LocalStore, reader: inout FrameReader) {
        files[entry.digest] = entry.size
        do throws(StoreError) {
            try addObject(entry.digest, size: entry.size, in: store, reader: &reader)
        } catch { incomplete.append((entry.digest, error)) }
    }

    private mutating func addObject(
        _ oid: Digest,
        size: Int64,
        in store: LocalStore,
        reader: inout FrameReader
    ) throws(StoreError) {
        guard visited.insert(oid).inserted else { return }
        var failure: StoreError?
        for map in try store.maps(of: oid, size: size, reader: &reader) {
            do throws(StoreError) {
                try locate(map, in: store)
                if let manifest = map.manifest { objects.insert(manifest) }
                return
            } catch { failure = error }
        }
        throw failure ?? store.explained(.missingObject(oid))
    }

    private mutating func locate(_ map: ObjectMap, in store: LocalStore) throws(StoreError) {
        for frame in map.metadata + map.frames {
            try locate(frame, of: map.oid, in: store)
            bases.remove(frame.id)
        }
    }

    /// Notes a copy of a frame, and of every frame that it decodes against; `limit` is the depth that the copy has to
    /// be below.
    private mutating func locate(
        _ frame: FrameReference,
        below limit: UInt8 = .max,
        of object: Digest,
        in store: LocalStore
    ) throws(StoreError) {
        if let known = frames[frame.id], known.entry.depth < limit { return }
        var failure: StoreError?
        for copy in try store.presentCopies(of: frame.id)
        where Int(copy.entry.rawLength) == frame.byteCount && copy.entry.depth < limit {
            do throws(StoreError) {
                if let base = copy.base {
                    let base = FrameReference(id: base, byteCount: frame.byteCount)
                    try locate(base, below: copy.entry.depth, of: object, in: store)
                }
                if frames.updateValue(copy, forKey: frame.id) == nil { bases.insert(frame.id) }
                return
            } catch { failure = error }
        }
        throw failure ?? store.explained(.missingFrame(frame.id, object: object))
    }
}

extension LocalStore {
    /// Reads and parses a tree's listing.
    package func listing(
        _ oid: Digest,
        reader: inout FrameReader
    ) throws(StoreError) -> (tree: TreeListing, byteCount: Int64) {
        let bytes = try listingBytes(oid, reader: &reader)
        return (try parseListing(bytes, of: oid), Int64(bytes.count))
    }

    /// The bytes have the object's digest: what does not parse was never a listing.
    fileprivate func parseListing(_ bytes: [UInt8], of oid: Digest) throws(StoreError) -> TreeListing {
        do throws(FormatError) { return try TreeListing(parsing: bytes) } catch {
            if case .newer(let what) = error.problem {
                throw .needsNewerVersion(root.appending("listing " + oid.hex), what)
            }
            throw .notAListing(oid, error)
        }
    }

    /// A pointer says how large a tree's files are, not its listing: the index knows that.
    fileprivate func listingBytes(_ oid: Digest, reader: inout FrameReader) throws(StoreError) -> [UInt8] {
        for refreshed in [false, true] {
            if refreshed { try refresh() }
            if let copy = listedCopies(of: oid).first, Int(copy.entry.rawLength) <= FrameReference.maximumByteCount {
                return try reader.bytes(of: FrameReference(id: oid, byteCount: Int(copy.entry.rawLength)), of: oid)
            }
            var failure: StoreError?
            for entry in entries(of: oid, kind: .manifest) {
                do throws(StoreError) {
                    for map in try maps(of: oid, size: entry.size, reader: &reader) {
                        let bytes = try bytes(of: map, reader: &reader)
                        guard SHA256.digest(of: bytes) == oid else {
                            throw .wrongObject(oid, found: SHA256.digest(of: bytes))
                        }
                        return bytes
                    }
                } catch { failure = error }
            }
            if let failure { throw failure }
        }
        throw explained(.missingObject(oid))
    }

    private func bytes(of map: ObjectMap, reader: inout FrameReader) throws(StoreError) -> [UInt8] {
        // A frame that a manifest repeats is small, however long what it makes.
        do throws(FormatError) { try TreeListing.requireLength(map.size) } catch { throw .notAListing(map.oid, error) }
        var bytes: [UInt8] = []
        for stretch in map.stretches {
            switch stretch.source {
            case .inline(let inline): bytes += inline
            case .frame(let frame): bytes += try reader.bytes(of: frame, of: map.oid)
            }
        }
        return bytes
    }
}
