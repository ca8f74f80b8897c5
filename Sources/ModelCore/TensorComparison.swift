/// How far a tensor's values are from those of an earlier version of it.
///
/// Elements that are not finite in one of the two count as changed where their bytes differ, and otherwise not at all.
package struct TensorComparison: Hashable, Sendable {
    /// Numbers of elements in all, and of those whose bytes differ.
    package var count: UInt64, changed: UInt64
    /// Euclidean norms of the difference, of the values and of the earlier values; infinite where they are too large.
    package var distance: Double, norm: Double, baseNorm: Double
    /// The largest absolute difference of two elements.
    package var maximumDifference: Double
    /// The cosine of the angle between the two as vectors: 1 if both are zero, 0 if one is.
    package var cosine: Double

    /// Creates a comparison from all its figures.
    package init(
        count: UInt64,
        changed: UInt64,
        distance: Double,
        norm: Double,
        baseNorm: Double,
        maximumDifference: Double,
        cosine: Double
    ) {
        self.count = count
        self.changed = changed
        self.distance = distance
        self.norm = norm
        self.baseNorm = baseNorm
        self.maximumDifference = maximumDifference
        self.cosine = cosine
    }

    /// The share of elements that changed, 0 of none.
    package var changedShare: Double { count == 0 ? 0 : Double(changed) / Double(count) }

    /// The norm of the difference over that of the earlier values; infinite where those are all zero and the others are
    /// not.
    package var relativeDistance: Double {
        let relative = distance == 0 ? 0 : distance / baseNorm
        return relative.isNaN ? .infinity : relative
    }

    /// The comparison of the earlier values with these.
    package var reversed: TensorComparison {
        var reversed = self
        (reversed.norm, reversed.baseNorm) = (baseNorm, norm)
        return reversed
    }
}

extension TensorComparison {
    init(from reader: inout ByteReader) throws(FormatError) {
        count = try reader.integer(UInt64.self)
        changed = try reader.integer(UInt64.self)
        distance = try reader.double()
        norm = try reader.double()
        baseNorm = try reader.double()
        maximumDifference = try reader.double()
        cosine = try reader.double()
        let lengths = [distance, norm, baseNorm, maximumDifference]
        guard changed <= count, lengths.allSatisfy({ $0 >= 0 }), (-1...1).contains(cosine) else {
            throw reader.malformed("its figures are none of a comparison")
        }
    }

    func encode(into writer: inout ByteWriter) {
        for number in [count, changed] { writer.integer(number) }
        for number in [distance, norm, baseNorm, maximumDifference, cosine] { writer.double(number) }
    }
}
