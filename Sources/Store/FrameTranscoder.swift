import Codec
import ModelCore
import SystemIO

/// Encodes frames of a store anew, each without a base.
///
/// One thread at a time may use a value.
package struct FrameTranscoder: ~Copyable {
    private var reader: FrameReader
    private var worker: FrameWorker
    private let buffer = FrameBuffer.allocate()

    /// Creates a transcoder of the frames of `store`.
    package init(_ store: LocalStore) {
        reader = FrameReader(store)
        worker = FrameWorker(store)
    }

    /// Decodes a frame, encodes it in full and appends it to a pack.
    package mutating func append(_ frame: FrameLocation, to pack: inout PackBuilder) throws(StoreError) {
        let reference = FrameReference(id: frame.entry.id, byteCount: Int(frame.entry.rawLength))
        let bytes = UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[..<reference.byteCount])
        try reader.read(reference, of: reference.id, into: bytes)
        let raw = UnsafeRawBufferPointer(bytes)
        let width = ElementWidth(rawValue: frame.entry.elementWidth) ?? .opaque
        try worker.encode(reference, raw, width: width, base: nil) { record, stored throws(StoreError) in
            do throws(IOError) { try pack.append(record, stored: stored) } catch { throw .io(error) }
        }
    }
}
