package import ModelCore

/// Turns stored bytes back into raw ones, whatever they are: exactly the raw length or an error, never more memory.
///
/// One thread at a time may use a value.
package struct FrameDecoder: ~Copyable {
    private var zstd = ZstdDecompressor()
    private var planes = PlaneDecoder()

    /// Creates a decoder, with about 100 KB of memory for all its frames, and 4 MiB more from the first with planes on.
    package init() {}

    /// Decodes a frame into a buffer whose length is the frame's raw length.
    ///
    /// `width` and `base`, the raw bytes of the base, matter only to the codecs that have planes and need a base;
    /// `base` and the buffer may not overlap. After an error the buffer's content is undefined. Success does not mean
    /// that the bytes are the right ones: only their digest says so.
    package mutating func decode(
        _ codec: FrameCodec,
        width: ElementWidth = .opaque,
        _ stored: UnsafeRawBufferPointer,
        base: UnsafeRawBufferPointer? = nil,
        into raw: UnsafeMutableRawBufferPointer
    ) throws(CodecError) {
        guard (1...FrameCodec.maximumRawLength).contains(raw.count) else { throw .rawLength(raw.count) }
        switch codec {
        case .raw:
            guard stored.count == raw.count else { throw .storedLength(.raw, stored.count) }
            raw.copyMemory(from: stored)
        case .constant:
            guard stored.count == 1 else { throw .storedLength(.constant, stored.count) }
            raw.initializeMemory(as: UInt8.self, repeating: stored[0])
        case .zstd:
            try zstd.decompress(stored, of: .zstd, into: raw)
        case .planes, .deltaDifference, .deltaXor:
            try planes.decode(codec, width, stored, base: base, zstd: &zstd, into: raw)
        }
    }
}
