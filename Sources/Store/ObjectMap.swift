import SystemPackage
import Codec
package import ModelCore

/// Where each stretch of an object comes from, in the order of the object.
package struct ObjectMap: Sendable {
    /// A stretch of the object.
    package struct Stretch: Sendable {
        /// Where the stretch starts in the object.
        package let offset: Int64
        /// Where its bytes come from.
        package let source: Source
    }

    /// Where the bytes of a stretch come from.
    package enum Source: Hashable, Sendable {
        /// They are these.
        case inline([UInt8])
        /// They are those of a frame.
        case frame(FrameReference)
    }

    /// The object.
    package let oid: Digest
    /// The object's size in bytes.
    package let size: Int64
    /// The segments, which tile the object.
    package let segments: [Segment]
    /// The stretches, which tile the object, too.
    package let stretches: [Stretch]
    /// The manifest frames that were read to find this; empty for an object of one frame.
    package let metadata: [FrameReference]
    /// The entry of the manifest, if the object has one.
    package let manifest: ObjectEntry?

    /// The data frames, in order; one that occurs twice is here twice.
    package var frames: [FrameReference] {
        stretches.compactMap { if case .frame(let frame) = $0.source { frame } else { nil } }
    }

    init(oid: Digest, size: Int64, segments: [Segment], metadata: [FrameReference], manifest: ObjectEntry?) {
        self.oid = oid
        self.size = size
        self.segments = segments
        self.metadata = metadata
        self.manifest = manifest
        var stretches: [Stretch] = []
        var offset: Int64 = 0
        for segment in segments {
            switch segment.content {
            case .inline(let bytes):
                stretches.append(Stretch(offset: offset, source: .inline(bytes)))
                offset += Int64(bytes.count)
            case .frames(let frames):
                for frame in frames {
                    stretches.append(Stretch(offset: offset, source: .frame(frame)))
                    offset += Int64(frame.byteCount)
                }
            }
        }
        self.stretches = stretches
    }
}

extension LocalStore {
    /// The digest of no bytes: an object that needs nothing.
    package static let emptyObject = SHA256.digest(of: [])

    /// Returns the ways in which the store could rebuild an object, those of which every frame is here first; none
    /// where it knows nothing of it.
    ///
    /// Every way was parsed and is consistent; whether its frames are right is for the caller to see.
    package func maps(of oid: Digest, size: Int64, reader: inout FrameReader) throws(StoreError) -> [ObjectMap] {
        if size == 0, oid == LocalStore.emptyObject {
            return [ObjectMap(oid: oid, size: 0, segments: [], metadata: [], manifest: nil)]
        }
        if size > 0, size <= FrameReference.maximumByteCount, !listedCopies(of: oid).isEmpty {
            let frame = FrameReference(id: oid, byteCount: Int(size))
            let whole = Segment(content: .frames([frame]))
            return [ObjectMap(oid: oid, size: size, segments: [whole], metadata: [], manifest: nil)]
        }
        var maps: [ObjectMap] = []
        var failure: StoreError?
        for entry in entries(of: oid, kind: .manifest) where entry.size == size {
            do throws(StoreError) { maps.append(try map(of: entry, reader: &reader)) } catch {
                failure = failure ?? error
            }
        }
        if maps.isEmpty, let failure { throw failure }
        guard maps.count > 1 else { return maps }
        let isWhole = maps.map { (try? hasFrames(of: $0)) ?? false }
        return [true, false].flatMap { whole in zip(maps, isWhole).filter { $0.1 == whole }.map { $0.0 } }
    }

    private func hasFrames(of map: ObjectMap) throws(StoreError) -> Bool {
        for frame in map.frames where try !hasFrame(frame.id) { return false }
        return true
    }

    /// Reads and parses the manifest that an entry names; entries of other stores may be tried too.
    ///
    /// What it says is not proven: only rebuilding the object as a whole would be.
    package func map(of entry: ObjectEntry, reader: inout FrameReader) throws(StoreError) -> ObjectMap {
        let (bytes, frame) = try metadataFrame(entry.frame, of: entry.oid, reader: &reader)
        let manifest = try parse(entry.frame, bytes) { buffer throws(FormatError) in try Manifest(parsing: buffer) }
        guard manifest.oid == entry.oid, manifest.size == entry.size else {
            throw .wrongObject(entry.oid, found: manifest.oid)
        }
        var metadata = [frame]
        switch manifest.content {
        case .segments(let segments):
            return ObjectMap(oid: entry.oid, size: entry.size, segments: segments, metadata: metadata, manifest: entry)
        case .parts(let parts):
            var list = SegmentList()
            for part in parts {
                let bytes = try reader.bytes(of: part.frame, of: entry.oid)
                // The manifest is what is wrong, should it be too much.
                try parse(entry.frame, bytes) { buffer throws(FormatError) in
                    try list.append(part: buffer, covering: part.byteCount)
                }
                metadata.append(part.frame)
            }
            return ObjectMap(
                oid: entry.oid,
                size: entry.size,
                segments: list.segments,
                metadata: metadata,
                manifest: entry
            )
        }
    }

    /// Reads a frame of metadata, whose length only the index knows.
    func metadataFrame(
        _ id: Digest,
        of object: Digest,
        reader: inout FrameReader
    ) throws(StoreError) -> ([UInt8], FrameReference) {
        guard let copy = listedCopies(of: id).first else {
            throw explained(.missingFrame(id, object: object))
        }
        guard Int(copy.entry.rawLength) <= FrameReference.maximumByteCount else {
            throw .damagedFrame(id, object: object, pack: copy.pack)
        }
        let frame = FrameReference(id: id, byteCount: Int(copy.entry.rawLength))
        return (try reader.bytes(of: frame, of: object), frame)
    }

    /// Parses a frame of metadata, naming it in errors.
    func parse<Value>(
        _ frame: Digest,
        _ bytes: [UInt8],
        _ body: (UnsafeRawBufferPointer) throws(FormatError) -> Value
    ) throws(StoreError) -> Value {
        let result = bytes.withUnsafeBytes { buffer in Result { () throws(FormatError) in try body(buffer) } }
        do { return try result.get() } catch {
            let path = root.appending("frame " + frame.hex)
            if case .newer(let what) = error.problem { throw .needsNewerVersion(path, what) }
            throw .damaged(path, error)
        }
    }
}
