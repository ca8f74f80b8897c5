import Deployment
import Monitoring
import NIOCore
import Synchronization
import SystemPackage

/// A release and the process that serves it: what it is at, where it is reached, and how many requests it works on.
///
/// Any thread may call it.
final class ServedRelease: Sendable {
    /// Where a process of the release is reached; a process that is started again is another place.
    struct Place: Sendable {
        /// The address.
        let address: SocketAddress
        /// How many processes there were before.
        let generation: Int
    }

    private struct State {
        var phase = GatewayStatus.Child.State.starting
        var place: Place?
        var inFlight = 0
        var restarts = 0
        var process: Int32?
    }

    /// What it is.
    let seal: ReleaseSeal
    /// Its files.
    let directory: FilePath
    /// What it is asked and answers, for who looks for drift.
    let window: TrafficWindow
    /// Its version's counts.
    let metrics: RequestMetrics
    /// The header fields that its answers get.
    let fields: [(String, String)]

    private let state = Mutex(State())

    init(_ seal: ReleaseSeal, directory: FilePath, window: TrafficWindow, metrics: RequestMetrics) {
        self.seal = seal
        self.directory = directory
        self.window = window
        self.metrics = metrics
        fields = [("x-model-name", seal.model), ("x-model-version", seal.version), ("x-model-digest", seal.digest)]
    }

    /// Begins a request, if the release is ready for one; `end` has to follow.
    func begin() -> Place? {
        state.withLock { state in
            guard state.phase == .ready, let place = state.place else { return nil }
            state.inFlight += 1
            return place
        }
    }

    /// Ends a request.
    func end() { state.withLock { $0.inFlight -= 1 } }

    /// How many requests it works on.
    var inFlight: Int { state.withLock { $0.inFlight } }

    /// What it is at.
    var phase: GatewayStatus.Child.State { state.withLock { $0.phase } }

    /// Lets requests come, to a process that was tried.
    func becomeReady(at address: SocketAddress, process: Int32?) {
        state.withLock { state in
            state.place = Place(address: address, generation: state.restarts)
            state.process = process
            if state.phase != .draining { state.phase = .ready }
        }
    }

    /// Lets no more requests come: its process ended.
    func becomeFailing() {
        state.withLock { state in
            state.place = nil
            state.process = nil
            if state.phase != .draining { state.phase = .failing }
        }
    }

    /// Notes that a process is started in place of the one that ended.
    func countRestart() {
        state.withLock { $0.restarts += 1 }
        metrics.countRestart()
    }

    /// Lets no more requests come, for good.
    func becomeDraining() { state.withLock { $0.phase = .draining } }

    /// Returns what it is at, for who asks the gateway.
    func status(percent: Int) -> GatewayStatus.Child {
        state.withLock { state in
            GatewayStatus.Child(
                release: seal.release,
                model: seal.model,
                version: seal.version,
                digest: seal.digest,
                process: state.process,
                state: state.phase,
                percent: percent,
                restarts: state.restarts
            )
        }
    }
}
