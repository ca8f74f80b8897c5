import Codec
package import ModelCore
import SystemIO
import SystemPackage

/// A frame's record and its stored bytes.
typealias IncomingFrame = (record: FrameRecord, stored: UnsafeRawBufferPointer)

/// Reads frames from a store, checking each against its name; one a thread, for it owns a decoder.
package struct FrameReader: ~Copyable {
    /// From this size on, a frame's pages are let go as soon as it is decoded.
    static let releasedByteCount = 64 << 10

    private let store: LocalStore
    private var decoder = FrameDecoder()
    /// Room for the bases of the frame that is read, the nearest first; there are at most as many as a chain is deep.
    private var bases: [BufferPool.Buffer] = []
    /// The copies that are decoded in `bases`.
    private var chain: [FrameLocation] = []
    /// The frame that `deltaBases` decoded last, as long as it is still in `bases`.
    private var decoded: FrameReference?

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
            for copy in store.listedCopies(of: frame.id) where !tried.contains(copy) {
                tried.append(copy)
                do throws(StoreError) {
                    return try decode(copy, frame, of: object, into: destination)
                } catch { if failure.isAbsence { failure = error } }
            }
        }
        // An index that is wrong about where a frame is makes a sound pack look damaged.
        throw store.explained(failure)
    }

    /// Decodes a frame as `read` does, but may leave it to the caller to prove that the bytes are right, by the digest
    /// of the whole object.
    mutating func readUnproven(
        _ frame: FrameReference,
        of object: Digest,
        into destination: UnsafeMutableRawBufferPointer
    ) throws(StoreError) {
        if !decodeFirstCopy(frame, of: object, into: destination) { try read(frame, of: object, into: destination) }
    }

    /// Decodes two frames, each into memory exactly as long as it is, and checks both in little more than the time of
    /// one.
    mutating func read(
        _ first: (frame: FrameReference, destination: UnsafeMutableRawBufferPointer),
        _ second: (frame: FrameReference, destination: UnsafeMutableRawBufferPointer),
        of object: Digest
    ) throws(StoreError) {
        if decodeFirstCopy(first.frame, of: object, into: first.destination),
            decodeFirstCopy(second.frame, of: object, into: second.destination),
            SHA256.digests(of: UnsafeRawBufferPointer(first.destination), UnsafeRawBufferPointer(second.destination))
                == (first.frame.id, second.frame.id)
        {
            return
        }
        try read(first.frame, of: object, into: first.destination)
        try read(second.frame, of: object, into: second.destination)
    }

    /// Decodes the copy of a frame that is tried first, unchecked; `false` where that is not to be had.
    private mutating func decodeFirstCopy(
        _ frame: FrameReference,
        of object: Digest,
        into destination: UnsafeMutableRawBufferPointer
    ) -> Bool {
        guard let copy = store.listedCopies(of: frame.id).first, Int(copy.entry.rawLength) == frame.byteCount,
            destination.count == frame.byteCount
        else { return false }
        do {
            try decode(copy, of: object, into: destination, level: 0)
            return true
        } catch { return false }
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

    /// Decodes a frame and whatever it decodes against, and returns them, the frame first; nothing where the store
    /// lacks any.
    ///
    /// Their bytes are valid until the next read, and nobody has compared them with their names yet.
    mutating func deltaBases(of frame: FrameReference) throws(StoreError) -> [DeltaBase] {
        if decoded != frame {
            do throws(StoreError) { _ = try base(frame, below: .max, of: frame.id, level: 0) } catch {
                // What cannot be read is no base, and whoever needs it will say so.
                guard error.isAbsence || error.isAboutContent || error.isDamage else { throw error }
                return []
            }
            decoded = frame
        }
        var result: [DeltaBase] = []
        for (level, copy) in chain.enumerated() {
            let bytes = UnsafeRawBufferPointer(rebasing: bases[level].bytes[..<frame.byteCount])
            let closure = chain[level...].reduce(0) { $0 + $1.entry.recordLength }
            result.append(
                DeltaBase(id: copy.entry.id, depth: copy.entry.depth, closureByteCount: closure, bytes: bytes)
            )
        }
        return result
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

    /// Decodes the frame of a record that is not in the store, against bases that are, and checks it against its name.
    mutating func check(_ record: FrameRecord, stored: UnsafeRawBufferPointer, pack: Digest) throws(StoreError) {
        let frame = FrameReference(id: record.id, byteCount: Int(record.rawLength))
        let buffer = FrameBuffer.allocate()
        defer { extendLifetime(buffer) }
        let bytes = UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[0..<frame.byteCount])
        try decode(record, stored: stored, of: frame.id, in: pack, into: bytes, level: 0)
        try requireName(frame, base: record.base, of: frame.id, in: pack, bytes)
    }

    /// Decodes the frames of one or two records that are not in the store, and checks both in little more than the time
    /// of one.
    mutating func check(
        _ records: [IncomingFrame],
        pack: Digest,
        in buffers: (UnsafeMutableRawBufferPointer, UnsafeMutableRawBufferPointer)
    ) throws(StoreError) {
        var decoded: [UnsafeMutableRawBufferPointer] = []
        for ((record, stored), buffer) in zip(records, [buffers.0, buffers.1]) {
            let bytes = UnsafeMutableRawBufferPointer(rebasing: buffer[..<Int(record.rawLength)])
            try decode(record, stored: stored, of: record.id, in: pack, into: bytes, level: 0)
            decoded.append(bytes)
        }
        if decoded.count == 2,
            SHA256.digests(of: UnsafeRawBufferPointer(decoded[0]), UnsafeRawBufferPointer(decoded[1]))
                == (records[0].record.id, records[1].record.id)
        {
            return
        }
        for ((record, _), bytes) in zip(records, decoded) {
            let frame = FrameReference(id: record.id, byteCount: bytes.count)
            try requireName(frame, base: record.base, of: frame.id, in: pack, bytes)
        }
    }

    private mutating func decode(
        _ copy: FrameLocation,
        _ frame: FrameReference,
        of object: Digest,
        into destination: UnsafeMutableRawBufferPointer
    ) throws(StoreError) {
        guard Int(copy.entry.rawLength) == frame.byteCount, destination.count == frame.byteCount else {
            throw .damagedFrame(frame.id, object: object, pack: copy.pack)
        }
        try decode(copy, of: object, into: destination, level: 0)
        try requireName(frame, base: copy.base, of: object, in: copy.pack, destination)
    }

    /// Compares decoded bytes with the frame's name; where they differ, the error names the damaged one of frame and
    /// base.
    private mutating func requireName(
        _ frame: FrameReference,
        base: Digest?,
        of object: Digest,
        in pack: Digest,
        _ bytes: UnsafeMutableRawBufferPointer
    ) throws(StoreError) {
        if SHA256.digest(of: UnsafeRawBufferPointer(bytes)) == frame.id { return }
        // Bases are not hashed on the way, for the frame's own digest tells whether they were right.
        if let base { try read(FrameReference(id: base, byteCount: frame.byteCount), of: object, into: bytes) }
        throw .damagedFrame(frame.id, object: object, pack: pack)
    }

    /// Decodes one copy, its bases first, and leaves it to the caller to compare the outcome with the frame's name.
    private mutating func decode(
        _ copy: FrameLocation,
        of object: Digest,
        into destination: UnsafeMutableRawBufferPointer,
        level: Int
    ) throws(StoreError) {
        let pack = try store.pack(copy.pack)
        let (record, stored) = try pack.record(of: copy.entry)
        defer {
            // Small frames share their pages with neighbours that are read next.
            if copy.entry.recordLength >= FrameReader.releasedByteCount { pack.releaseMemory(of: copy.entry) }
            // `stored` lies in the pack's mapping, which nothing else need keep.
            extendLifetime(pack)
        }
        try decode(record, stored: stored, of: object, in: copy.pack, into: destination, level: level)
    }

    private mutating func decode(
        _ record: FrameRecord,
        stored: UnsafeRawBufferPointer,
        of object: Digest,
        in pack: Digest,
        into destination: UnsafeMutableRawBufferPointer,
        level: Int
    ) throws(StoreError) {
        guard let codec = FrameCodec(rawValue: record.codec), let width = ElementWidth(rawValue: record.elementWidth)
        else {
            throw .needsNewerVersion(store.root.appending(StoreLayout.pack(pack)), "codec \(record.codec)")
        }
        let damaged = StoreError.damagedFrame(record.id, object: object, pack: pack)
        guard Int(record.rawLength) == destination.count else { throw damaged }
        let reference = record.base.map { FrameReference(id: $0, byteCount: destination.count) }
        let base = try reference.map { base throws(StoreError) in
            try self.base(base, below: record.depth, of: object, level: level)
        }
        defer { extendLifetime(base) }
        let baseBytes = base.map { UnsafeRawBufferPointer(rebasing: $0.bytes[..<destination.count]) }
        do {
            try decoder.decode(codec, width: width, stored, base: baseBytes, into: destination)
        } catch { throw damaged }
    }

    /// Decodes a copy of a frame into the buffer of a level; only copies of less depth than `limit` count.
    private mutating func base(
        _ frame: FrameReference,
        below limit: UInt8,
        of object: Digest,
        level: Int
    ) throws(StoreError) -> BufferPool.Buffer {
        decoded = nil
        if bases.count == level { bases.append(FrameBuffer.allocate()) }
        let buffer = bases[level]
        let bytes = UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[..<frame.byteCount])
        var failure = StoreError.missingFrame(frame.id, object: object)
        for copy in try store.presentCopies(of: frame.id)
        where copy.entry.depth < limit && Int(copy.entry.rawLength) == frame.byteCount {
            do throws(StoreError) {
                chain.removeLast(max(0, chain.count - level))
                chain.append(copy)
                try decode(copy, of: object, into: bytes, level: level + 1)
                return buffer
            } catch { if failure.isAbsence { failure = error } }
        }
        throw failure
    }
}
