package import ModelCore

/// Statistics of a stretch of a tensor that can be joined to those of the next stretch.
///
/// Make one for each frame, on any thread, and append them in the order of the frames: the result then depends on the
/// bytes and on how they were cut, not on who did what when.
package struct StatisticsAccumulator: Hashable, Sendable {
    private var count: UInt64 = 0, zeros: UInt64 = 0, notNumbers: UInt64 = 0, infinities: UInt64 = 0
    private var finite = 0.0, mean = 0.0, squares = 0.0
    private var minimum = Double.infinity, maximum = -Double.infinity

    /// Creates the statistics of no elements.
    package init() {}

    /// Creates the statistics of a frame; `nil` for types whose elements are no single numbers, or not known.
    ///
    /// Bytes behind the last whole element do not count. Runs at some gigabytes a second.
    package init?(_ raw: UnsafeRawBufferPointer, of type: DataType) {
        guard ElementConversion.reads(type), let width = type.elementWidth else { return nil }
        guard let start = raw.baseAddress else { return }
        let count = raw.count / width
        withUnsafeTemporaryAllocation(of: Double.self, capacity: BlockLanes.blockLength) { block in
            guard let values = block.baseAddress else { return }
            for first in stride(from: 0, to: count, by: BlockLanes.blockLength) {
                let length = min(BlockLanes.blockLength, count - first)
                ElementConversion.convert(type, start + first * width, length, into: values)
                add(values, length)
            }
        }
    }

    /// Adds the elements that come next.
    package mutating func append(_ next: StatisticsAccumulator) {
        count += next.count
        zeros += next.zeros
        notNumbers += next.notNumbers
        infinities += next.infinities
        join(next.finite, mean: next.mean, squares: next.squares)
        minimum = min(minimum, next.minimum)
        maximum = max(maximum, next.maximum)
    }

    /// The statistics: of no finite element all zero; infinite where the elements are too large for sums of squares.
    package var statistics: TensorStatistics {
        let isEmpty = finite == 0
        return TensorStatistics(
            count: count,
            zeros: zeros,
            notNumbers: notNumbers,
            infinities: infinities,
            // Which infinity it would be, if it is one at all, hangs on how the elements were cut.
            mean: mean.isFinite ? mean : .infinity,
            standardDeviation: isEmpty ? 0 : StatisticsAccumulator.root(squares / finite),
            minimum: isEmpty ? 0 : minimum,
            maximum: isEmpty ? 0 : maximum,
            norm: StatisticsAccumulator.root(sumOfSquares)
        )
    }

    /// The number of elements.
    var elementCount: UInt64 { count }

    /// The sum of the squares of the finite elements.
    var sumOfSquares: Double { squares + finite * mean * mean }

    /// Overflow makes not numbers of differences of infinities.
    private static func root(_ square: Double) -> Double { square.isNaN ? .infinity : square.squareRoot() }

    /// Adds a block of values, at least one; where not all are finite, the block then holds something else.
    mutating func add(_ values: UnsafeMutablePointer<Double>, _ length: Int) {
        count += UInt64(length)
        var length = length
        var extent = BlockLanes.extent(values, length)
        if !extent.sum.isFinite {
            length = keepFinite(values, length)
            guard length > 0 else { return }
            extent = BlockLanes.extent(values, length)
        }
        zeros += extent.zeros
        let mean = extent.sum / Double(length)
        join(Double(length), mean: mean, squares: BlockLanes.squares(values, length, around: mean))
        minimum = min(minimum, extent.minimum)
        maximum = max(maximum, extent.maximum)
    }

    /// Chan, Golub and LeVeque: exact but for rounding, however far the two means are apart.
    private mutating func join(_ otherCount: Double, mean other: Double, squares otherSquares: Double) {
        guard otherCount > 0 else { return }
        let total = finite + otherCount
        let distance = other - mean
        squares += otherSquares + distance * distance * (finite * otherCount / total)
        mean += distance * (otherCount / total)
        finite = total
    }

    /// Counts what is not finite and moves the rest together; returns how many those are.
    private mutating func keepFinite(_ values: UnsafeMutablePointer<Double>, _ length: Int) -> Int {
        var kept = 0
        for index in 0..<length {
            let value = values[index]
            if value.isNaN {
                notNumbers += 1
            } else if value.isInfinite {
                infinities += 1
            } else {
                values[kept] = value
                kept += 1
            }
        }
        return kept
    }
}

extension StatisticsAccumulator {
    /// Reads what `encode` wrote, to the last bit.
    package init(from reader: inout ByteReader) throws(FormatError) {
        count = try reader.integer(UInt64.self)
        zeros = try reader.integer(UInt64.self)
        notNumbers = try reader.integer(UInt64.self)
        infinities = try reader.integer(UInt64.self)
        finite = try reader.double()
        mean = try reader.double()
        squares = try reader.double()
        minimum = try reader.double()
        maximum = try reader.double()
    }

    /// Writes everything that joining goes by.
    package func encode(into writer: inout ByteWriter) {
        for number in [count, zeros, notNumbers, infinities] { writer.integer(number) }
        for number in [finite, mean, squares, minimum, maximum] { writer.double(number) }
    }
}
