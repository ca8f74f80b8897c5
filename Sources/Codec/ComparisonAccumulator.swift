package import ModelCore

/// The comparison of a stretch of a tensor with an earlier version that can be joined to that of the next stretch.
///
/// To be used as `StatisticsAccumulator` is, and as fast.
package struct ComparisonAccumulator: Hashable, Sendable {
    private var count: UInt64 = 0, changed: UInt64 = 0
    private var distance = 0.0, product = 0.0, squares = 0.0, baseSquares = 0.0, maximum = 0.0

    /// Creates the comparison of no elements.
    package init() {}

    /// Compares a frame with a base of exactly its length; `nil` for another length, or for types whose elements are no
    /// single numbers, or not known.
    package init?(_ raw: UnsafeRawBufferPointer, base: UnsafeRawBufferPointer, of type: DataType) {
        guard ElementConversion.reads(type), let width = type.elementWidth, raw.count == base.count else { return nil }
        guard let start = raw.baseAddress, let baseStart = base.baseAddress else { return }
        let count = raw.count / width
        self.count = UInt64(count)
        let length = BlockLanes.blockLength
        withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * length) { blocks in
            guard let values = blocks.baseAddress else { return }
            for first in stride(from: 0, to: count, by: length) {
                let (raw, base) = (start + first * width, baseStart + first * width)
                add(type, raw, base, min(length, count - first), values, values + length)
            }
        }
    }

    /// Adds the elements that come next.
    package mutating func append(_ next: ComparisonAccumulator) {
        count += next.count
        changed += next.changed
        distance += next.distance
        product += next.product
        squares += next.squares
        baseSquares += next.baseSquares
        maximum = max(maximum, next.maximum)
    }

    /// The comparison.
    package var comparison: TensorComparison {
        let norms = squares.squareRoot() * baseSquares.squareRoot()
        let relative = distance == 0 ? 0 : (distance / baseSquares).squareRoot()
        let isZero = squares == 0 && baseSquares == 0
        return TensorComparison(
            count: count,
            changed: changed,
            relativeDistance: relative.isNaN ? .infinity : relative,
            maximumDifference: maximum,
            cosine: norms > 0 && norms.isFinite ? max(-1, min(1, product / norms)) : isZero ? 1 : 0
        )
    }

    private mutating func add(
        _ type: DataType,
        _ raw: UnsafeRawPointer,
        _ base: UnsafeRawPointer,
        _ length: Int,
        _ values: UnsafeMutablePointer<Double>,
        _ baseValues: UnsafeMutablePointer<Double>
    ) {
        let changed = ComparisonAccumulator.changed(type, raw, base, length)
        self.changed += changed
        ElementConversion.convert(type, raw, length, into: values)
        ElementConversion.convert(type, base, length, into: baseValues)
        var sums = ComparisonLanes(values, baseValues, length)
        if !sums.isFinite {
            sums = ComparisonLanes(values, baseValues, keepFinite(values, baseValues, length))
        }
        distance += BlockLanes.total(sums.distance)
        product += BlockLanes.total(sums.product)
        squares += BlockLanes.total(sums.squares)
        baseSquares += BlockLanes.total(sums.baseSquares)
        maximum = max(maximum, sums.maximum)
    }

    /// Counts the elements whose bytes differ.
    private static func changed(
        _ type: DataType,
        _ raw: UnsafeRawPointer,
        _ base: UnsafeRawPointer,
        _ length: Int
    ) -> UInt64 {
        switch type.elementWidth {
        case 1: changed(UInt8.self, raw, base, length)
        case 2: changed(UInt16.self, raw, base, length)
        case 4: changed(UInt32.self, raw, base, length)
        default: changed(UInt64.self, raw, base, length)
        }
    }

    @inline(__always)
    private static func changed<Word: FixedWidthInteger & UnsignedInteger>(
        _: Word.Type,
        _ raw: UnsafeRawPointer,
        _ base: UnsafeRawPointer,
        _ length: Int
    ) -> UInt64 {
        // A block has fewer words than this counter holds; a comparison would become a branch that nobody can predict.
        var changed: UInt32 = 0
        for index in 0..<length {
            let offset = index &* MemoryLayout<Word>.size
            let word = raw.loadUnaligned(fromByteOffset: offset, as: Word.self)
            let difference = word ^ base.loadUnaligned(fromByteOffset: offset, as: Word.self)
            changed &+= UInt32(truncatingIfNeeded: min(difference, 1))
        }
        return UInt64(changed)
    }

    /// Moves the pairs of finite values together; returns how many those are.
    private func keepFinite(
        _ values: UnsafeMutablePointer<Double>,
        _ baseValues: UnsafeMutablePointer<Double>,
        _ length: Int
    ) -> Int {
        var kept = 0
        for index in 0..<length where values[index].isFinite && baseValues[index].isFinite {
            (values[kept], baseValues[kept]) = (values[index], baseValues[index])
            kept += 1
        }
        return kept
    }
}
