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

    /// Encodes a frame in full, or as a difference to `base` or what that itself decodes against: the smallest that a closure may hold.
    ///
    /// What is handed to `body` was decoded and compared with the raw bytes: a codec's mistake must never reach a pack.
    mutating func encode(
        _ frame: FrameReference,
        _ raw: UnsafeRawBufferPointer,
        width: Int,
        base: FrameReference?,
        _ body: (FrameRecord, UnsafeRawBufferPointer) throws(StoreError) -> Void
    ) throws(StoreError) {
        let check = UnsafeMutableRawBufferPointer(rebasing: scratch.bytes[0..<raw.count])
        return try encoder.encode(raw) { encoded throws(StoreError) in
            if encoded.codec != .raw {
                do { try decoder.decode(encoded.codec, encoded.stored, into: check) } catch {
                    throw .encodingCheckFailed(frame.id)
                }
                guard raw.isEqual(to: UnsafeRawBufferPointer(check)) else { throw .encodingCheckFailed(frame.id) }
            }
            let record = FrameRecord(id: frame.id, codec: encoded.codec, rawLength: raw.count, stored: encoded.stored)
            try body(record, encoded.stored)
        }
    }
}

extension UnsafeRawBufferPointer {
    /// Returns whether two buffers hold the same bytes, eight at a time.
    fileprivate func isEqual(to other: UnsafeRawBufferPointer) -> Bool {
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
