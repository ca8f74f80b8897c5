import ModelCore

/// Estimates from a few stretches of a frame what each codec would make of it.
///
/// One thread at a time may use a value.
struct FrameSample: ~Copyable {
    /// A delta that is hardly smaller is not worth the base that it depends on.
    private static let deltaThreshold = 0.90
    /// Nor are matches that hardly help worth the time that zstd takes for them, both ways.
    private static let zstdThreshold = 0.95
    /// Share of zeros in a plane below which no search for matches was ever seen to pay.
    private static let searchThreshold = 0.5
    /// Bits a byte in a sample of 8 KiB of a plane from which on coding saves less than a 64th, for which a plane is
    /// stored as it is: even of equally frequent values such a sample shows no more than 7.98.
    private static let denseEntropy = 7.93
    /// What a search for matches has to save, for it takes longer.
    private static let searchSaving = 0.95
    /// Stretches of a frame, and bytes in each: enough to know a byte's entropy to some 0.02 bits, for 2 to 4 % of the
    /// time that encoding takes.
    private static let stretchCount = 4
    private static let stretchLength = 8 << 10

    private let raw = FrameSample.allocate()
    private let base = FrameSample.allocate()
    private let planes = FrameSample.allocate()
    private let room = FrameSample.allocate()
    private let histograms = (0..<8).map { _ in ByteHistogram() }

    private static func allocate() -> UnsafeMutableRawBufferPointer {
        .allocate(byteCount: stretchCount * stretchLength, alignment: 64)
    }

    deinit {
        raw.deallocate()
        base.deallocate()
        planes.deallocate()
        room.deallocate()
    }

    /// Returns the plan for a frame of at least one word; `base` is exactly as long as the frame.
    func plan(
        _ frame: UnsafeRawBufferPointer,
        _ width: ElementWidth,
        base frameBase: UnsafeRawBufferPointer?,
        zstd: inout ZstdCompressor
    ) -> FramePlan {
        let length = FrameSample.gather(frame, width, into: raw)
        var best = estimate(.planes, width, length)
        let plain = zstdShare(length, &zstd)
        if plain <= FrameSample.zstdThreshold * best.share {
            best = FramePlan(codec: .zstd, share: plain, searchedPlanes: 0, densePlanes: 0)
        }
        if let frameBase {
            _ = FrameSample.gather(frameBase, width, into: base)
            let (difference, xor) = (estimate(.deltaDifference, width, length), estimate(.deltaXor, width, length))
            let delta = xor.share < difference.share ? xor : difference
            if delta.share <= FrameSample.deltaThreshold * best.share { best = delta }
        }
        return best.codec.hasPlanes && best.searchedPlanes != 0 ? refine(best, width, length, &zstd) : best
    }

    /// Splits the sample as the codec would, and sums up what the planes would take after perfect entropy coding.
    ///
    /// Planes of many zeros are marked in the plan, for `refine` to look at.
    private func estimate(_ codec: FrameCodec, _ width: ElementWidth, _ length: Int) -> FramePlan {
        let count = length / width.byteCount
        guard let first = split(codec, width, count) else { preconditionFailure("a sample has memory") }
        var (stored, zeroRich, dense) = (0.0, UInt8(0), UInt8(0))
        for plane in 0..<width.byteCount {
            histograms[plane].reset()
            histograms[plane].add(first + plane * count, count)
            let bytes = histograms[plane].summary()
            stored += bytes.storedLength(Double(count))
            if bytes.zeros >= FrameSample.searchThreshold { zeroRich |= 1 << UInt8(plane) }
            if bytes.entropy >= FrameSample.denseEntropy { dense |= 1 << UInt8(plane) }
        }
        return FramePlan(codec: codec, share: stored / Double(length), searchedPlanes: zeroRich, densePlanes: dense)
    }

    /// Tries on the planes that are marked whether a search for matches pays, and leaves only those marked.
    private func refine(
        _ plan: FramePlan,
        _ width: ElementWidth,
        _ length: Int,
        _ zstd: inout ZstdCompressor
    ) -> FramePlan {
        let count = length / width.byteCount
        _ = split(plan.codec, width, count)
        var searched: UInt8 = 0
        for plane in 0..<width.byteCount where plan.searchedPlanes & 1 << UInt8(plane) != 0 {
            let bytes = UnsafeRawBufferPointer(rebasing: planes[plane * count..<(plane + 1) * count])
            let plain = zstd.compress(bytes, into: room, search: .none) ?? count
            let sought = zstd.compress(bytes, into: room, search: .some) ?? count
            // What is constant in the sample is nearly so elsewhere: there, Huffman's bit a byte is the most to fear.
            if bytes.isConstant || Double(sought) <= FrameSample.searchSaving * Double(plain) {
                searched |= 1 << UInt8(plane)
            }
        }
        return FramePlan(
            codec: plan.codec,
            share: plan.share,
            searchedPlanes: searched,
            densePlanes: plan.densePlanes
        )
    }

    private func split(_ codec: FrameCodec, _ width: ElementWidth, _ count: Int) -> UnsafeMutableRawPointer? {
        guard let start = raw.baseAddress, let base = base.baseAddress, let first = planes.baseAddress else {
            return nil
        }
        codec.split(width, raw: start, base: base, count: count, planes: first)
        return first
    }

    /// Lets zstd compress the sample.
    private func zstdShare(_ length: Int, _ zstd: inout ZstdCompressor) -> Double {
        let bytes = UnsafeRawBufferPointer(rebasing: raw[..<length])
        return Double(zstd.compress(bytes, into: room, search: .little) ?? length) / Double(length)
    }

    /// Copies whole words: all of a small frame, else stretches from the first word to the last; returns their length.
    private static func gather(
        _ frame: UnsafeRawBufferPointer,
        _ width: ElementWidth,
        into sample: UnsafeMutableRawBufferPointer
    ) -> Int {
        let whole = frame.count / width.byteCount * width.byteCount
        guard whole > sample.count else {
            sample.copyMemory(from: UnsafeRawBufferPointer(rebasing: frame[..<whole]))
            return whole
        }
        for index in 0..<stretchCount {
            let start = (whole - stretchLength) / (stretchCount - 1) * index & ~7
            let stretch = UnsafeRawBufferPointer(rebasing: frame[start..<start + stretchLength])
            UnsafeMutableRawBufferPointer(rebasing: sample[(index * stretchLength)...]).copyMemory(from: stretch)
        }
        return sample.count
    }
}

extension FrameCodec {
    /// Splits words into planes as this codec of planes says.
    @inline(__always)
    func split(
        _ width: ElementWidth,
        raw: UnsafeRawPointer,
        base: UnsafeRawPointer,
        count: Int,
        planes: UnsafeMutableRawPointer
    ) {
        switch self {
        case .deltaDifference:
            PlaneSplit.split(Difference.self, width, raw: raw, base: base, count: count, planes: planes)
        case .deltaXor:
            PlaneSplit.split(ExclusiveOr.self, width, raw: raw, base: base, count: count, planes: planes)
        default:
            PlaneSplit.split(Rotation.self, width, raw: raw, base: base, count: count, planes: planes)
        }
    }
}
