import ModelCore

/// Estimates from a few stretches of a frame what each codec would make of it.
///
/// One thread at a time may use a value.
struct FrameSample: ~Copyable {
    /// A delta that is hardly smaller is not worth the base that it depends on.
    private static let deltaThreshold = 0.90
    /// Stretches of a frame, and bytes in each: enough for the entropy of a byte to 0.01 bits.
    private static let stretchCount = 4
    private static let stretchLength = 16 << 10
    /// Bytes of zero among those of a plane from which searching for matches pays (see decision 0005).
    static let searchThreshold = 0.92

    private let planes = UnsafeMutableRawBufferPointer.allocate(byteCount: stretchLength, alignment: 64)
    private let histograms = (0..<8).map { _ in ByteHistogram() }

    deinit {
        planes.deallocate()
    }

    /// Returns the plan for a frame of at least one word; `base` is exactly as long as the frame.
    func plan(
        _ raw: UnsafeRawBufferPointer,
        _ width: ElementWidth,
        base: UnsafeRawBufferPointer?,
        zstd: inout ZstdCompressor
    ) -> FramePlan {
        var best = estimate(.planes, raw, width, base: raw)
        let plain = estimateZstd(raw, &zstd)
        if plain.share < best.share { best = plain }
        guard let base else { return best }
        let difference = estimate(.deltaDifference, raw, width, base: base)
        let xor = estimate(.deltaXor, raw, width, base: base)
        let delta = xor.share < difference.share ? xor : difference
        return delta.share <= FrameSample.deltaThreshold * best.share ? delta : best
    }

    /// Splits the stretches as the codec would, and sums up what its planes would take.
    private func estimate(
        _ codec: FrameCodec,
        _ raw: UnsafeRawBufferPointer,
        _ width: ElementWidth,
        base: UnsafeRawBufferPointer
    ) -> FramePlan {
        guard let start = raw.baseAddress, let base = base.baseAddress, let room = planes.baseAddress else {
            preconditionFailure("a frame with words is not empty")
        }
        for histogram in histograms { histogram.reset() }
        for stretch in FrameSample.stretches(of: raw.count, width) {
            let (raw, base) = (start + stretch.lowerBound, base + stretch.lowerBound)
            let count = stretch.count / width.byteCount
            codec.split(width, raw: raw, base: base, count: count, planes: room)
            for plane in 0..<width.byteCount { histograms[plane].add(room + plane * count, count) }
        }
        return sum(codec, width, rawLength: raw.count)
    }

    private func sum(_ codec: FrameCodec, _ width: ElementWidth, rawLength: Int) -> FramePlan {
        let count = Double(rawLength / width.byteCount)
        var (stored, searched) = (Double(PlaneMethod.headerLength(width)), UInt8(0))
        for plane in 0..<width.byteCount {
            let bytes = histograms[plane].summary()
            stored += bytes.storedLength(count)
            if bytes.zeros >= FrameSample.searchThreshold { searched |= 1 << UInt8(plane) }
        }
        return FramePlan(codec: codec, share: stored / Double(rawLength), searchedPlanes: searched)
    }

    /// Lets zstd compress two of the stretches.
    private func estimateZstd(_ raw: UnsafeRawBufferPointer, _ zstd: inout ZstdCompressor) -> FramePlan {
        var (sampled, stored) = (0, 0)
        // The first stretch is left out where there are others: tensors begin with what is special.
        for stretch in FrameSample.stretches(of: raw.count, .one).suffix(2) {
            let bytes = UnsafeRawBufferPointer(rebasing: raw[stretch])
            sampled += bytes.count
            stored += zstd.compress(bytes, into: planes, search: .little) ?? bytes.count
        }
        return FramePlan(codec: .zstd, share: Double(stored) / Double(max(1, sampled)), searchedPlanes: 0)
    }

    /// Returns where to look: everything in a small frame, else stretches of whole words from the first to the last.
    private static func stretches(of rawLength: Int, _ width: ElementWidth) -> [Range<Int>] {
        let whole = rawLength / width.byteCount * width.byteCount
        guard whole > stretchCount * stretchLength else {
            return stride(from: 0, to: whole, by: stretchLength).map { $0..<min(whole, $0 + stretchLength) }
        }
        return (0..<stretchCount).map { index in
            let start = (whole - stretchLength) / (stretchCount - 1) * index & ~7
            return start..<start + stretchLength
        }
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
