import CZstd

/// A frame as it is to be stored; the bytes are the encoder's until its next call, or the raw ones.
package struct EncodedFrame {
    /// How the stored bytes stand for the raw ones.
    package let codec: FrameCodec

    /// What to store.
    package let stored: UnsafeRawBufferPointer
}

/// Chooses a frame's codec and encodes it.
///
/// One thread at a time may use a value: keep one for each worker.
package struct FrameEncoder: ~Copyable {
    private let context: OpaquePointer
    private let scratch: UnsafeMutableRawBufferPointer

    /// Creates an encoder.
    package init() {
        guard let context = ZSTD_createCCtx() else { preconditionFailure("no memory for a zstd encoder") }
        self.context = context
        scratch = .allocate(byteCount: FrameCodec.maximumRawLength, alignment: 64)
        ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, 1)
    }

    deinit {
        ZSTD_freeCCtx(context)
        scratch.deallocate()
    }

    /// Encodes a frame of 1 byte to 4 MiB; what saves less than 3 % is stored as it is.
    package mutating func encode(_ raw: UnsafeRawBufferPointer) throws(CodecError) -> EncodedFrame {
        guard (1...FrameCodec.maximumRawLength).contains(raw.count) else { throw .rawLength(raw.count) }
        if raw.allSatisfy({ $0 == raw[0] }) {
            scratch[0] = raw[0]
            return EncodedFrame(codec: .constant, stored: UnsafeRawBufferPointer(rebasing: scratch[0..<1]))
        }
        let limit = raw.count - raw.count * 3 / 100
        let count = ZSTD_compress2(context, scratch.baseAddress, limit, raw.baseAddress, raw.count)
        guard ZSTD_isError(count) == 0, count < limit else { return EncodedFrame(codec: .raw, stored: raw) }
        return EncodedFrame(codec: .zstd, stored: UnsafeRawBufferPointer(rebasing: scratch[0..<count]))
    }
}
