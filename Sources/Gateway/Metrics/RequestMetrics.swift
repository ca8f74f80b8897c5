import Synchronization

/// The counts of one version's requests, for as long as the gateway runs; any thread may call it.
///
/// How long they took is counted by the release's `TrafficWindow`.
package final class RequestMetrics: Sendable {
    /// What requests are counted by.
    struct Key: Hashable, Sendable {
        let endpoint: String
        let status: Int
    }

    /// The counts at a moment.
    struct Counts: Sendable {
        var requests: [Key: Int] = [:]
        var restarts = 0
        var loadSeconds: Double = 0
    }

    /// The model's name.
    package let model: String
    /// The version.
    package let version: String
    private let state = Mutex(Counts())

    /// Creates the counts of a version, which are zero.
    package init(model: String, version: String) {
        self.model = model
        self.version = version
    }

    /// Counts a request that was answered, or could not be.
    package func count(endpoint: String, status: Int) {
        state.withLock { $0.requests[Key(endpoint: endpoint, status: status), default: 0] += 1 }
    }

    /// Counts that a process was started again after it ended by itself.
    package func countRestart() { state.withLock { $0.restarts += 1 } }

    /// Notes how long it took from the start of a process until it was ready.
    package func note(loadSeconds: Double) { state.withLock { $0.loadSeconds = loadSeconds } }

    /// The counts so far.
    var counts: Counts { state.withLock { $0 } }
}
