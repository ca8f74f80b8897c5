/// One value of a metric.
package struct MetricPoint: Sendable, Hashable {
    /// The step, which is what points are ordered by.
    package let step: Int64
    /// The value; it may be no number or infinite.
    package let value: Double
    /// When it was recorded, where the source says so.
    package let time: Timestamp?

    /// Creates a point.
    package init(step: Int64, value: Double, time: Timestamp? = nil) {
        self.step = step
        self.value = value
        self.time = time
    }
}
