package import Deployment
import ModelCore
import Monitoring
import NIOCore
import NIOPosix
import ServiceLifecycle
import SystemIO
import SystemPackage

/// The server in front of a version's own: starts it, watches it, gives it the requests, and changes it for another
/// without a pause.
package struct Gateway: Sendable {
    /// The variable that has the token of callers.
    package static let tokenVariable = "GIT_MODEL_GATEWAY_TOKEN"
    private static let lockPatience = Duration.seconds(1)

    private let configuration: GatewayConfiguration
    private let token: BearerToken?
    private let environment: [String: String]
    private let version: String
    private let layout: TargetLayout

    /// Creates a gateway with the variables that its children get; throws `configuration` and `token`.
    package init(
        _ configuration: GatewayConfiguration,
        environment: [String: String],
        version: String
    ) throws(GatewayError) {
        try Gateway.check(configuration)
        self.configuration = configuration
        self.version = version
        // A child has no use for what its clients have to show.
        self.environment = environment.filter { $0.key != Gateway.tokenVariable }
        layout = TargetLayout(FilePath(configuration.root))
        let given = environment[Gateway.tokenVariable] ?? ""
        token = BearerToken(given)
        guard token != nil || (!configuration.needsToken && given.isEmpty) else {
            throw .token(host: configuration.host)
        }
    }

    private static func check(_ configuration: GatewayConfiguration) throws(GatewayError) {
        guard configuration.schema == GatewayConfiguration.schema else {
            throw .configuration("it was written by another version of git-model")
        }
        guard configuration.root.hasPrefix("/") else { throw .configuration("\"root\" is no absolute path") }
        guard (0...65535).contains(configuration.port) else { throw .configuration("\"port\" is no port") }
        let positive = [
            ("startTimeout", configuration.startTimeout), ("requestTimeout", configuration.requestTimeout),
            ("idleTimeout", configuration.idleTimeout), ("concurrency", configuration.concurrency),
            ("connectionLimit", configuration.connectionLimit),
        ]
        for (name, value) in positive where !(1...1_000_000).contains(value) {
            throw .configuration("\"\(name)\" is not from 1 to 1000000")
        }
        guard configuration.bodyLimit >= 0, configuration.drainTimeout >= 0 else {
            throw .configuration("\"bodyLimit\" and \"drainTimeout\" cannot be negative")
        }
    }

    /// Serves until it is asked to stop, by a signal or by its socket; `announce` gets a line once it is ready.
    package func run(announce: @escaping @Sendable (String) -> Void) async throws {
        try Directories.create(layout.temporary)
        let lock = try lock()
        Machine.raiseFileLimit()
        let (stops, stop) = AsyncStream<Void>.makeStream()
        try await withGracefulShutdownHandler {
            try await serve(until: stops, stop: { stop.finish() }, announce)
        } onGracefulShutdown: {
            stop.finish()
        }
        withExtendedLifetime(lock) {}
    }

    /// Waits a little: who asks whether a gateway runs holds the lock for a moment, too.
    private func lock() throws -> HeldLock {
        do {
            return HeldLock(try FileLock(layout.gatewayLock, mode: .exclusive, wait: Gateway.lockPatience))
        } catch LockError.held {
            throw GatewayError.running(layout.root)
        }
    }

    private func serve(
        until stops: AsyncStream<Void>,
        stop: @escaping @Sendable () -> Void,
        _ announce: @escaping @Sendable (String) -> Void
    ) async throws {
        let release = try release()
        let log = RequestLog(configuration.requestLog.map { layout.root.pushing(FilePath($0)) }, announce)
        let service = GatewayState(configuration, token: token, metrics: GatewayMetrics(), log: log, version: version)
        let fleet = Fleet(service, in: layout, paths: try paths(), environment: environment)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: Machine.processorCount)
        let server = try await TrafficServer(service, on: group)
        log.start()
        // What it was to begin with says nothing of what it serves now.
        var told = configuration
        told.release = nil
        let (address, asTold) = (server.address, told)
        let control = ControlServer(
            in: layout,
            fleet: fleet,
            status: {
                GatewayStatus(
                    process: Machine.processIdentifier,
                    address: address,
                    children: await fleet.children,
                    configuration: asTold
                )
            },
            stop: stop
        )
        let controlTask = try await control.start()
        var problem: (any Error)?
        do {
            try await begin(fleet, with: release, until: stops, at: server.address, announce)
        } catch { problem = error }
        await server.stop(within: configuration.drainTimeout)
        await fleet.stop()
        try? DurableFile.remove(layout.gatewaySocket)
        controlTask?.cancel()
        log.close()
        if let problem { throw problem }
    }

    /// What is waited for while the gateway serves.
    private enum Step {
        case stopped
        case serving(ReleaseID)
        case divided(String)
    }

    /// Starts the first release, and the one that had a share beside it, and waits for the end; that may come before.
    private func begin(
        _ fleet: Fleet,
        with release: ReleaseID,
        until stops: AsyncStream<Void>,
        at address: String,
        _ announce: @Sendable (String) -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Step.self) { group in
            group.addTask {
                for await _ in stops {}
                return .stopped
            }
            group.addTask { .serving(try await fleet.begin(release)) }
            defer { group.cancelAll() }
            while let step = try await group.next() {
                switch step {
                case .stopped: return await fleet.cancelTrials()
                case .serving(let served):
                    announce("Serving \(served) at http://\(address)")
                    guard let canary = canary(beside: served) else { continue }
                    group.addTask { .divided(await fleet.resume(canary, beside: served)) }
                case .divided(let text): announce(text)
                }
            }
        }
    }

    /// The release to begin with: the one that the configuration names, and otherwise the current one.
    private func release() throws -> ReleaseID {
        let directory = ReleaseDirectory(layout: layout)
        guard let release = try configuration.release ?? directory.current() else {
            throw GatewayError.noRelease(layout.current)
        }
        _ = try directory.seal(of: release)
        return release
    }

    /// What had a share of the traffic before; who names a release to begin with divides the traffic themselves.
    private func canary(beside release: ReleaseID) -> Canary? {
        configuration.release == nil ? ReleaseDirectory(layout: layout).canary(beside: release) : nil
    }

    private func paths() throws(GatewayError) -> PayloadPaths {
        do {
            return try PayloadPaths(features: configuration.features, predictions: configuration.predictions)
        } catch { throw .configuration("\(error)") }
    }
}

/// A lock that is held for as long as the value exists.
private final class HeldLock: Sendable {
    private let lock: FileLock

    init(_ lock: consuming FileLock) { self.lock = lock }
}
