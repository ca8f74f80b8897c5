import Codec
import ModelCore
import SystemIO

/// The codecs of one thread: encodes frames for a store, and decodes each again before it is stored.
struct FrameWorker: ~Copyable {
    private var encoder = FrameEncoder()
    private var decoder = FrameDecoder()
    private var reader: FrameReader
    private let scratch = FrameBuffer.allocate()

    /// Creates the codecs for frames of `store`, which holds their bases.
    init(_ store: LocalStore) { reader = FrameReader(store) }

    /// Encodes a frame in full, or as a difference to `base` or to what that itself decodes against.
    ///
    /// The nearest base with which the frame's closure stays within its limit is taken, where a difference to it is
    /// small enough. What is handed to `body` was decoded and compared with the raw bytes: a codec's mistake must never
    /// reach a pack.
    mutating func encode(
        _ frame: FrameReference,
        _ raw: UnsafeRawBufferPointer,
        width: ElementWidth,
        base: FrameReference?,
        _ body: (FrameRecord, UnsafeRawBufferPointer) throws(StoreError) -> Void
    ) throws(StoreError) {
        if width != .opaque, let base, base.id != frame.id {
            for candidate in try reader.deltaBases(of: base) where candidate.id != frame.id {
                if try encodeDelta(frame, raw, width: width, base: candidate, body) { return }
            }
        }
        try encoder.encode(raw, width: width) { encoded throws(StoreError) in
            try FrameWorker.check(encoded, of: frame, raw, base: nil, &decoder, scratch)
            try body(FrameWorker.record(of: frame, encoded, base: nil), encoded.stored)
        }
    }

    /// Compares a frame with an earlier version's of the same length; `nil` where that is not here, or the elements are
    /// no numbers.
    ///
    /// What was decoded to encode the frame is not decoded again. It is compared with its checksum only: figures are no
    /// bytes.
    mutating func compare(
        _ raw: UnsafeRawBufferPointer,
        of type: DataType,
        with earlier: FrameReference
    ) throws(StoreError) -> ComparisonAccumulator? {
        guard let base = try reader.deltaBases(of: earlier).first else { return nil }
        return ComparisonAccumulator(raw, base: base.bytes, of: type)
    }

    /// Encodes a frame as a difference to a base; `false` where that would be no gain, or more than a closure may hold.
    mutating func encodeDelta(
        _ frame: FrameReference,
        _ raw: UnsafeRawBufferPointer,
        width: ElementWidth,
        base: DeltaBase,
        _ body: (FrameRecord, UnsafeRawBufferPointer) throws(StoreError) -> Void
    ) throws(StoreError) -> Bool {
        guard let room = base.room(forRaw: raw.count),
            let plan = encoder.plan(raw, width: width, base: base.bytes), plan.codec.needsBase,
            plan.share * Double(raw.count) <= Double(room),
            // A difference to wrong bytes would be lost with them.
            SHA256.digest(of: base.bytes) == base.id
        else { return false }
        return try encoder.encode(raw, width: width, base: base.bytes, plan: plan) { encoded throws(StoreError) in
            guard encoded.usesBase, FrameRecord.headerByteCount + Digest.byteCount + encoded.stored.count <= room else {
                return false
            }
            try FrameWorker.check(encoded, of: frame, raw, base: base.bytes, &decoder, scratch)
            try body(FrameWorker.record(of: frame, encoded, base: (base.id, base.depth)), encoded.stored)
            return true
        }
    }

    private static func record(
        of frame: FrameReference,
        _ encoded: EncodedFrame,
        base: (id: Digest, depth: UInt8)?
    ) -> FrameRecord {
        FrameRecord(
            id: frame.id,
            codec: encoded.codec,
            width: encoded.width,
            rawLength: frame.byteCount,
            stored: encoded.stored,
            base: base
        )
    }

    private static func check(
        _ encoded: EncodedFrame,
        of frame: FrameReference,
        _ raw: UnsafeRawBufferPointer,
        base: UnsafeRawBufferPointer?,
        _ decoder: inout FrameDecoder,
        _ scratch: BufferPool.Buffer
    ) throws(StoreError) {
        guard encoded.codec != .raw else { return }
        let check = UnsafeMutableRawBufferPointer(rebasing: scratch.bytes[0..<raw.count])
        do {
            try decoder.decode(encoded.codec, width: encoded.width, encoded.stored, base: base, into: check)
        } catch { throw .encodingCheckFailed(frame.id) }
        guard raw.isEqual(to: UnsafeRawBufferPointer(check)) else { throw .encodingCheckFailed(frame.id) }
    }
}

extension UnsafeRawBufferPointer {
    /// Returns whether two buffers hold the same bytes, eight at a time.
    func isEqual(to other: UnsafeRawBufferPointer) -> Bool {
        guard count == other.count else { return false }
        var difference: UInt64 = 0
        let words = count & ~7
        for offset in stride(from: 0, to: words, by: 8) {
            difference |=
                loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                ^ other.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        }
        for offset in words..<count { difference |= UInt64(self[offset] ^ other[offset]) }
        return difference == 0
    }
}
