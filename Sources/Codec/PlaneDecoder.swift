import ModelCore

/// Decodes the frames of codecs 3 to 5: planes, then words.
///
/// One thread at a time may use a value.
struct PlaneDecoder: ~Copyable {
    /// Planes that do not lie in the stored bytes as they are; allocated with the first of them.
    private var scratch: UnsafeMutableRawBufferPointer?

    init() {}

    deinit {
        scratch?.deallocate()
    }

    /// Fills `raw` exactly, or throws.
    mutating func decode(
        _ codec: FrameCodec,
        _ width: ElementWidth,
        _ stored: UnsafeRawBufferPointer,
        base: UnsafeRawBufferPointer?,
        zstd: inout ZstdDecompressor,
        into raw: UnsafeMutableRawBufferPointer
    ) throws(CodecError) {
        guard width != .opaque, raw.count >= width.byteCount else { throw .elementWidth(codec, width) }
        if codec.needsBase, base?.count != raw.count { throw .baseLength(codec, base?.count) }
        let count = raw.count / width.byteCount
        var reader = PlaneReader(stored, codec, width, tailLength: raw.count % width.byteCount)
        try withUnsafeTemporaryAllocation(of: UnsafeRawPointer.self, capacity: 8) { planes throws(CodecError) in
            guard let first = planes.baseAddress else { return }
            for index in 0..<width.byteCount {
                let plane = try self.plane(index, &reader, count, &zstd)
                (first + index).initialize(to: plane)
            }
            let tail = try reader.tail()
            join(codec, width, first, base: base, count, raw)
            UnsafeMutableRawBufferPointer(rebasing: raw[(count * width.byteCount)...]).copyMemory(from: tail)
        }
    }

    /// Returns where a plane's bytes are: in the stored bytes, or decoded in the scratch memory.
    private mutating func plane(
        _ index: Int,
        _ reader: inout PlaneReader,
        _ count: Int,
        _ zstd: inout ZstdDecompressor
    ) throws(CodecError) -> UnsafeRawPointer {
        let (method, payload) = try reader.next()
        if method == .raw, payload.count == count, let start = payload.baseAddress { return start }
        let scratch = self.scratch ?? .allocate(byteCount: FrameCodec.maximumRawLength, alignment: 64)
        self.scratch = scratch
        // Planes of one frame have no more bytes than the frame, which has no more than the scratch memory.
        let plane = UnsafeMutableRawBufferPointer(rebasing: scratch[index * count..<(index + 1) * count])
        guard let start = plane.baseAddress else { throw .storedLength(reader.codec, reader.stored.count) }
        switch method {
        case .raw: throw .malformed(reader.codec, "a raw plane of another length")
        case .constant:
            guard payload.count == 1 else { throw .malformed(reader.codec, "a constant plane of several bytes") }
            plane.initializeMemory(as: UInt8.self, repeating: payload[0])
        case .zstd:
            try zstd.decompress(payload, of: reader.codec, into: plane)
        }
        return UnsafeRawPointer(start)
    }

    private func join(
        _ codec: FrameCodec,
        _ width: ElementWidth,
        _ planes: UnsafePointer<UnsafeRawPointer>,
        base: UnsafeRawBufferPointer?,
        _ count: Int,
        _ raw: UnsafeMutableRawBufferPointer
    ) {
        guard let output = raw.baseAddress else { return }
        let base = base?.baseAddress ?? UnsafeRawPointer(output)
        switch codec {
        case .deltaDifference:
            PlaneJoin.join(Difference.self, width, planes: planes, base: base, count: count, raw: output)
        case .deltaXor:
            PlaneJoin.join(ExclusiveOr.self, width, planes: planes, base: base, count: count, raw: output)
        default:
            PlaneJoin.join(Rotation.self, width, planes: planes, base: base, count: count, raw: output)
        }
    }
}
