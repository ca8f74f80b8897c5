package import ModelCore

/// What objects take in a store, and why it is less than their size.
///
/// Objects are counted one after the other: a frame that came before costs nothing again.
package struct SpaceAccount: Sendable {
    /// Why bytes take the room that they take.
    package enum Reason: Hashable, Sendable {
        /// They are the same as bytes that were counted before.
        case identical
        /// They are in the manifest itself.
        case inline
        /// A codec's number, with which they are stored.
        case codec(UInt8)
        /// They are not in the store.
        case absent
        /// They are not in the store, from which they were purged.
        case purged
    }

    /// Bytes that are stored for one reason.
    package struct Share: Hashable, Sendable {
        /// Their number.
        package var raw: Int64 = 0
        /// The bytes that they take in packs.
        package var stored: Int64 = 0

        /// Creates a share.
        package init(raw: Int64 = 0, stored: Int64 = 0) {
            self.raw = raw
            self.stored = stored
        }
    }

    /// The bytes of the objects, by reason.
    package private(set) var shares: [Reason: Share] = [:]
    /// The bytes that manifests and the listings of trees take in packs.
    package private(set) var metadata: Int64 = 0

    /// The bytes of objects of which the store does not know what they are made of.
    private var unknown: Int64 = 0

    /// Creates an account of nothing.
    package init() {}

    /// The size of the objects.
    package var size: Int64 { shares.values.reduce(0) { $0 + $1.raw } }
    /// The bytes among them that came only once, without those of which nobody knows that here.
    package var unique: Int64 { size - unknown - (shares[.identical]?.raw ?? 0) }
    /// The bytes that they add to packs, with what describes them, and without what only others decode against.
    package var stored: Int64 { shares.values.reduce(metadata) { $0 + $1.stored } }

    /// Adds the sums of another account.
    package mutating func add(_ other: SpaceAccount) {
        for (reason, share) in other.shares { add(share, for: reason) }
        metadata += other.metadata
        unknown += other.unknown
    }

    /// Counts objects; `counted` are the frames that came before, to which theirs are added.
    ///
    /// What cannot be read counts as absent.
    package mutating func count(
        _ pointers: some Sequence<Pointer>,
        in store: LocalStore,
        after counted: inout Set<Digest>
    ) throws(StoreError) {
        var reader = FrameReader(store)
        for pointer in pointers {
            let lack: Reason = try store.isPurged(pointer.oid) ? .purged : .absent
            switch pointer.kind {
            case .file: try count(pointer.oid, size: pointer.size, or: lack, in: store, &reader, after: &counted)
            case .tree:
                guard let listing = try? store.listing(pointer.oid, reader: &reader) else {
                    addUnknown(pointer.size, for: lack)
                    continue
                }
                try countMetadata(of: pointer.oid, size: listing.byteCount, in: store, &reader, after: &counted)
                for entry in listing.tree.entries {
                    try count(entry.digest, size: entry.size, or: lack, in: store, &reader, after: &counted)
                }
            }
        }
    }

    private mutating func count(
        _ oid: Digest,
        size: Int64,
        or lack: Reason,
        in store: LocalStore,
        _ reader: inout FrameReader,
        after counted: inout Set<Digest>
    ) throws(StoreError) {
        guard let map = try? store.maps(of: oid, size: size, reader: &reader).first else {
            return addUnknown(size, for: lack)
        }
        for stretch in map.stretches {
            switch stretch.source {
            case .inline(let bytes): if !bytes.isEmpty { add(Share(raw: Int64(bytes.count)), for: .inline) }
            case .frame(let frame): try count(frame, or: lack, in: store, after: &counted)
            }
        }
        for frame in map.metadata where counted.insert(frame.id).inserted { try addMetadata(frame, in: store) }
    }

    private mutating func count(
        _ frame: FrameReference,
        or lack: Reason,
        in store: LocalStore,
        after counted: inout Set<Digest>
    ) throws(StoreError) {
        let raw = Int64(frame.byteCount)
        guard counted.insert(frame.id).inserted else { return add(Share(raw: raw), for: .identical) }
        guard let copy = try store.presentCopies(of: frame.id).first else { return add(Share(raw: raw), for: lack) }
        add(Share(raw: raw, stored: Int64(copy.entry.recordLength)), for: .codec(copy.entry.codec))
    }

    /// A listing is no artifact's bytes: all that it takes is description.
    private mutating func countMetadata(
        of oid: Digest,
        size: Int64,
        in store: LocalStore,
        _ reader: inout FrameReader,
        after counted: inout Set<Digest>
    ) throws(StoreError) {
        guard let map = try? store.maps(of: oid, size: size, reader: &reader).first else { return }
        for frame in map.metadata + map.frames where counted.insert(frame.id).inserted {
            try addMetadata(frame, in: store)
        }
    }

    private mutating func addMetadata(_ frame: FrameReference, in store: LocalStore) throws(StoreError) {
        if let copy = try store.presentCopies(of: frame.id).first { metadata += Int64(copy.entry.recordLength) }
    }

    private mutating func addUnknown(_ size: Int64, for reason: Reason) {
        add(Share(raw: size), for: reason)
        unknown += size
    }

    private mutating func add(_ share: Share, for reason: Reason) {
        shares[reason, default: Share()].raw += share.raw
        shares[reason, default: Share()].stored += share.stored
    }
}
