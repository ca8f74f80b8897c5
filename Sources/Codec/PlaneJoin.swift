import ModelCore

/// Puts planes together to words: the inverse of `PlaneSplit`, which doubles where that halves.
///
/// Planes are given by their addresses, for some lie in the stored bytes themselves.
enum PlaneJoin {
    private static let blockLength = 2048

    /// Joins planes of `count` bytes each to `count` words at `raw`.
    ///
    /// `planes` holds an address for each byte of a word; `base` is read by the transforms of deltas only.
    @inline(__always)
    static func join<Transform: WordTransform>(
        _: Transform.Type,
        _ width: ElementWidth,
        planes: UnsafePointer<UnsafeRawPointer>,
        base: UnsafeRawPointer,
        count: Int,
        raw: UnsafeMutableRawPointer
    ) {
        switch width {
        case .opaque: preconditionFailure("opaque frames have no planes")
        case .one: restoreBytes(Transform.self, planes[0], base, count, raw)
        case .two: double(Transform.self, UInt8.self, UInt16.self, planes[0], planes[1], base, count, raw)
        case .four: joinFours(Transform.self, planes, base, count, raw)
        case .eight: joinEights(Transform.self, planes, base, count, raw)
        }
    }

    private static func restoreBytes<Transform: WordTransform>(
        _: Transform.Type,
        _ plane: UnsafeRawPointer,
        _ base: UnsafeRawPointer,
        _ count: Int,
        _ raw: UnsafeMutableRawPointer
    ) {
        for index in 0..<count {
            let stored = plane.load(fromByteOffset: index, as: UInt8.self)
            let other = Transform.readsBase ? base.load(fromByteOffset: index, as: UInt8.self) : 0
            raw.storeBytes(of: Transform.inverse(stored, base: other), toByteOffset: index, as: UInt8.self)
        }
    }

    private static func joinFours<Transform: WordTransform>(
        _: Transform.Type,
        _ planes: UnsafePointer<UnsafeRawPointer>,
        _ base: UnsafeRawPointer,
        _ count: Int,
        _ raw: UnsafeMutableRawPointer
    ) {
        withUnsafeTemporaryAllocation(byteCount: 4 * blockLength, alignment: 64) { halves in
            guard let low = halves.baseAddress else { return }
            let high = low + 2 * blockLength
            for start in stride(from: 0, to: count, by: blockLength) {
                let length = min(blockLength, count - start)
                joinHalves(planes, start, length, low, high)
                double(
                    Transform.self,
                    UInt16.self,
                    UInt32.self,
                    low,
                    high,
                    base + 4 * start,
                    length,
                    raw + 4 * start
                )
            }
        }
    }

    private static func joinEights<Transform: WordTransform>(
        _: Transform.Type,
        _ planes: UnsafePointer<UnsafeRawPointer>,
        _ base: UnsafeRawPointer,
        _ count: Int,
        _ raw: UnsafeMutableRawPointer
    ) {
        withUnsafeTemporaryAllocation(byteCount: 12 * blockLength, alignment: 64) { parts in
            guard let halves = parts.baseAddress else { return }
            let upper = halves + 4 * blockLength
            let (low, high) = (halves + 8 * blockLength, halves + 10 * blockLength)
            for start in stride(from: 0, to: count, by: blockLength) {
                let length = min(blockLength, count - start)
                joinHalves(planes, start, length, low, high)
                double(Unchanged.self, UInt16.self, UInt32.self, low, high, low, length, halves)
                joinHalves(planes + 4, start, length, low, high)
                double(Unchanged.self, UInt16.self, UInt32.self, low, high, low, length, upper)
                double(
                    Transform.self,
                    UInt32.self,
                    UInt64.self,
                    halves,
                    upper,
                    base + 8 * start,
                    length,
                    raw + 8 * start
                )
            }
        }
    }

    /// Joins a block of four planes to the lower and upper halves of 4-byte words.
    @inline(__always)
    private static func joinHalves(
        _ planes: UnsafePointer<UnsafeRawPointer>,
        _ start: Int,
        _ length: Int,
        _ low: UnsafeMutableRawPointer,
        _ high: UnsafeMutableRawPointer
    ) {
        double(Unchanged.self, UInt8.self, UInt16.self, planes[0] + start, planes[1] + start, low, length, low)
        double(Unchanged.self, UInt8.self, UInt16.self, planes[2] + start, planes[3] + start, high, length, high)
    }

    /// Joins lower and upper halves to words and undoes the transform: the loop that everything else is made of.
    @inline(__always)
    private static func double<Transform: WordTransform, Half, Word>(
        _: Transform.Type,
        _: Half.Type,
        _: Word.Type,
        _ low: UnsafeRawPointer,
        _ high: UnsafeRawPointer,
        _ base: UnsafeRawPointer,
        _ count: Int,
        _ words: UnsafeMutableRawPointer
    ) where Half: FixedWidthInteger & UnsignedInteger, Word: FixedWidthInteger & UnsignedInteger {
        let (half, size) = (MemoryLayout<Half>.size, MemoryLayout<Word>.size)
        for index in 0..<count {
            let lower = Half(littleEndian: low.loadUnaligned(fromByteOffset: index &* half, as: Half.self))
            let upper = Half(littleEndian: high.loadUnaligned(fromByteOffset: index &* half, as: Half.self))
            let other =
                Transform.readsBase
                ? Word(littleEndian: base.loadUnaligned(fromByteOffset: index &* size, as: Word.self)) : 0
            let joined =
                Word(truncatingIfNeeded: upper) &<< Word(truncatingIfNeeded: Half.bitWidth)
                | Word(truncatingIfNeeded: lower)
            let word = Transform.inverse(joined, base: other)
            words.storeBytes(of: word.littleEndian, toByteOffset: index &* size, as: Word.self)
        }
    }
}
