import Codec
import ModelCore
import SystemIO

/// Checks that a manifest from elsewhere rebuilds the object that it claims to.
///
/// Frames carry their own names, but only the digest of the whole proves that they are these frames in this order.
package struct WholeObjectCheck {
    private let store: LocalStore

    /// Creates a check on `store`, which has the manifest's frames.
    package init(_ store: LocalStore) { self.store = store }

    /// Returns whether the entry's manifest rebuilds exactly its object.
    package func isRebuilt(by entry: ObjectEntry) throws(StoreError) -> Bool {
        var reader = FrameReader(store)
        let map = try store.map(of: entry, reader: &reader)
        var hash = SHA256()
        let buffer = FrameBuffer.allocate()
        for stretch in map.stretches {
            switch stretch.source {
            case .inline(let bytes): bytes.withUnsafeBytes { hash.update($0) }
            case .frame(let frame):
                let bytes = UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[0..<frame.byteCount])
                try reader.read(frame, of: entry.oid, into: bytes)
                hash.update(UnsafeRawBufferPointer(bytes))
            }
        }
        return hash.finish() == entry.oid
    }
}
