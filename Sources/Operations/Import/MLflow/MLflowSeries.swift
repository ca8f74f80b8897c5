import Migration
import Runs
import SystemIO
import SystemPackage

/// The points of a run's metrics on their way into a file, one metric after the other, so that the longest one is all
/// that is in memory.
struct MLflowSeries {
    /// How many points become lines at a time.
    private static let pointsAtOnce = 100_000

    /// Where the points are, as lines that `MetricLines` reads.
    let file: FilePath
    /// What each metric came to.
    private(set) var summaries: [String: MetricSummary] = [:]
    /// How many lines of MLflow's could not be read.
    private(set) var unreadableCount = 0
    /// What could not be read at all, as clauses.
    private(set) var problems: [String] = []

    /// Reads the metrics of a run into a new file.
    init(
        of run: MLflowRunFacts,
        from source: some MLflowSource,
        to file: FilePath,
        on pool: WorkerPool
    ) async throws {
        self.file = file
        var summaries: [String: MetricSummary] = [:]
        var unreadable = 0
        problems = try await source.readMetrics(of: run) { name, log in
            unreadable += log.unreadableCount
            let points = MLflowSeries.ordered(log.series[name] ?? [])
            guard let summary = MetricSummary(points) else { return }
            summaries[name] = summary
            try await pool.run { try MLflowSeries.append(points, named: name, to: file) }
        }
        self.summaries = summaries
        unreadableCount = unreadable
    }

    /// Returns points so that the last one is what MLflow calls the latest: by step, then time, then value.
    ///
    /// Files have them as they were logged, databases in any order.
    static func ordered(_ points: [MetricPoint]) -> [MetricPoint] {
        func precedes(_ left: MetricPoint, _ right: MetricPoint) -> Bool {
            if left.step != right.step { return left.step < right.step }
            let times = (left.time?.milliseconds ?? 0, right.time?.milliseconds ?? 0)
            if times.0 != times.1 { return times.0 < times.1 }
            // Of two that are no numbers, neither comes first.
            return (left.value.isNaN ? -.infinity : left.value) < (right.value.isNaN ? -.infinity : right.value)
        }
        let isOrdered = zip(points, points.dropFirst()).allSatisfy { !precedes($1, $0) }
        return isOrdered ? points : points.sorted(by: precedes)
    }

    private static func append(_ points: [MetricPoint], named name: String, to file: FilePath) throws(IOError) {
        for start in stride(from: 0, to: points.count, by: pointsAtOnce) {
            var log = MetricLog()
            for point in points[start..<min(start + pointsAtOnce, points.count)] {
                log.add(name, point.value, step: point.step, time: point.time)
            }
            try DurableFile.append(log.lines, to: file)
        }
    }
}
