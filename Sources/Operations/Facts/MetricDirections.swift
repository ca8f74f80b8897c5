import ModelCore
import Registry
import Runs

/// Which values of metrics are better: as somebody configured it, else as their names suggest.
struct MetricDirections: Sendable {
    private let configuration: Configuration

    init(_ configuration: Configuration) { self.configuration = configuration }

    /// Returns which values of a metric are better; `nil` where nobody knows.
    func direction(of metric: String) -> MetricDirection? {
        configured(metric).flatMap { MetricDirection(rawValue: $0.text) } ?? MetricDirection(usualFor: metric)
    }

    /// Returns what to say of a metric's configuration that means nothing.
    func problem(of metric: String) -> String? {
        guard let (name, text) = configured(metric), MetricDirection(rawValue: text) == nil else { return nil }
        let words = MetricDirection.allCases.map(\.rawValue).joined(separator: " nor ")
        return "metric.\(name).direction is \(QuotedPath.encode(text)), which is neither \(words)"
    }

    /// Returns what somebody wrote of a metric, and under which spelling of its name: its own, else the first.
    private func configured(_ metric: String) -> (name: String, text: String)? {
        let key = NestedName.key(metric)
        let others = configuration.directedMetrics.filter { $0 != metric && NestedName.key($0) == key }
        for name in [metric] + others {
            if let text = configuration.direction(ofMetric: name) { return (name, text) }
        }
        return nil
    }
}
