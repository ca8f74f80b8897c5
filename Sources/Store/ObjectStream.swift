package import ModelCore
import SystemIO

/// Reads an object from start to end without making a file of it.
package enum ObjectStream {
    /// Hands the object's bytes to `sink` in order; the frames are checked, so that no wrong byte is handed over.
    package static func read<Failure: Error>(
        _ oid: Digest,
        size: Int64,
        from store: LocalStore,
        sink: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws {
        var reader = FrameReader(store)
        guard let map = try store.maps(of: oid, size: size, reader: &reader).first else {
            throw store.explained(.missingObject(oid))
        }
        let buffer = FrameBuffer.allocate()
        defer { extendLifetime(buffer) }
        for stretch in map.stretches {
            switch stretch.source {
            case .inline(let bytes): try bytes.withUnsafeBytes { try sink($0) }
            case .frame(let frame):
                let bytes = UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[0..<frame.byteCount])
                try reader.read(frame, of: oid, into: bytes)
                try sink(UnsafeRawBufferPointer(bytes))
            }
        }
    }
}
