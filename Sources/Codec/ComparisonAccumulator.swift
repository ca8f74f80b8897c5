package import ModelCore

/// The comparison of a stretch of a tensor with an earlier version that can be joined to that of the next stretch.
///
/// To be used as `StatisticsAccumulator` is, and as fast.
package struct ComparisonAccumulator: Hashable, Sendable {
    private var count: UInt64 = 0, changed: UInt64 = 0
    private var distance = 0.0, squares = 0.0, baseSquares = 0.0, maximum = 0.0

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

    /// Compares a frame with itself, whose statistics say all that there is to know.
    package init(unchanged statistics: StatisticsAccumulator) {
        count = statistics.elementCount
        squares = statistics.sumOfSquares
        baseSquares = squares
    }

    /// Adds the elements that come next.
    package mutating func append(_ next: ComparisonAccumulator) {
        count += next.count
        changed += next.changed
        distance += next.distance
        squares += next.squares
        baseSquares += next.baseSquares
        maximum = max(maximum, next.maximum)
    }

    /// The comparison.
    package var comparison: TensorComparison {
        let norms = squares.squareRoot() * baseSquares.squareRoot()
        // By the law of cosines; a sum of products would be one more to keep in registers that there are not.
        let product = (squares + baseSquares - distance) / 2
        let isZero = squares == 0 && baseSquares == 0
        return TensorComparison(
            count: count,
            changed: changed,
            distance: ComparisonAccumulator.root(distance),
            norm: ComparisonAccumulator.root(squares),
            baseNorm: ComparisonAccumulator.root(baseSquares),
            maximumDifference: maximum,
            cosine: norms > 0 && product.isFinite ? max(-1, min(1, product / norms)) : isZero ? 1 : 0
        )
    }

    /// Overflow makes not numbers of differences of infinities.
    private static func root(_ square: Double) -> Double { square.isNaN ? .infinity : square.squareRoot() }

    private mutating func add(
        _ type: DataType,
        _ raw: UnsafeRawPointer,
        _ base: UnsafeRawPointer,
        _ length: Int,
        _ values: UnsafeMutablePointer<Double>,
        _ baseValues: UnsafeMutablePointer<Double>
    ) {
        changed += ComparisonAccumulator.changed(type, raw, base, length)
        ElementConversion.convert(type, raw, length, into: values)
        ElementConversion.convert(type, base, length, into: baseValues)
        addDistances(values, baseValues, length)
    }

    /// Adds a block of pairs of values, of which so many count as changed.
    ///
    /// Returns `false` where not all are finite: the blocks then hold something else.
    mutating func add(
        _ values: UnsafeMutablePointer<Double>,
        _ baseValues: UnsafeMutablePointer<Double>,
        _ length: Int,
        changed: UInt64
    ) -> Bool {
        count += UInt64(length)
        self.changed += changed
        return addDistances(values, baseValues, length)
    }

    @discardableResult
    private mutating func addDistances(
        _ values: UnsafeMutablePointer<Double>,
        _ baseValues: UnsafeMutablePointer<Double>,
        _ length: Int
    ) -> Bool {
        var sums = ComparisonLanes(values, baseValues, length)
        let isFinite = sums.isFinite
        if !isFinite {
            sums = ComparisonLanes(values, baseValues, keepFinite(values, baseValues, length))
        }
        distance += BlockLanes.total(sums.distance)
        squares += BlockLanes.total(sums.squares)
        baseSquares += BlockLanes.total(sums.baseSquares)
        maximum = max(maximum, sums.maximum)
        return isFinite
    }

    /// Counts the elements whose bytes differ.
    static func changed(
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

    /// Counts without a comparison, which would become a branch that nobody can predict, or a vector's minimum, which
    /// SSE2 lacks.
    @inline(__always)
    private static func changed<Word: FixedWidthInteger & UnsignedInteger>(
        _: Word.Type,
        _ raw: UnsafeRawPointer,
        _ base: UnsafeRawPointer,
        _ length: Int
    ) -> UInt64 {
        // As many words as the narrowest counter holds.
        let stretch = 128
        var changed: UInt64 = 0
        for first in stride(from: 0, to: length, by: stretch) {
            var count: Word = 0
            for index in first..<min(length, first &+ stretch) {
                let offset = index &* MemoryLayout<Word>.size
                let word = raw.loadUnaligned(fromByteOffset: offset, as: Word.self)
                let difference = word ^ base.loadUnaligned(fromByteOffset: offset, as: Word.self)
                // The highest bit of a number or of its negative is set, unless it is zero.
                count &+= (difference | (0 &- difference)) &>> Word(Word.bitWidth - 1)
            }
            changed += UInt64(count)
        }
        return changed
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
