import Deployment
import FoundationEssentials
import SystemIO
import SystemPackage
import Transport

/// Tells the gateway of a target's directory what to do, by its socket.
struct GatewayClient: Sendable {
    /// How many seconds a gateway has to say what it does, which it knows at once.
    private static let patience = 10

    private let layout: TargetLayout
    private let transport: HTTPTransport
    private let cancellation: Cancellation
    private let target: TargetName?

    /// `target` is who serves there, where it may be said how to start that again.
    init(_ layout: TargetLayout, of target: TargetName? = nil, cancellation: Cancellation) {
        self.layout = layout
        self.target = target
        self.cancellation = cancellation
        transport = HTTPTransport(TransportSettings(), pool: .shared, cancellation: cancellation)
    }

    /// What the gateway does; `nil` where none runs, and an error where one runs and does not answer.
    func status() async throws -> GatewayStatus? {
        var problem: (any Error)?
        do {
            let answer = try await TimeLimit.within(GatewayClient.patience) { try await ask(.get, "/status", nil) }
            if let answer { return try decoded(answer) }
        } catch { problem = error }
        try cancellation.check()
        guard isRunning else { return nil }
        throw silence(because: problem)
    }

    private func silence(because problem: (any Error)?) -> Failure {
        let holder = FileLock.holder(of: layout.gatewayLock).flatMap { GatewayProcess.isGateway($0) ? $0 : nil }
        let process = holder.map { "`kill \($0)`, and where that is not enough `kill -9 \($0)`" }
        return Failure(
            .failed,
            "a gateway serves \(layout.root), and does not answer at \(layout.gatewaySocket)",
            hints: [
                "see what it says: \(layout.gatewayLog)",
                "stop it, then try again: \(process ?? "its lock is \(layout.gatewayLock)")",
            ],
            cause: problem
        )
    }

    /// Says of a gateway that did not answer whether it is there at all.
    private func failure(because problem: any Error) async throws -> Failure {
        try cancellation.check()
        // The connection of a process that is killed ends a moment before its lock does.
        for _ in 0..<20 where isRunning { try await Task.sleep(for: .milliseconds(50)) }
        guard !isRunning else { return silence(because: problem) }
        let start = target.map { ["start it again, with what ran before: `git model serve --target \($0)`"] } ?? []
        return Failure(
            .failed,
            "the gateway of \(layout.root) ended",
            hints: ["see what it says: \(layout.gatewayLog)"] + start,
            cause: problem
        )
    }

    /// Whether a gateway's process is there, answering or not; others who ask at the same moment are none.
    private var isRunning: Bool {
        guard (try? FileStatus.of(layout.gatewayLock)) != nil else { return false }
        do {
            _ = try FileLock(layout.gatewayLock, mode: .shared, wait: nil)
            return false
        } catch { return true }
    }

    /// Has a release started and tried beside what runs, or only started with `skipsSample`, as its seal says where
    /// that is `nil`; one that takes long is asked for again, and not started twice.
    func prepare(
        _ release: ReleaseID,
        skipsSample: Bool? = nil,
        within seconds: Int
    ) async throws -> SmokeOutcome {
        let deadline = ContinuousClock.now + .seconds(seconds)
        let order = GatewayControl.Order(release: release, skipsSample: skipsSample)
        while true {
            do {
                let answer = try await ask(.post, "/prepare", order)
                guard answer.status == 200 || answer.status == 422 else { throw refusal(answer) }
                return try JSONDecoder().decode(SmokeOutcome.self, from: Data(answer.bytes))
            } catch TransportError.stalled where ContinuousClock.now < deadline {
                continue
            } catch let error as TransportError {
                throw try await failure(because: error)
            }
        }
    }

    /// Gives a release that was prepared the traffic, or so much of it.
    func change(to release: ReleaseID, percent: Int? = nil, stickyField: String? = nil) async throws {
        let order = GatewayControl.Order(release: release, percent: percent, stickyField: stickyField)
        _ = try await decoded(tell("/switch", order))
    }

    /// Stops a release that has no traffic; one that is not there is no error.
    func abort(_ release: ReleaseID) async throws {
        _ = try await decoded(tell("/abort", GatewayControl.Order(release: release)))
    }

    /// Ends the gateway, and waits until it is gone; throws where it still works on something after so many seconds.
    func stop(within seconds: Int) async throws {
        // One that ends at once may not get to answer.
        let answer = try? await ask(.post, "/stop", nil)
        if let answer, !answer.isSuccess { throw refusal(answer) }
        let deadline = ContinuousClock.now + .seconds(seconds)
        while isRunning {
            guard ContinuousClock.now < deadline else {
                throw Failure(
                    .failed,
                    "the gateway of \(layout.root) did not end within \(seconds) s",
                    hints: ["see what it says: \(layout.gatewayLog)"]
                )
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    private func tell(_ path: String, _ order: GatewayControl.Order) async throws -> HTTPResponse {
        do { return try await ask(.post, path, order) } catch let error as TransportError {
            throw try await failure(because: error)
        }
    }

    private func ask(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ order: GatewayControl.Order?
    ) async throws -> HTTPResponse {
        let url = HTTPAddress.url(ofSocket: layout.gatewaySocket.string, path: path)
        var request = HTTPRequest(method, url, fields: ["Host": "localhost"])
        if let order {
            request.fields["Content-Type"] = "application/json"
            request.body = .bytes(Array(try JSONEncoder().encode(order)))
        }
        return try await transport.send(request, answerLimit: 1 << 20)
    }

    private func decoded(_ answer: HTTPResponse) throws -> GatewayStatus {
        guard answer.isSuccess else { throw refusal(answer) }
        return try JSONDecoder().decode(GatewayStatus.self, from: Data(answer.bytes))
    }

    private func refusal(_ answer: HTTPResponse) -> Failure {
        let problem = (try? JSONDecoder().decode(GatewayControl.Refusal.self, from: Data(answer.bytes)))?.error
        return Failure(.failed, "the gateway of \(layout.root) refuses: \(problem ?? "status \(answer.status)")")
    }
}
