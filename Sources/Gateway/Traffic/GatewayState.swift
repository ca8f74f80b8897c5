import Deployment
import NIOCore
import Synchronization

/// What every connection of a gateway shares.
final class GatewayState: Sendable {
    /// The limits.
    let configuration: GatewayConfiguration
    /// What callers have to show; `nil` where nobody has to.
    let token: BearerToken?
    /// Who gets the traffic.
    let traffic = Traffic()
    /// How many requests are worked on.
    let admission: Admission
    /// What is counted.
    let metrics: GatewayMetrics
    /// Where requests are written down.
    let log: RequestLog
    /// How many clients are connected.
    let connections = Atomic(0)
    /// Whether a release wants to see payloads.
    let observesPayloads = Atomic(false)
    /// The version of the gateway, for `/version`.
    let version: String
    /// All releases with their shares, for `/metrics`.
    let releases = Mutex<[ServedRelease]>([])

    init(
        _ configuration: GatewayConfiguration,
        token: BearerToken?,
        metrics: GatewayMetrics,
        log: RequestLog,
        version: String
    ) {
        self.configuration = configuration
        self.token = token
        self.metrics = metrics
        self.log = log
        self.version = version
        admission = Admission(limit: configuration.concurrency)
    }

    /// The page for Prometheus.
    var metricsPage: String {
        let routes = traffic.routes
        let counts = admission.counts
        return metrics.page(
            GatewayMetrics.Moment(
                releases: releases.withLock { $0 }.map { ($0, routes?.percent(of: $0) ?? 0) },
                inFlight: counts.active,
                queued: counts.waiting,
                connections: connections.load(ordering: .relaxed),
                dropped: log.dropped
            ),
            at: Int64(NIODeadline.now().uptimeNanoseconds)
        )
    }
}
