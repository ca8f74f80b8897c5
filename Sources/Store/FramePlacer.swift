import Codec
import ModelCore
import SystemIO

/// A frame for which a copy is to be chosen or made.
struct FrameToPlace: Sendable {
    /// What the copy is to be like.
    enum Wish: Sendable {
        /// It has to decode by itself.
        case full
        /// It is to be a difference to this frame, or to what that decodes against, where that is smaller.
        case difference(to: Digest)
        /// It may stay as it is, unless what it decodes against does not.
        case unchanged
        /// It stays as it is, or is placed later.
        case untouched
    }

    /// The frame.
    let frame: FrameReference
    /// The words that it is made of; `nil` where only its copies tell.
    let width: ElementWidth?
    /// What its copy is to be like.
    let wish: Wish
}

/// Chooses the copies of frames that a store is to keep, and encodes anew what has no right one; one a thread.
struct FramePlacer: ~Copyable {
    private let store: LocalStore
    private let layout: FrameLayout
    private let output: RepackOutput
    private var worker: FrameWorker
    private var reader: FrameReader
    private let room = FrameBuffer.allocate()
    private let baseRoom = FrameBuffer.allocate()

    /// Creates a placer of frames of `store`, which reads `layout` and writes nothing but records to `output`.
    init(_ store: LocalStore, _ layout: FrameLayout, _ output: RepackOutput) {
        self.store = store
        self.layout = layout
        self.output = output
        worker = FrameWorker(store)
        reader = FrameReader(store)
    }

    /// Returns the copy to keep of a frame; `nil` where the store cannot decode any.
    mutating func place(_ item: FrameToPlace) throws(StoreError) -> FramePlacement? {
        let copies = try store.presentCopies(of: item.frame.id)
            .filter { Int($0.entry.rawLength) == item.frame.byteCount }
        switch item.wish {
        case .full:
            if let full = copies.first(where: { $0.base == nil }) { return layout.placement(of: full) }
            return try encode(item, copies, against: [])
        case .difference(let base):
            let chain = layout.chain(of: base).filter { $0 != item.frame.id }
            if let settled = smallest(copies.filter { $0.base.map(chain.contains) ?? false }) { return settled }
            if let difference = try encode(item, copies, against: chain), difference.base != nil { return difference }
            return try unchanged(item, copies)
        case .unchanged: return try unchanged(item, copies)
        case .untouched: return smallest(copies)
        }
    }

    /// Keeps the smallest copy that still decodes, or makes one against what the present ones decode against.
    private mutating func unchanged(
        _ item: FrameToPlace,
        _ copies: [FrameLocation]
    ) throws(StoreError) -> FramePlacement? {
        if let kept = smallest(copies) { return kept }
        var chain: [Digest] = []
        for copy in copies {
            for id in layout.chain(of: copy.base) where id != item.frame.id && !chain.contains(id) { chain.append(id) }
        }
        return try encode(item, copies, against: chain)
    }

    private func smallest(_ copies: [FrameLocation]) -> FramePlacement? {
        copies.compactMap { layout.placement(of: $0) }.min { $0.recordLength < $1.recordLength }
    }

    /// Encodes a frame as a difference to one of `bases`, or else in full; where a full copy is there, only as a
    /// difference.
    private mutating func encode(
        _ item: FrameToPlace,
        _ copies: [FrameLocation],
        against bases: [Digest]
    ) throws(StoreError) -> FramePlacement? {
        let width = item.width ?? ElementWidth(rawValue: copies.map(\.entry.elementWidth).max() ?? 0) ?? .opaque
        let hasFull = copies.contains { $0.base == nil }
        guard !hasFull || width != .opaque && !bases.isEmpty else { return nil }
        let raw = UnsafeMutableRawBufferPointer(rebasing: room.bytes[..<item.frame.byteCount])
        do throws(StoreError) { try reader.read(item.frame, of: item.frame.id, into: raw) } catch {
            guard error.isAbsence else { throw error }
            return nil
        }
        let bytes = UnsafeRawBufferPointer(raw)
        for id in bases where width != .opaque {
            if let placement = try encode(item.frame, bytes, width, against: id) { return placement }
        }
        if hasFull { return nil }
        var placement: FramePlacement?
        try worker.encode(item.frame, bytes, width: width, base: nil) { record, stored throws(StoreError) in
            try output.append(record, stored: stored, to: .data)
            placement = layout.placement(of: record)
        }
        return placement
    }

    private mutating func encode(
        _ frame: FrameReference,
        _ bytes: UnsafeRawBufferPointer,
        _ width: ElementWidth,
        against id: Digest
    ) throws(StoreError) -> FramePlacement? {
        guard let placed = layout[id], placed.depth < FrameRecord.maximumDepth, placed.rawLength == frame.byteCount
        else { return nil }
        let room = UnsafeMutableRawBufferPointer(rebasing: baseRoom.bytes[..<frame.byteCount])
        try reader.read(FrameReference(id: id, byteCount: frame.byteCount), of: frame.id, into: room)
        let base = DeltaBase(
            id: id,
            depth: placed.depth,
            closureByteCount: placed.closureByteCount,
            bytes: UnsafeRawBufferPointer(room)
        )
        var placement: FramePlacement?
        _ = try worker.encodeDelta(frame, bytes, width: width, base: base) { record, stored throws(StoreError) in
            try output.append(record, stored: stored, to: .data)
            placement = layout.placement(of: record)
        }
        return placement
    }
}
