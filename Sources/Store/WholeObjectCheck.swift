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
    ///
    /// A manifest that is of another object, is none, or names frames that are not in the store does not.
    package func isRebuilt(by entry: ObjectEntry) throws(StoreError) -> Bool {
        var reader = FrameReader(store)
        guard let map = try map(of: entry, reader: &reader) else { return false }
        var hash = SHA256()
        let buffer = FrameBuffer.allocate()
        defer { extendLifetime(buffer) }
        for stretch in map.stretches {
            switch stretch.source {
            case .inline(let bytes): bytes.withUnsafeBytes { hash.update($0) }
            case .frame(let frame):
                let bytes = UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[0..<frame.byteCount])
                do throws(StoreError) { try reader.read(frame, of: entry.oid, into: bytes) } catch {
                    if error.isAbsence { return false }
                    throw error
                }
                hash.update(UnsafeRawBufferPointer(bytes))
            }
        }
        return hash.finish() == entry.oid
    }

    private func map(of entry: ObjectEntry, reader: inout FrameReader) throws(StoreError) -> ObjectMap? {
        do throws(StoreError) { return try store.map(of: entry, reader: &reader) } catch {
            switch error {
            case .damaged, .wrongObject: return nil
            default:
                if error.isAbsence { return nil }
                throw error
            }
        }
    }
}
