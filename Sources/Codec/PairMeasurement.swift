package import ModelCore

/// What there is to know of a stretch of a tensor and of an earlier version's, of whatever types: how far the two are
/// apart, and what each is like.
///
/// Every element is widened once for all of it. To be joined as its parts are, which come out as they do by themselves.
package struct PairMeasurement: Hashable, Sendable {
    /// How far the two are apart; of different types, those elements changed whose values differ.
    package private(set) var comparison = ComparisonAccumulator()
    /// What each is like.
    package private(set) var statistics = StatisticsAccumulator(), baseStatistics = StatisticsAccumulator()

    /// Creates the measurement of no elements.
    package init() {}

    /// Measures two stretches of as many elements each; `nil` for other lengths, and for types whose elements are no
    /// single numbers, or not known.
    package init?(
        _ raw: UnsafeRawBufferPointer,
        of type: DataType,
        base: UnsafeRawBufferPointer,
        of baseType: DataType
    ) {
        guard PairMeasurement.measures(type, baseType), let width = type.elementWidth,
            let baseWidth = baseType.elementWidth, raw.count / width == base.count / baseWidth
        else { return nil }
        // SAFETY: both have `count` elements of their widths, as was just compared, so that no block reaches beyond
        // either; `blocks` has room for two of the longest.
        guard let start = raw.baseAddress, let baseStart = base.baseAddress else { return }
        let count = raw.count / width
        let length = BlockLanes.blockLength
        withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * length) { blocks in
            guard let values = blocks.baseAddress else { return }
            for first in stride(from: 0, to: count, by: length) {
                let one = (type: type, raw: start + first * width)
                let other = (type: baseType, raw: baseStart + first * baseWidth)
                add(one, other, min(length, count - first), values, values + length)
            }
        }
    }

    /// Measures a stretch that is the same in both; `nil` for types whose elements are no single numbers, or not known.
    package init?(unchanged raw: UnsafeRawBufferPointer, of type: DataType) {
        guard let statistics = StatisticsAccumulator(raw, of: type) else { return nil }
        comparison = ComparisonAccumulator(unchanged: statistics)
        self.statistics = statistics
        baseStatistics = statistics
    }

    /// Whether elements of two types are numbers that can be compared.
    package static func measures(_ type: DataType, _ baseType: DataType) -> Bool {
        ElementConversion.reads(type) && ElementConversion.reads(baseType)
    }

    /// Adds the elements that come next.
    package mutating func append(_ next: PairMeasurement) {
        comparison.append(next.comparison)
        statistics.append(next.statistics)
        baseStatistics.append(next.baseStatistics)
    }

    private mutating func add(
        _ one: (type: DataType, raw: UnsafeRawPointer),
        _ other: (type: DataType, raw: UnsafeRawPointer),
        _ length: Int,
        _ values: UnsafeMutablePointer<Double>,
        _ baseValues: UnsafeMutablePointer<Double>
    ) {
        func convert() {
            ElementConversion.convert(one.type, one.raw, length, into: values)
            ElementConversion.convert(other.type, other.raw, length, into: baseValues)
        }
        convert()
        let changed =
            one.type == other.type
            ? ComparisonAccumulator.changed(one.type, one.raw, other.raw, length)
            : PairMeasurement.changed(values, baseValues, length)
        if !comparison.add(values, baseValues, length, changed: changed) { convert() }
        statistics.add(values, length)
        baseStatistics.add(baseValues, length)
    }

    /// Counts the values that differ; what is no number is like what is none.
    private static func changed(
        _ values: UnsafePointer<Double>,
        _ baseValues: UnsafePointer<Double>,
        _ length: Int
    ) -> UInt64 {
        var changed: UInt64 = 0
        for index in 0..<length {
            let (value, base) = (values[index], baseValues[index])
            if value != base, !value.isNaN || !base.isNaN { changed += 1 }
        }
        return changed
    }
}
