import SystemIO
import SystemPackage
import Transport

/// Asks a server that runs on this machine, directly and with bounds for time and size.
struct ServerProbe: Sendable {
    /// The first pause between two questions whether it is ready, and the longest.
    private static let pauses = (first: Duration.milliseconds(10), last: Duration.milliseconds(200))
    /// How long an answer to such a question may take.
    private static let patience = 5

    private let server: any RunningServer
    private let timeout: Int
    private let cancellation: Cancellation
    private let transport = HTTPTransport(TransportSettings(), pool: .shared, cancellation: Cancellation())

    /// Creates the probe of a server that has `timeout` seconds to be ready, and as many for an answer.
    ///
    /// Soon after `cancellation` is set, what is waited for throws `CancellationError`.
    init(_ server: any RunningServer, timeout: Int, cancellation: Cancellation) {
        self.server = server
        self.timeout = timeout
        self.cancellation = cancellation
    }

    /// Waits until the server accepts connections and, where there is a path for that, says that it is ready; throws
    /// `SmokeProblem`.
    func waitUntilReady(health: String?) async throws {
        let deadline = ContinuousClock.now + .seconds(timeout)
        var pause = ServerProbe.pauses.first
        var answer: String?
        while let problem = await problem(health: health) {
            try cancellation.check()
            if await server.hasEnded() { throw ended("before it was ready") }
            if problem.isAnswer { answer = problem.text }
            guard ContinuousClock.now < deadline else {
                // What it once said tells more than that it was too busy to say it again.
                throw withLog("its server was not ready within \(timeout) s: \(answer ?? problem.text)")
            }
            try await Task.sleep(for: pause)
            pause = min(pause * 2, ServerProbe.pauses.last)
        }
        // Somebody else may listen where it could not.
        if await server.hasEnded() { throw ended("before it was ready") }
    }

    /// Sends a sample and returns the answer's content; throws `SmokeProblem` for none, and for one that is no success.
    func answer(to sample: SmokeSample, at endpoint: String) async throws -> [UInt8] {
        let fields: HTTPFields = ["Content-Type": sample.contentType, "Accept": "*/*"]
        let answer = await send(.post, endpoint, fields, .bytes(sample.input), within: timeout)
        switch answer {
        case .failure(let problem):
            try cancellation.check()
            // That it ended is known a moment after its connections broke.
            for _ in 0..<50 where await !server.hasEnded() { try await Task.sleep(for: .milliseconds(10)) }
            if await server.hasEnded() { throw ended("before it answered \(endpoint)") }
            throw withLog("its server did not answer \(endpoint): \(problem.text)")
        case .success(let response):
            guard response.isSuccess else {
                throw withLog("\(endpoint) answers \(response.status): \(Excerpt.of(response.bytes))")
            }
            // Somebody else may have answered who listens where it could not.
            if await server.hasEnded() { throw ended("before \(endpoint) was answered") }
            return response.bytes
        }
    }

    private func problem(health: String?) async -> (text: String, isAnswer: Bool)? {
        guard await accepts() else { return ("nothing listens at \(server.address)", false) }
        guard let health else { return nil }
        switch await send(.get, health, [:], .none, within: min(timeout, ServerProbe.patience)) {
        case .failure(let problem): return ("\(health): \(problem.text)", false)
        case .success(let response):
            return response.isSuccess ? nil : ("\(health) answers \(response.status)", true)
        }
    }

    private var socket: FilePath? { server.address.contains("/") ? FilePath(server.address) : nil }

    private func accepts() async -> Bool {
        let (socket, port) = (socket, server.address.split(separator: ":").last.flatMap { Int($0) })
        return await withCheckedContinuation { continuation in
            WorkerThread.start {
                let accepts =
                    socket.map { LoopbackSocket.accepts(path: $0) } ?? port.map { LoopbackSocket.accepts(port: $0) }
                continuation.resume(returning: accepts ?? false)
            }
        }
    }

    private func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ fields: HTTPFields,
        _ body: HTTPRequest.Body,
        within seconds: Int
    ) async -> Result<HTTPResponse, SmokeProblem> {
        let url = socket.map { HTTPAddress.url(ofSocket: $0.string, path: path) } ?? "http://\(server.address)\(path)"
        var request = HTTPRequest(method, url, fields: fields, body: body)
        if socket != nil { request.fields["Host"] = "localhost" }
        let final = request
        return await withTaskGroup(of: Result<HTTPResponse, SmokeProblem>.self) { group in
            defer { group.cancelAll() }
            group.addTask { await perform(final) }
            group.addTask {
                do { try await TimeLimit.wait(seconds, until: cancellation) } catch {
                    return .failure(SmokeProblem("was interrupted"))
                }
                return .failure(SmokeProblem("there was no answer within \(seconds) s"))
            }
            return await group.next() ?? .failure(SmokeProblem("there was no answer"))
        }
    }

    private func perform(_ request: HTTPRequest) async -> Result<HTTPResponse, SmokeProblem> {
        do {
            return .success(try await transport.send(request))
        } catch { return .failure(SmokeProblem(Excerpt.line("\(error)"))) }
    }

    private func ended(_ when: String) -> SmokeProblem {
        let code = (server as? LocalServer)?.exitCode.map { " with exit code \($0)" } ?? ""
        return withLog("its server ended\(code) \(when)")
    }

    private func withLog(_ text: String) -> SmokeProblem {
        let end = Excerpt.end(ofLog: server.log)
        return SmokeProblem(end.isEmpty ? text : text + "; the last that it said:" + end)
    }
}
