import Deployment
import NIOCore
import Synchronization
import SystemIO
import SystemPackage

/// Keeps the process of a release running: starts it, tries it before anybody else asks it, and does so again when it
/// ends.
final class Supervision: Sendable {
    /// How often the state of the process is looked at.
    private static let interval = Duration.milliseconds(100)
    /// The first pause before a process is started again, and the longest; each is twice the one before.
    private static let pauses = (first: Duration.milliseconds(100), last: Duration.seconds(30))
    /// How long a process has to run until its end counts as the first one.
    private static let steady = Duration.seconds(60)
    /// How often a process is started whose port somebody took meanwhile.
    private static let attempts = 3

    private struct State {
        var server: (any RunningServer)?
        var task: Task<Void, Never>?
        var isStopped = false
        /// The directory that the process was started from, which a repair puts another in the place of.
        var started: FileStatus?
        /// Whether a process is tried on its sample before anybody else asks it.
        var triesSample: Bool
    }

    private let release: ServedRelease
    private let launch: any ServeLaunch
    private let test: SmokeTest
    private let environment: [String: String]
    private let state: Mutex<State>

    /// Without `triesSample`, a process only has to take requests, until it was tried.
    init(
        _ release: ServedRelease,
        by launch: any ServeLaunch,
        timeout: Int,
        environment: [String: String],
        triesSample: Bool
    ) {
        self.release = release
        state = Mutex(State(started: try? FileStatus.of(release.directory), triesSample: triesSample))
        self.launch = launch
        self.environment = environment
        test = SmokeTest(
            plan: release.seal.plan,
            directory: release.directory,
            timeout: timeout,
            environment: environment
        )
    }

    /// The directory that the process was started from last; `nil` where there was none.
    var started: FileStatus? { state.withLock { $0.started } }

    /// Starts the process and tries it; one that fails its trial is stopped, and one that does not is kept running from
    /// here on.
    func start() async -> SmokeOutcome {
        var attempt = 1
        while true {
            let (outcome, isPortTaken) = await startOnce()
            guard outcome.result == .failed else {
                state.withLock { state in
                    if !state.isStopped { state.task = Task { await self.keep() } }
                }
                return outcome
            }
            guard isPortTaken, attempt < Supervision.attempts, !Task.isCancelled else { return outcome }
            attempt += 1
        }
    }

    /// Tries the process that runs once more, on its sample or not.
    func check(triesSample: Bool) async -> SmokeOutcome {
        guard let server = state.withLock({ $0.server }) else { return SmokeOutcome(.failed, "its server has ended") }
        guard triesSample else { return await test.waitUntilReady(server) }
        let outcome = await test.check(server)
        if outcome.result != .failed { state.withLock { $0.triesSample = true } }
        return outcome
    }

    /// Ends the process, and starts no other.
    func stop() async {
        let task = state.withLock { state in
            state.isStopped = true
            return state.task
        }
        task?.cancel()
        await task?.value
        await state.withLock { state in
            defer { state.server = nil }
            return state.server
        }?.stop()
    }

    private func startOnce() async -> (outcome: SmokeOutcome, isPortTaken: Bool) {
        let start = ContinuousClock.now
        let server: any RunningServer
        // What comes there while it starts makes it one of before.
        let directory = try? FileStatus.of(release.directory)
        state.withLock { $0.started = directory }
        do {
            server = try await launch.start(
                release.seal.plan.serve,
                in: release.directory,
                variables: environment,
                port: nil
            )
        } catch { return (SmokeOutcome(.failed, "its server cannot be started: \(error)"), false) }
        let triesSample = state.withLock { $0.triesSample }
        let outcome = triesSample ? await test.check(server) : await test.waitUntilReady(server)
        if outcome.result != .failed, let address = Supervision.address(server.address), take(server) {
            release.metrics.note(loadSeconds: (ContinuousClock.now - start) / .seconds(1))
            release.becomeReady(at: address, process: (server as? LocalServer)?.identifier)
            return (outcome, false)
        }
        let isPortTaken = await server.hasEnded() && server.log.lowercased().contains("address already in use")
        await server.stop()
        return (outcome, isPortTaken)
    }

    /// Keeps a server, unless everything was stopped meanwhile.
    private func take(_ server: any RunningServer) -> Bool {
        state.withLock { state in
            if !state.isStopped { state.server = server }
            return !state.isStopped
        }
    }

    /// Starts the process again whenever it has ended, after pauses that grow.
    private func keep() async {
        var pause = Supervision.pauses.first
        while await waitForEnd(&pause) {
            release.becomeFailing()
            await state.withLock { state in
                defer { state.server = nil }
                return state.server
            }?.stop()
            repeat {
                do { try await Task.sleep(for: pause) } catch { return }
                pause = min(pause * 2, Supervision.pauses.last)
                release.countRestart()
            } while await startOnce().outcome.result == .failed && !Task.isCancelled
        }
    }

    /// Returns true once the process has ended, false once nobody wants to know.
    private func waitForEnd(_ pause: inout Duration) async -> Bool {
        let start = ContinuousClock.now
        guard let server = state.withLock({ $0.server }) else { return false }
        while await !server.hasEnded() {
            do { try await Task.sleep(for: Supervision.interval) } catch { return false }
        }
        if ContinuousClock.now - start > Supervision.steady { pause = Supervision.pauses.first }
        return !Task.isCancelled
    }

    /// Reads where a server is reached: `127.0.0.1:PORT`, or the path of a Unix socket.
    private static func address(_ text: String) -> SocketAddress? {
        if text.contains("/") { return try? SocketAddress(unixDomainSocketPath: text) }
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]) else { return nil }
        return try? SocketAddress(ipAddress: String(text[..<colon]), port: port)
    }
}
