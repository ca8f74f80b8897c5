import CZstd

/// Turns stored bytes back into raw ones, whatever they are: exactly the raw length or an error, never more memory.
///
/// One thread at a time may use a value.
package struct FrameDecoder: ~Copyable {
    private let context: OpaquePointer

    /// Creates a decoder, with about 100 KB of memory for all its frames.
    package init() {
        guard let context = ZSTD_createDCtx() else { preconditionFailure("no memory for a zstd decoder") }
        self.context = context
    }

    deinit {
        ZSTD_freeDCtx(context)
    }

    /// Decodes a frame into a buffer whose length is the frame's raw length.
    ///
    /// After an error the buffer's content is undefined. Success does not mean that the bytes are the right ones: only
    /// their digest says so.
    package mutating func decode(
        _ codec: FrameCodec,
        _ stored: UnsafeRawBufferPointer,
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
            try decodeZstd(stored, into: raw)
        }
    }

    private mutating func decodeZstd(
        _ stored: UnsafeRawBufferPointer,
        into raw: UnsafeMutableRawBufferPointer
    ) throws(CodecError) {
        // RFC 8878, 3.1.1: magic number, then the descriptor with checksum flag (bit 2) and dictionary flag (bits 0-1).
        guard stored.count > 5 else { throw .storedLength(.zstd, stored.count) }
        guard stored[4] & 0b111 == 0 else { throw .malformed(.zstd, "checksum or dictionary flag") }
        guard ZSTD_getFrameContentSize(stored.baseAddress, stored.count) == UInt64(raw.count) else {
            throw .malformed(.zstd, "another content size")
        }
        guard ZSTD_findFrameCompressedSize(stored.baseAddress, stored.count) == stored.count else {
            throw .malformed(.zstd, "cut or followed by other bytes")
        }
        let count = ZSTD_decompressDCtx(context, raw.baseAddress, raw.count, stored.baseAddress, stored.count)
        guard ZSTD_isError(count) == 0 else { throw .malformed(.zstd, String(cString: ZSTD_getErrorName(count))) }
        guard count == raw.count else { throw .malformed(.zstd, "too short") }
    }
}
