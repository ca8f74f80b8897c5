import CZstd

/// Decodes zstd frames of the strict form that stores hold: content size, no checksum, no dictionary, nothing behind.
///
/// One thread at a time may use a value.
struct ZstdDecompressor: ~Copyable {
    private let context: OpaquePointer

    init() {
        guard let context = ZSTD_createDCtx() else { preconditionFailure("no memory for a zstd decoder") }
        self.context = context
    }

    deinit {
        ZSTD_freeDCtx(context)
    }

    /// Fills `raw` exactly, or throws; `codec` is named in errors.
    mutating func decompress(
        _ stored: UnsafeRawBufferPointer,
        of codec: FrameCodec,
        into raw: UnsafeMutableRawBufferPointer
    ) throws(CodecError) {
        // RFC 8878, 3.1.1: magic number, then the descriptor with checksum flag (bit 2) and dictionary flag (bits 0-1).
        guard stored.count > 5 else { throw .storedLength(codec, stored.count) }
        guard stored[4] & 0b111 == 0 else { throw .malformed(codec, "checksum or dictionary flag") }
        guard ZSTD_getFrameContentSize(stored.baseAddress, stored.count) == UInt64(raw.count) else {
            throw .malformed(codec, "another content size")
        }
        guard ZSTD_findFrameCompressedSize(stored.baseAddress, stored.count) == stored.count else {
            throw .malformed(codec, "cut or followed by other bytes")
        }
        let count = ZSTD_decompressDCtx(context, raw.baseAddress, raw.count, stored.baseAddress, stored.count)
        guard ZSTD_isError(count) == 0 else { throw .malformed(codec, String(cString: ZSTD_getErrorName(count))) }
        guard count == raw.count else { throw .malformed(codec, "too short") }
    }
}
