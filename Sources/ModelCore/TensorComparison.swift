/// How far a tensor's values are from those of an earlier version of it.
///
/// Elements that are not finite in one of the two count as changed where their bytes differ, and otherwise not at all.
package struct TensorComparison: Hashable, Sendable {
    /// Numbers of elements in all, and of those whose bytes differ.
    package var count: UInt64, changed: UInt64
    /// The Euclidean norm of the difference over that of the earlier values; infinite where those are all zero and the
    /// others are not.
    package var relativeDistance: Double
    /// The largest absolute difference of two elements.
    package var maximumDifference: Double
    /// The cosine of the angle between the two as vectors: 1 if both are zero, 0 if one is.
    package var cosine: Double

    /// Creates a comparison from all its figures.
    package init(
        count: UInt64,
        changed: UInt64,
        relativeDistance: Double,
        maximumDifference: Double,
        cosine: Double
    ) {
        self.count = count
        self.changed = changed
        self.relativeDistance = relativeDistance
        self.maximumDifference = maximumDifference
        self.cosine = cosine
    }

    /// The share of elements that changed, 0 of none.
    package var changedShare: Double { count == 0 ? 0 : Double(changed) / Double(count) }
}
