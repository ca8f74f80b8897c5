import Deployment
import FoundationEssentials
import ModelCore
import Monitoring
import SystemIO
import SystemPackage
import Transport

/// Asks a source what went on.
struct MonitorStatistics: Sendable {
    let workspace: Workspace
    let target: DeploymentTarget
    let settings: MonitorSettings
    let release: MonitoredRelease

    /// The shortest time after a deployment of which something is said.
    private static let shortest = 10
    /// How much later than the deployment a gateway may begin to count without a word, as it had to load the release
    /// first.
    private static let patience = 60

    /// Returns what went on in the last seconds, as far as it is of the release; throws where the source does not say.
    ///
    /// What went on before the release was put there, maybe of its own earlier stay, does not count. A gateway that was
    /// started again knows less: since when it counts comes as a remark.
    func ask(over seconds: Int) async throws -> (statistics: WindowStatistics, remark: String?) {
        let known = min(seconds, age ?? seconds)
        guard known >= MonitorStatistics.shortest else {
            var nothing = WindowStatistics(seconds: seconds)
            nothing.covered = 0
            return (nothing, nil)
        }
        var statistics = try await answer(over: known)
        statistics.covered = min(statistics.covered, known)
        guard case .gateway = settings.source, known - statistics.covered > MonitorStatistics.patience else {
            return (statistics, nil)
        }
        let start = CivilDate.time(
            secondsSince1970: workspace.context.now() / 1_000_000_000 - Int64(statistics.covered)
        )
        return (
            statistics, "the gateway of \(target.name) counts since \(start) only: what was before that is not known"
        )
    }

    /// How many seconds ago the release was put there; `nil` where that is not known, or still to come by the clock.
    private var age: Int? {
        guard let start = release.event.flatMap({ CivilDate.secondsSince1970(parsing: $0.at) }) else { return nil }
        let age = workspace.context.now() / 1_000_000_000 - start
        return age < 0 ? nil : Int(clamping: age)
    }

    private func answer(over seconds: Int) async throws -> WindowStatistics {
        switch settings.source {
        case .gateway: return try await gateway(over: seconds)
        case .prometheus(let url, let labels):
            let query = try PrometheusQuery(
                url,
                labels: labels + [("model", release.model), ("version", release.version)],
                transport: try transport()
            )
            return try await query.statistics(over: seconds, profile: needsProfile ? release.profile : nil)
        case .log(let path):
            let reader = RequestLogReader(path, profile: needsProfile ? release.profile : nil, paths: settings.paths)
            let (time, model, version) = (workspace.context.now(), release.model, release.version)
            return try await workspace.pool.run {
                try reader.statistics(over: seconds, at: time, model: model, version: version)
            }
        }
    }

    private var needsProfile: Bool { settings.rules.contains(where: \.comparesValues) }

    private func transport() throws -> HTTPTransport {
        HTTPTransport(
            try TransportSettings(environment: workspace.context.environment),
            pool: workspace.pool,
            cancellation: workspace.context.cancellation
        )
    }

    private func gateway(over seconds: Int) async throws -> WindowStatistics {
        guard let root = try workspace.localPlace(of: target) else {
            throw Failure(.failed, "\(target.name) is on another host; a gateway is asked where it runs")
        }
        let socket = TargetLayout(root).gatewaySocket
        guard try FileStatus.of(socket) != nil else {
            throw Failure(.unreachable, "no gateway runs in \(root): there is no \(socket)")
        }
        let url = HTTPAddress.url(
            ofSocket: socket.string,
            path: "/stats?window=\(seconds)&release=\(release.release)"
        )
        let response = try await transport().send(HTTPRequest(.get, url), answerLimit: 16 << 20)
        guard response.isSuccess else {
            throw Failure(.failed, "the gateway answered \(response.status): \(response.text.prefix(200))")
        }
        return try JSONDecoder().decode(WindowStatistics.self, from: Data(response.bytes))
    }
}
