import ModelCore

/// Takes words apart into planes of bytes.
///
/// Words are halved, and the halves again: a loop with two outputs vectorises with the plainest instructions, one with
/// four or eight does not. Halves wait in blocks that stay in the first cache.
enum PlaneSplit {
    /// Words a block: halves of 8-byte words then take 32 KiB at most.
    private static let blockLength = 2048

    /// Splits `count` words at `raw` into planes of `count` bytes each, one after the other from `planes` on.
    ///
    /// `base` is read by the transforms of deltas only.
    @inline(__always)
    static func split<Transform: WordTransform>(
        _: Transform.Type,
        _ width: ElementWidth,
        raw: UnsafeRawPointer,
        base: UnsafeRawPointer,
        count: Int,
        planes: UnsafeMutableRawPointer
    ) {
        switch width {
        case .opaque: preconditionFailure("opaque frames have no planes")
        case .one: transformBytes(Transform.self, raw, base, count, planes)
        case .two: halve(Transform.self, UInt16.self, UInt8.self, raw, base, count, planes, planes + count)
        case .four: splitFours(Transform.self, raw, base, count, planes)
        case .eight: splitEights(Transform.self, raw, base, count, planes)
        }
    }

    private static func transformBytes<Transform: WordTransform>(
        _: Transform.Type,
        _ raw: UnsafeRawPointer,
        _ base: UnsafeRawPointer,
        _ count: Int,
        _ plane: UnsafeMutableRawPointer
    ) {
        for index in 0..<count {
            let word = raw.load(fromByteOffset: index, as: UInt8.self)
            let other = Transform.readsBase ? base.load(fromByteOffset: index, as: UInt8.self) : 0
            plane.storeBytes(of: Transform.forward(word, base: other), toByteOffset: index, as: UInt8.self)
        }
    }

    private static func splitFours<Transform: WordTransform>(
        _: Transform.Type,
        _ raw: UnsafeRawPointer,
        _ base: UnsafeRawPointer,
        _ count: Int,
        _ planes: UnsafeMutableRawPointer
    ) {
        withUnsafeTemporaryAllocation(byteCount: 4 * blockLength, alignment: 64) { halves in
            guard let low = halves.baseAddress else { return }
            let high = low + 2 * blockLength
            for start in stride(from: 0, to: count, by: blockLength) {
                let length = min(blockLength, count - start)
                halve(
                    Transform.self,
                    UInt32.self,
                    UInt16.self,
                    raw + 4 * start,
                    base + 4 * start,
                    length,
                    low,
                    high
                )
                quarter(low, high, length, planes + start, distance: count)
            }
        }
    }

    private static func splitEights<Transform: WordTransform>(
        _: Transform.Type,
        _ raw: UnsafeRawPointer,
        _ base: UnsafeRawPointer,
        _ count: Int,
        _ planes: UnsafeMutableRawPointer
    ) {
        withUnsafeTemporaryAllocation(byteCount: 12 * blockLength, alignment: 64) { parts in
            guard let halves = parts.baseAddress else { return }
            let (upper, low, high) = (halves + 4 * blockLength, halves + 8 * blockLength, halves + 10 * blockLength)
            for start in stride(from: 0, to: count, by: blockLength) {
                let length = min(blockLength, count - start)
                halve(
                    Transform.self,
                    UInt64.self,
                    UInt32.self,
                    raw + 8 * start,
                    base + 8 * start,
                    length,
                    halves,
                    upper
                )
                halve(Unchanged.self, UInt32.self, UInt16.self, halves, halves, length, low, high)
                quarter(low, high, length, planes + start, distance: count)
                halve(Unchanged.self, UInt32.self, UInt16.self, upper, upper, length, low, high)
                quarter(low, high, length, planes + (4 * count + start), distance: count)
            }
        }
    }

    /// Splits the lower and upper halves of 4-byte words into four planes.
    @inline(__always)
    private static func quarter(
        _ low: UnsafeRawPointer,
        _ high: UnsafeRawPointer,
        _ length: Int,
        _ planes: UnsafeMutableRawPointer,
        distance: Int
    ) {
        halve(Unchanged.self, UInt16.self, UInt8.self, low, low, length, planes, planes + distance)
        halve(
            Unchanged.self,
            UInt16.self,
            UInt8.self,
            high,
            high,
            length,
            planes + 2 * distance,
            planes + 3 * distance
        )
    }

    /// Transforms words and stores their lower and upper halves apart: the loop that everything else is made of.
    @inline(__always)
    private static func halve<Transform: WordTransform, Word, Half>(
        _: Transform.Type,
        _: Word.Type,
        _: Half.Type,
        _ words: UnsafeRawPointer,
        _ base: UnsafeRawPointer,
        _ count: Int,
        _ low: UnsafeMutableRawPointer,
        _ high: UnsafeMutableRawPointer
    ) where Word: FixedWidthInteger & UnsignedInteger, Half: FixedWidthInteger & UnsignedInteger {
        let (size, half) = (MemoryLayout<Word>.size, MemoryLayout<Half>.size)
        for index in 0..<count {
            let word = Word(littleEndian: words.loadUnaligned(fromByteOffset: index &* size, as: Word.self))
            let other =
                Transform.readsBase
                ? Word(littleEndian: base.loadUnaligned(fromByteOffset: index &* size, as: Word.self)) : 0
            let result = Transform.forward(word, base: other)
            let upper = Half(truncatingIfNeeded: result &>> Word(truncatingIfNeeded: Half.bitWidth))
            low.storeBytes(
                of: Half(truncatingIfNeeded: result).littleEndian,
                toByteOffset: index &* half,
                as: Half.self
            )
            high.storeBytes(of: upper.littleEndian, toByteOffset: index &* half, as: Half.self)
        }
    }
}
