import Codec
import ModelCore
import SystemIO
import SystemPackage

/// Reads stretches of files that are compared, in a store or out of it; one a thread, for it owns a decoder.
///
/// Frames are compared with their checksums only: they were hashed when they came into the store, and figures are no
/// bytes.
struct StretchReader: ~Copyable {
    private var frames: FrameReader
    /// Room for a stretch that is not in one frame.
    private let buffer = FrameBuffer.allocate()
    /// Room for a frame that cannot be read as bases are.
    private var spare: BufferPool.Buffer?
    /// The file on disk that was read last.
    private var open: FileSource?

    /// Creates a reader of `store`.
    init(_ store: LocalStore) { frames = FrameReader(store) }

    /// Returns a stretch of at most the largest frame's length; the bytes are valid until the next read.
    mutating func bytes(
        _ range: Range<Int64>,
        of file: ComparedFile.Bytes
    ) throws(StoreError) -> UnsafeRawBufferPointer {
        // SAFETY: the caller asks for no more than `buffer` has, which lives as long as this reader, and is done with
        // the bytes before it asks again.
        let room = UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[..<range.count])
        switch file {
        case .file(let path, let status):
            try source(path, status).read(into: room, at: range.lowerBound)
        case .object(let map):
            let stretches = map.stretches(in: range)
            if stretches.count == 1, let only = stretches.first, case .frame(let frame) = only.source {
                return try decoded(frame, of: map.oid).part(range, from: only.offset)
            }
            for stretch in stretches { try copy(stretch, range, of: map.oid, into: room) }
        }
        return UnsafeRawBufferPointer(room)
    }

    /// Opens a file, unless it was the last one, and refuses it where it is another by now than it was when it was
    /// looked at.
    private mutating func source(_ path: FilePath, _ status: FileStatus) throws(StoreError) -> FileSource {
        if let open, open.path == path { return open }
        let source = try FileSource(path)
        guard source.status == status else { throw .changedWhileRead(path) }
        open = source
        return source
    }

    /// Decodes a frame, and returns it together with another, where it is stored as a difference to that.
    ///
    /// Where it is not, nothing is lost: the frame is not decoded again for `bytes`.
    mutating func bytes(
        of frame: FrameReference,
        with base: FrameReference
    ) throws(StoreError) -> (frame: UnsafeRawBufferPointer, base: UnsafeRawBufferPointer)? {
        let chain = try frames.deltaBases(of: frame)
        // SAFETY: the bytes are the decoder's, which lives as long as this reader and writes over them when it next
        // decodes.
        guard let first = chain.first, let found = chain.dropFirst().first(where: { $0.id == base.id }) else {
            return nil
        }
        return (first.bytes, found.bytes)
    }

    private mutating func copy(
        _ stretch: ObjectMap.Stretch,
        _ range: Range<Int64>,
        of object: Digest,
        into room: UnsafeMutableRawBufferPointer
    ) throws(StoreError) {
        let part = range.clamped(to: stretch.range)
        let place = Int(part.lowerBound - range.lowerBound)
        // SAFETY: `part` lies within both ranges, so that its place is within the room, and within the bytes of the
        // stretch.
        let room = UnsafeMutableRawBufferPointer(rebasing: room[place..<(place + part.count)])
        switch stretch.source {
        case .inline(let bytes): bytes.withUnsafeBytes { room.copyMemory(from: $0.part(part, from: stretch.offset)) }
        case .frame(let frame): room.copyMemory(from: try decoded(frame, of: object).part(part, from: stretch.offset))
        }
    }

    private mutating func decoded(_ frame: FrameReference, of object: Digest) throws(StoreError)
        -> UnsafeRawBufferPointer
    {
        if let found = try frames.deltaBases(of: frame).first { return found.bytes }
        // Finds another copy, or says what is wrong with all of them.
        let spare = self.spare ?? FrameBuffer.allocate()
        self.spare = spare
        // SAFETY: the buffer has room for the largest frame, and is kept by this reader; nothing else writes to it
        // before the next read.
        let bytes = UnsafeMutableRawBufferPointer(rebasing: spare.bytes[..<frame.byteCount])
        try frames.read(frame, of: object, into: bytes)
        return UnsafeRawBufferPointer(bytes)
    }
}

extension ObjectMap.Stretch {
    /// The bytes of the object that it is.
    var range: Range<Int64> {
        switch source {
        case .inline(let bytes): offset..<(offset + Int64(bytes.count))
        case .frame(let frame): offset..<(offset + Int64(frame.byteCount))
        }
    }
}

extension ObjectMap {
    /// Returns the stretches that have bytes of a range.
    func stretches(in range: Range<Int64>) -> ArraySlice<Stretch> {
        var (low, high) = (0, stretches.count)
        while low < high {
            let middle = (low + high) / 2
            if stretches[middle].range.upperBound <= range.lowerBound { low = middle + 1 } else { high = middle }
        }
        return stretches[low...].prefix { $0.offset < range.upperBound }
    }
}

extension UnsafeRawBufferPointer {
    /// Returns the bytes of a range of a file, of which these begin at `offset`.
    fileprivate func part(_ range: Range<Int64>, from offset: Int64) -> UnsafeRawBufferPointer {
        // SAFETY: the caller's range is within these bytes, else the slice traps; what is returned lives as long as
        // they do.
        let start = Int(range.lowerBound - offset)
        return UnsafeRawBufferPointer(rebasing: self[start..<(start + range.count)])
    }
}
