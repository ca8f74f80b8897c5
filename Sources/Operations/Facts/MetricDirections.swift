import ModelCore
import Registry
import Runs

/// Which values of metrics are better: as somebody configured it, else as their names suggest.
struct MetricDirections: Sendable {
    private let configuration: Configuration

    init(_ configuration: Configuration) { self.configuration = configuration }

    /// Returns which values of a metric are better; `nil` where nobody knows.
    func direction(of metric: String) -> MetricDirection? {
        configuration.direction(ofMetric: metric).flatMap { MetricDirection(rawValue: $0) }
            ?? MetricDirection(usualFor: metric)
    }

    /// Returns what to say of a metric's configuration that means nothing.
    func problem(of metric: String) -> String? {
        guard let text = configuration.direction(ofMetric: metric), MetricDirection(rawValue: text) == nil else {
            return nil
        }
        let words = MetricDirection.allCases.map(\.rawValue).joined(separator: " nor ")
        return "metric.\(metric).direction is \(QuotedPath.encode(text)), which is neither \(words)"
    }
}
