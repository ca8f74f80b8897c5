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

    /// Adds the metrics of another log, each by the first of the names that `names` gives it which this one does not
    /// have, for several files may tell of one metric; one whose names are all taken, in whatever spelling, is left
    /// out.
    package mutating func fill(from log: MetricLog, names: (String) -> [String] = { [$0] }) {
        // Of the other log every name counts: whoever wrote `a/b` and `a.b` into one file meant two.
        let taken = Set(series.keys.map(NestedName.key))
        for (name, points) in log.series {
            let free = names(name).first { series[$0] == nil && !taken.contains(NestedName.key($0)) }
            if let free { series[free] = points }
        }
        unreadableCount += log.unreadableCount
    }

    /// Adds all points of a log, whose points take the place of those of the same step, as of a training that went on
    /// from there.
    mutating func overlay(_ log: MetricLog) {
        for (name, points) in log.series {
            guard let own = series[name] else {
                series[name] = points
                continue
            }
            let steps = Set(points.map(\.step))
            series[name] = (own.filter { !steps.contains($0.step) } + points).sorted { $0.step < $1.step }
        }
        unreadableCount += log.unreadableCount
    }

    /// The last step of any metric.
    var lastStep: Int64 { series.values.lazy.flatMap { $0 }.map(\.step).max() ?? .min }

    /// What each metric came to.
    package var summaries: [String: MetricSummary] { series.compactMapValues(MetricSummary.init) }
}
