/// What a metric came to: its last value, and between which values it was.
package struct MetricSummary: Sendable, Hashable, Codable {
    /// The value of the last step; of several with that step, the one that was recorded last.
    package let value: Double
    /// The last step.
    package let step: Int64
    /// The smallest value that is a number; `value` where none is.
    package let minimum: Double
    /// The largest value that is a number; `value` where none is.
    package let maximum: Double
    /// How many points there are.
    package let count: Int

    /// Sums up points; `nil` where there are none.
    package init?(_ points: [MetricPoint]) {
        guard var last = points.first else { return nil }
        var (least, most) = (Double.infinity, -Double.infinity)
        for point in points {
            if point.step >= last.step { last = point }
            // A comparison with NaN is false either way.
            if point.value < least { least = point.value }
            if point.value > most { most = point.value }
        }
        value = last.value
        step = last.step
        minimum = least <= most ? least : last.value
        maximum = least <= most ? most : last.value
        count = points.count
    }

    /// Creates the summary of one value, as of a metric without a history.
    package init(value: Double) {
        self.value = value
        step = 0
        minimum = value
        maximum = value
        count = 1
    }
}
