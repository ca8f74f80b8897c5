/// What went on in a stretch of time, as rules need it.
package struct WindowStatistics: Codable, Sendable, Hashable {
    /// The length of the stretch, in seconds.
    package var seconds: Int
    /// Of how many seconds of these something is known; less than all where the release is not there that long, 0 for
    /// nothing.
    package var covered: Int
    /// How many requests were answered.
    package var requests = 0
    /// How many of these with a status of 500 or more.
    package var errors = 0
    /// The upper bounds of the latency's buckets but the last, in seconds, ascending.
    package var latencyBounds: [Double]
    /// How many requests were in each bucket, one more than there are bounds; not summed up.
    package var latencyCounts: [Int]
    /// The sum of all latencies, in seconds.
    package var latencySum = 0.0
    /// How many values were in each bin of a feature: as `FeatureBins` has them, or as `FeatureProfile.counts`; behind
    /// these, how many were missing.
    package var features: [String: [Int]] = [:]
    /// The same of the predictions; empty where there are none.
    package var predictions: [Int] = []
    /// How many rows of payloads were looked at.
    package var observed = 0

    /// The bounds that gateways and logs are counted by, in seconds; of what took longer than the last is not known how
    /// long.
    package static let bounds = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60, 120,
    ]

    /// Creates statistics of a stretch in which nothing went on.
    package init(seconds: Int, bounds: [Double] = WindowStatistics.bounds) {
        self.seconds = seconds
        covered = seconds
        latencyBounds = bounds
        latencyCounts = Array(repeating: 0, count: bounds.count + 1)
    }
}
