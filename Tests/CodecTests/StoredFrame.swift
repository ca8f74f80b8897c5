import Codec
import ModelCore

/// A frame as it was stored, with what is needed to decode it.
struct StoredFrame: Equatable {
    var codec: FrameCodec
    var width: ElementWidth
    var stored: [UInt8]
    var base: [UInt8]?
    var rawLength: Int

    /// Encodes bytes; the base is kept only where the frame uses it.
    init(
        _ raw: [UInt8],
        width: ElementWidth = .opaque,
        base: [UInt8]? = nil,
        plan: FramePlan? = nil,
        with encoder: inout FrameEncoder
    ) {
        self = raw.withUnsafeBytes { raw in
            base.withBytes { baseBytes in
                encoder.encode(raw, width: width, base: baseBytes, plan: plan) { frame in
                    StoredFrame(
                        frame.codec,
                        frame.width,
                        Array(frame.stored),
                        base: frame.usesBase ? base : nil,
                        rawLength: raw.count
                    )
                }
            }
        }
    }

    init(_ codec: FrameCodec, _ width: ElementWidth, _ stored: [UInt8], base: [UInt8]? = nil, rawLength: Int) {
        self.codec = codec
        self.width = width
        self.stored = stored
        self.base = base
        self.rawLength = rawLength
    }

    /// Decodes between guard bytes, from exact copies on the heap, so that a sanitizer sees a read past the end.
    func decoded(with decoder: inout FrameDecoder) throws(CodecError) -> [UInt8] {
        let margin = 64
        var buffer = [UInt8](repeating: 0x5C, count: rawLength + 2 * margin)
        var failure: CodecError?
        buffer.withUnsafeMutableBytes { buffer in
            let raw = UnsafeMutableRawBufferPointer(rebasing: buffer[margin..<margin + rawLength])
            stored.withUnsafeBytes { stored in
                base.withBytes { base in
                    do throws(CodecError) {
                        try decoder.decode(codec, width: width, stored, base: base, into: raw)
                    } catch {
                        failure = error
                    }
                }
            }
        }
        let isIntact = (buffer.prefix(margin) + buffer.suffix(margin)).allSatisfy { $0 == 0x5C }
        precondition(isIntact, "the decoder wrote outside of its buffer")
        if let failure { throw failure }
        return Array(buffer.dropFirst(margin).dropLast(margin))
    }
}

extension Optional<[UInt8]> {
    /// Calls the body with the bytes, if any.
    func withBytes<R>(_ body: (UnsafeRawBufferPointer?) throws -> R) rethrows -> R {
        guard let self else { return try body(nil) }
        return try self.withUnsafeBytes { try body($0) }
    }
}
