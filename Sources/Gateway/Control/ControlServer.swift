import Deployment
import FoundationEssentials
import HTTPTypes
import HummingbirdCore
import Logging
import ModelCore
import Monitoring
import NIOCore
import NIOPosix
import ServiceLifecycle
import SystemIO
import SystemPackage

/// The Unix socket by which a gateway is told what to do, as `GatewayControl` says; its owner alone can reach it.
struct ControlServer: Sendable {
    private static let bodyLimit = 64 << 10

    private let layout: TargetLayout
    private let fleet: Fleet
    private let status: @Sendable () async -> GatewayStatus
    private let stop: @Sendable () -> Void

    /// Creates the server of a target's directory; `stop` begins the gateway's end.
    init(
        in layout: TargetLayout,
        fleet: Fleet,
        status: @escaping @Sendable () async -> GatewayStatus,
        stop: @escaping @Sendable () -> Void
    ) {
        self.layout = layout
        self.fleet = fleet
        self.status = status
        self.stop = stop
    }

    /// Listens, and returns once somebody can connect; ends when the task that it returns is cancelled.
    ///
    /// `nil` where the path is too long for a socket: what is served then is what the configuration says, until the
    /// end.
    func start() async throws -> Task<Void, any Error>? {
        guard layout.canHaveSocket else { return nil }
        let path = layout.gatewaySocket
        // In a directory that nobody else enters, until the socket's own mode keeps them out.
        let nest = layout.state.appending(".g\(UInt16.random(in: .min ... .max))")
        try Directories.create(nest, permissions: 0o700, durable: false)
        defer { try? Directories.removeTree(nest) }
        let draft = nest.appending("s")
        try DurableFile.remove(path)
        let (running, runs) = AsyncStream<Void>.makeStream()
        let server = try HTTPServerBuilder.http1().buildServer(
            configuration: ServerConfiguration(address: .unixDomainSocket(path: draft.string)),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: Logger(label: "control") { _ in SwiftLogNoOpLogHandler() },
            responder: { [self] request, writer, _ in try await answer(request, writer) },
            onServerRunning: { _ in runs.finish() }
        )
        let task = Task {
            defer { runs.finish() }
            do { try await server.run() } catch { throw GatewayError.listen(path.string, error) }
        }
        for await _ in running {}
        guard try FileStatus.of(draft) != nil else {
            try await task.value
            throw GatewayError.listen(path.string, problem: "there is no socket")
        }
        try DurableFile.setPermissions(0o600, of: draft)
        try DurableFile.rename(draft, to: path)
        return task
    }

    private func answer(_ request: Request, _ writer: consuming ResponseWriter) async throws {
        let (status, bytes) = await answer(request)
        let head = HTTPResponse(
            status: HTTPResponse.Status(code: status),
            headerFields: [.contentType: "application/json", .contentLength: "\(bytes.count)"]
        )
        var body = try await writer.writeHead(head)
        try await body.write(ByteBuffer(bytes: bytes))
        try await body.finish(nil)
    }

    private func answer(_ request: Request) async -> (Int, [UInt8]) {
        do {
            switch (request.method, request.uri.path) {
            case (.get, "/status"): return (200, try ControlServer.json(await status()))
            case (.get, "/stats"): return try await statistics(request)
            case (.post, "/prepare"):
                let order = try await order(in: request)
                let outcome = try await fleet.prepare(order.release, skipsSample: order.skipsSample)
                return (outcome.result == .failed ? 422 : 200, try ControlServer.json(outcome))
            case (.post, "/switch"):
                try await fleet.change(order(in: request))
                return (200, try ControlServer.json(await status()))
            case (.post, "/abort"):
                try await fleet.abort(order(in: request).release)
                return (200, try ControlServer.json(await status()))
            case (.post, "/stop"):
                stop()
                return (202, try ControlServer.json(await status()))
            default: return (404, try ControlServer.json(GatewayControl.Refusal(error: "there is no such request")))
            }
        } catch {
            let refusal = GatewayControl.Refusal(error: "\(error)")
            return (error is GatewayError ? 409 : 400, (try? ControlServer.json(refusal)) ?? [])
        }
    }

    private func order(in request: Request) async throws -> GatewayControl.Order {
        let body = try await request.body.collect(upTo: ControlServer.bodyLimit)
        return try JSONDecoder().decode(GatewayControl.Order.self, from: Data(body.readableBytesView))
    }

    private func statistics(_ request: Request) async throws -> (Int, [UInt8]) {
        let parameters = request.uri.queryParameters
        let release = parameters["release"].flatMap { ReleaseID($0) }
        guard let window = await fleet.window(of: release) else {
            throw GatewayError.refused("there is no such release")
        }
        let seconds = parameters["window"].flatMap { Int($0) } ?? 60
        let now = Int64(NIODeadline.now().uptimeNanoseconds)
        return (200, try ControlServer.json(window.statistics(over: seconds, at: now)))
    }

    private static func json(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value))
    }
}
