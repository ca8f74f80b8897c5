package import ModelCore

/// A frame as it is to be stored.
package struct EncodedFrame {
    /// How the stored bytes stand for the raw ones.
    package let codec: FrameCodec

    /// What to store, never longer than the raw bytes; valid only inside the closure that receives it.
    package let stored: UnsafeRawBufferPointer

    /// The width that the stored bytes have to be decoded with; opaque where the codec needs none.
    package let width: ElementWidth

    /// What the frame was encoded by, to be passed on with the tensor's next frame; `nil` where nothing was chosen.
    package let plan: FramePlan?

    /// Whether the stored bytes decode only against the base.
    package var usesBase: Bool { codec.needsBase }
}

/// Chooses a frame's codec and encodes it.
///
/// A frame of equal bytes is constant. Of opaque bytes, zstd is tried. Else a sample says whether planes, a delta to
/// the base or zstd is smallest; a delta has to be a tenth smaller than the others. What saves less than 3 % is stored
/// raw. The result depends on the arguments alone.
///
/// One thread at a time may use a value: keep one for each worker (some 10 MB).
package struct FrameEncoder: ~Copyable {
    private let room = UnsafeMutableRawBufferPointer.allocate(byteCount: FrameCodec.maximumRawLength, alignment: 64)
    private let planes = PlaneEncoder()
    private let sample = FrameSample()
    private var zstd = ZstdCompressor()

    /// Creates an encoder.
    package init() {}

    deinit {
        room.deallocate()
    }

    /// Encodes a frame of 1 byte to 4 MiB and hands the result to the body; any such bytes can be encoded.
    ///
    /// `base` holds the raw bytes of a frame that this one may be a delta to; one of another length is not used. `plan`
    /// is what came out for an earlier frame of the same tensor with the same width, and spares this one the sampling.
    package mutating func encode<R: ~Copyable, Failure: Error>(
        _ raw: UnsafeRawBufferPointer,
        width: ElementWidth = .opaque,
        base: UnsafeRawBufferPointer? = nil,
        plan: FramePlan? = nil,
        _ body: (EncodedFrame) throws(Failure) -> R
    ) throws(Failure) -> R {
        precondition((1...FrameCodec.maximumRawLength).contains(raw.count), "a frame has 1 byte to 4 MiB")
        if raw.count > 1, raw.isConstant {
            let first = UnsafeRawBufferPointer(rebasing: raw[..<1])
            return try body(EncodedFrame(codec: .constant, stored: first, width: .opaque, plan: plan))
        }
        let (plan, stored) = compress(raw, width, base: base?.count == raw.count ? base : nil, plan)
        guard let stored else { return try body(EncodedFrame(codec: .raw, stored: raw, width: .opaque, plan: plan)) }
        let codec = plan?.codec ?? .zstd
        return try body(
            EncodedFrame(codec: codec, stored: stored, width: codec.hasPlanes ? width : .opaque, plan: plan)
        )
    }

    /// Estimates what encoding a frame would come to; `base` is as long as the frame, or `nil`.
    package mutating func plan(
        _ raw: UnsafeRawBufferPointer,
        width: ElementWidth,
        base: UnsafeRawBufferPointer?
    ) -> FramePlan? {
        guard width != .opaque, raw.count >= width.byteCount else { return nil }
        return sample.plan(raw, width, base: base, zstd: &zstd)
    }

    /// Returns the plan that was followed, and what to store where it saves enough.
    private mutating func compress(
        _ raw: UnsafeRawBufferPointer,
        _ width: ElementWidth,
        base: UnsafeRawBufferPointer?,
        _ plan: FramePlan?
    ) -> (FramePlan?, stored: UnsafeRawBufferPointer?) {
        guard width != .opaque, raw.count >= width.byteCount else { return (nil, compress(raw)) }
        func share(_ stored: UnsafeRawBufferPointer?) -> Double {
            Double(stored?.count ?? raw.count) / Double(raw.count)
        }
        // A plan that saved nothing elsewhere says nothing about this frame.
        if let plan, plan.share < 1, !plan.codec.needsBase || base != nil {
            let stored = follow(plan, raw, width, base)
            if !plan.isOutlier(share: share(stored)) { return (plan, stored) }
        }
        let own = sample.plan(raw, width, base: base, zstd: &zstd)
        let stored = follow(own, raw, width, base)
        return (own.measured(share: share(stored)), stored)
    }

    private mutating func follow(
        _ plan: FramePlan,
        _ raw: UnsafeRawBufferPointer,
        _ width: ElementWidth,
        _ base: UnsafeRawBufferPointer?
    ) -> UnsafeRawBufferPointer? {
        guard plan.codec.hasPlanes else { return compress(raw) }
        return planes.encode(plan, width, raw, base: base ?? raw, zstd: &zstd, into: narrowRoom(raw.count))
    }

    private mutating func compress(_ raw: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        zstd.compress(raw, into: narrowRoom(raw.count), search: .little)
            .map { UnsafeRawBufferPointer(rebasing: room[..<$0]) }
    }

    /// Less room than the frame has bytes: what does not fit saves less than 3 %.
    private func narrowRoom(_ rawLength: Int) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(rebasing: room[..<(rawLength - max(1, rawLength * 3 / 100))])
    }
}
