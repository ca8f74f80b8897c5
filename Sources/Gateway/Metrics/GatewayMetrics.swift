import Deployment
import Monitoring
import Synchronization

/// All that a gateway counts, and its page for Prometheus.
final class GatewayMetrics: Sendable {
    private struct Name: Hashable {
        let model: String
        let version: String
    }

    private static let requests = PrometheusWriter.Family(
        "gitmodel_requests_total",
        .counter,
        "Requests for the model, by what they asked for and the status they got."
    )
    private static let turnedAway = PrometheusWriter.Family(
        "gitmodel_requests_turned_away_total",
        .counter,
        "Requests that the gateway had no room for; they count for no version."
    )
    private static let restarts = PrometheusWriter.Family(
        "gitmodel_child_restarts_total",
        .counter,
        "How often the serve command was started again after it ended."
    )
    private static let load = PrometheusWriter.Family(
        "gitmodel_model_load_seconds",
        .gauge,
        "Time from the start of the serve command until the model was ready."
    )
    private static let info = PrometheusWriter.Family(
        "gitmodel_model_info",
        .gauge,
        "The releases that the gateway has started; 1 for each."
    )
    private static let share = PrometheusWriter.Family(
        "gitmodel_traffic_percent",
        .gauge,
        "The share of the traffic that a release gets."
    )
    private static let inFlight = PrometheusWriter.Family(
        "gitmodel_requests_in_flight",
        .gauge,
        "Requests that are being worked on."
    )
    private static let queued = PrometheusWriter.Family(
        "gitmodel_requests_queued",
        .gauge,
        "Requests that wait until others end."
    )
    private static let connections = PrometheusWriter.Family(
        "gitmodel_connections",
        .gauge,
        "Clients that are connected."
    )
    private static let dropped = PrometheusWriter.Family(
        "gitmodel_log_lines_dropped_total",
        .counter,
        "Lines of the request log, and payloads, that were dropped."
    )

    private let versions = Mutex<[Name: RequestMetrics]>([:])
    private let turnedAwayCount = Atomic(0)

    /// Counts a request that there was no room for.
    func countTurnedAway() { turnedAwayCount.add(1, ordering: .relaxed) }

    /// Returns the counts of a version, which go on when the version comes back.
    func counts(model: String, version: String) -> RequestMetrics {
        versions.withLock { versions in
            let name = Name(model: model, version: version)
            if let counts = versions[name] { return counts }
            let counts = RequestMetrics(model: model, version: version)
            versions[name] = counts
            return counts
        }
    }

    /// What is true at a moment and counted elsewhere.
    struct Moment {
        var releases: [(release: ServedRelease, percent: Int)]
        var inFlight: Int
        var queued: Int
        var connections: Int
        var dropped: Int
    }

    /// Returns the page of a time of the monotonic clock, in nanoseconds.
    func page(_ moment: Moment, at time: Int64) -> String {
        var text = PrometheusWriter()
        for counts in versions.withLock({ Array($0.values) }).sorted(by: { $0.version < $1.version }) {
            GatewayMetrics.add(counts, to: &text)
        }
        text.add(GatewayMetrics.turnedAway, [], turnedAwayCount.load(ordering: .relaxed))
        text.add(GatewayMetrics.inFlight, [], moment.inFlight)
        text.add(GatewayMetrics.queued, [], moment.queued)
        text.add(GatewayMetrics.connections, [], moment.connections)
        text.add(GatewayMetrics.dropped, [], moment.dropped)
        for (release, percent) in moment.releases {
            let seal = release.seal
            let labels = [("model", seal.model), ("version", seal.version)]
            text.add(GatewayMetrics.info, labels + [("digest", seal.digest), ("commit", seal.commit)], 1)
            text.add(GatewayMetrics.share, labels + [("digest", seal.digest)], percent)
        }
        var seen: Set<Name> = []
        // Two releases of one version, whose tag was moved, would be one series twice.
        for (release, _) in moment.releases {
            let (model, version) = (release.seal.model, release.seal.version)
            guard seen.insert(Name(model: model, version: version)).inserted else { continue }
            release.window.write(model: model, version: version, at: time, to: &text)
        }
        return text.text
    }

    private static func add(_ metrics: RequestMetrics, to text: inout PrometheusWriter) {
        let counts = metrics.counts
        let labels = [("model", metrics.model), ("version", metrics.version)]
        let sorted = counts.requests.sorted { ($0.key.endpoint, $0.key.status) < ($1.key.endpoint, $1.key.status) }
        for (key, count) in sorted {
            text.add(requests, labels + [("endpoint", key.endpoint), ("code", "\(key.status)")], count)
        }
        text.add(restarts, labels, counts.restarts)
        text.add(load, labels, counts.loadSeconds)
    }
}
