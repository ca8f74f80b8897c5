import CZstd

/// A frame as it is to be stored.
package struct EncodedFrame {
    /// How the stored bytes stand for the raw ones.
    package let codec: FrameCodec

    /// What to store, never longer than the raw bytes; valid only inside the closure that receives it.
    package let stored: UnsafeRawBufferPointer
}

/// Chooses a frame's codec and encodes it: constant, else zstd where that saves at least 3 %, else raw.
///
/// One thread at a time may use a value: keep one for each worker (some 6 MB).
package struct FrameEncoder: ~Copyable {
    /// Little match search: level 1 is half as fast and stores weights, and code, no smaller (see decision 0003).
    private static let level: CInt = -1

    private let context: OpaquePointer
    private let scratch: UnsafeMutableRawBufferPointer

    /// Creates an encoder.
    package init() {
        guard let context = ZSTD_createCCtx() else { preconditionFailure("no memory for a zstd encoder") }
        self.context = context
        scratch = .allocate(byteCount: FrameCodec.maximumRawLength, alignment: 64)
        let wasAccepted =
            ZSTD_isError(ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, FrameEncoder.level)) == 0
        precondition(wasAccepted, "zstd has had negative levels since 1.3.4")
        // ZSTD_c_literalCompressionMode = always, which negative levels leave off and weights live by. It has no stable
        // name; a zstd that refused it would only store more.
        _ = ZSTD_CCtx_setParameter(context, ZSTD_c_experimentalParam5, 1)
    }

    deinit {
        ZSTD_freeCCtx(context)
        scratch.deallocate()
    }

    /// Encodes a frame of 1 byte to 4 MiB and hands the result to the body; any such bytes can be encoded.
    package mutating func encode<R: ~Copyable, Failure: Error>(
        _ raw: UnsafeRawBufferPointer,
        _ body: (EncodedFrame) throws(Failure) -> R
    ) throws(Failure) -> R {
        precondition((1...FrameCodec.maximumRawLength).contains(raw.count), "a frame has 1 byte to 4 MiB")
        if raw.count > 1, isConstant(raw) {
            return try body(EncodedFrame(codec: .constant, stored: UnsafeRawBufferPointer(rebasing: raw[..<1])))
        }
        // With less room than the frame's size, zstd gives up as soon as the saving cannot be reached.
        let limit = raw.count - max(1, raw.count * 3 / 100)
        let count = ZSTD_compress2(context, scratch.baseAddress, limit, raw.baseAddress, raw.count)
        if ZSTD_isError(count) != 0 { return try body(EncodedFrame(codec: .raw, stored: raw)) }
        return try body(EncodedFrame(codec: .zstd, stored: UnsafeRawBufferPointer(rebasing: scratch[..<count])))
    }

    private func isConstant(_ raw: UnsafeRawBufferPointer) -> Bool {
        let pattern = UInt64(raw[0]) &* 0x0101_0101_0101_0101
        let wordCount = raw.count / 8
        for index in 0..<wordCount where raw.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self) != pattern {
            return false
        }
        return raw[(8 * wordCount)...].allSatisfy { $0 == raw[0] }
    }
}
