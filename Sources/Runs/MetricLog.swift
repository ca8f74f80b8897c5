/// What was recorded of metrics, each name's points in the order in which they came.
package struct MetricLog: Sendable, Equatable {
    /// The points, by the metric's name.
    package private(set) var series: [String: [MetricPoint]] = [:]
    /// How many lines, rows or records could not be read, as one that is not complete yet.
    package var unreadableCount = 0

    /// Creates an empty log.
    package init() {}

    /// Whether nothing was recorded.
    package var isEmpty: Bool { series.isEmpty }

    /// Adds a point at its name's end; one without a step comes a step after the last.
    package mutating func add(_ name: String, _ value: Double, step: Int64? = nil, time: Timestamp? = nil) {
        let last = series[name]?.last?.step
        let point = MetricPoint(step: step ?? last.map { $0 &+ 1 } ?? 0, value: value, time: time)
        series[name, default: []].append(point)
    }

    /// Adds the metrics of another log whose names this one does not have, for several files may tell of one metric; those that it
    /// has are added by the name that `other` gives them, if any.
    package mutating func fill(from log: MetricLog, other: (String) -> String? = { _ in nil }) {
        for (name, points) in log.series {
            if series[name] == nil {
                series[name] = points
            } else if let name = other(name), series[name] == nil {
                series[name] = points
            }
        }
        unreadableCount += log.unreadableCount
    }

    /// Adds all points of a log that goes on where this one ends.
    mutating func append(_ log: MetricLog) {
        series.merge(log.series) { $0 + $1 }
        unreadableCount += log.unreadableCount
    }

    /// The last step of any metric.
    var lastStep: Int64 { series.values.lazy.flatMap { $0 }.map(\.step).max() ?? .min }

    /// What each metric came to.
    package var summaries: [String: MetricSummary] { series.compactMapValues(MetricSummary.init) }
}
