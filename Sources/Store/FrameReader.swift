import Codec
package import ModelCore
import SystemIO
import SystemPackage

/// Reads frames from a store, checking each against its name; one a thread, for it owns a decoder.
package struct FrameReader: ~Copyable {
    /// From this size on, a frame's pages are let go as soon as it is decoded.
    private static let releasedByteCount = 64 << 10

    private let store: LocalStore
    private var decoder = FrameDecoder()

    /// Creates a reader of `store`.
    package init(_ store: LocalStore) { self.store = store }

    /// Decodes a frame into `destination`, which is exactly as long as the frame; `object` is named in errors.
    ///
    /// Every copy of the frame is tried before the read fails.
    package mutating func read(
        _ frame: FrameReference,
        of object: Digest,
        into destination: UnsafeMutableRawBufferPointer
    ) throws(StoreError) {
        var tried: [FrameLocation] = []
        var failure = StoreError.missingFrame(frame.id, object: object)
        for refreshed in [false, true] {
            if refreshed { try store.refresh() }
            for copy in store.indexes.copies(of: frame.id) where !tried.contains(copy) {
                tried.append(copy)
                do throws(StoreError) {
                    return try decode(copy, frame, of: object, into: destination)
                } catch { if failure.isAbsence { failure = error } }
            }
        }
        // An index that is wrong about where a frame is makes a sound pack look damaged.
        throw store.explained(failure)
    }

    /// Returns the raw bytes of a frame.
    package mutating func bytes(of frame: FrameReference, of object: Digest) throws(StoreError) -> [UInt8] {
        var failure: StoreError?
        let bytes = [UInt8](unsafeUninitializedCapacity: frame.byteCount) { buffer, count in
            do throws(StoreError) {
                try read(frame, of: object, into: UnsafeMutableRawBufferPointer(buffer))
                count = frame.byteCount
            } catch { failure = error }
        }
        if let failure { throw failure }
        return bytes
    }

    /// Checks one copy of a frame against its record's checksums, and against its name where it is decoded.
    mutating func check(_ copy: FrameLocation, decoding: Bool) throws(StoreError) {
        guard decoding else {
            let pack = try store.pack(copy.pack)
            defer { pack.releaseMemory(of: copy.entry) }
            _ = try pack.record(of: copy.entry)
            return
        }
        let frame = FrameReference(id: copy.entry.id, byteCount: Int(copy.entry.rawLength))
        let buffer = FrameBuffer.allocate()
        defer { extendLifetime(buffer) }
        let bytes = UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[0..<frame.byteCount])
        try decode(copy, frame, of: frame.id, into: bytes)
    }

    private mutating func decode(
        _ copy: FrameLocation,
        _ frame: FrameReference,
        of object: Digest,
        into destination: UnsafeMutableRawBufferPointer
    ) throws(StoreError) {
        let pack = try store.pack(copy.pack)
        let (record, stored) = try pack.record(of: copy.entry)
        defer {
            // Small frames share their pages with neighbours that are read next.
            if copy.entry.recordLength >= FrameReader.releasedByteCount { pack.releaseMemory(of: copy.entry) }
            // `stored` lies in the pack's mapping, which nothing else need keep.
            extendLifetime(pack)
        }
        guard let codec = FrameCodec(rawValue: record.codec), record.base == nil else {
            throw .needsNewerVersion(pack.path, "codec \(record.codec)")
        }
        let damaged = StoreError.damagedFrame(frame.id, object: object, pack: copy.pack)
        guard Int(record.rawLength) == frame.byteCount, destination.count == frame.byteCount else { throw damaged }
        do { try decoder.decode(codec, stored, into: destination) } catch { throw damaged }
        guard SHA256.digest(of: UnsafeRawBufferPointer(destination)) == frame.id else { throw damaged }
    }
}
