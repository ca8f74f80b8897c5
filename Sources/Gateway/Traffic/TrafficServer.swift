import Deployment
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// Listens for clients, and has an event loop for each processor.
final class TrafficServer: Sendable {
    private static let backlog: CInt = 4096
    private static let refusal =
        "HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"

    private let channel: any Channel
    private let loops: [NIOLoopBound<LoopState>]
    private let service: GatewayState

    /// Listens at the configuration's address; throws `GatewayError.listen`.
    init(_ service: GatewayState, on group: MultiThreadedEventLoopGroup) async throws {
        self.service = service
        var loops: [NIOLoopBound<LoopState>] = []
        for loop in group.makeIterator() {
            loops.append(
                try await loop.submit {
                    let state = LoopState(loop)
                    state.begin()
                    return NIOLoopBound(state, eventLoop: loop)
                }.get()
            )
        }
        self.loops = loops
        let states = Dictionary(uniqueKeysWithValues: loops.map { (ObjectIdentifier($0.eventLoop), $0) })
        let (host, port) = (service.configuration.host, service.configuration.port)
        do {
            channel = try await ServerBootstrap(group: group)
                .serverChannelOption(ChannelOptions.backlog, value: TrafficServer.backlog)
                .serverChannelOption(ChannelOptions.socketOption(.so_reuseaddr), value: 1)
                .childChannelOption(ChannelOptions.tcpOption(.tcp_nodelay), value: 1)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        guard let state = states[ObjectIdentifier(channel.eventLoop)]?.value else { return }
                        try TrafficServer.set(up: channel, service, state)
                    }
                }
                .bind(host: host, port: port).get()
        } catch { throw GatewayError.listen("\(host):\(port)", error) }
    }

    private static func set(up channel: any Channel, _ service: GatewayState, _ state: LoopState) throws {
        let pipeline = channel.pipeline.syncOperations
        guard service.connections.load(ordering: .relaxed) < service.configuration.connectionLimit else {
            return try pipeline.addHandler(ConnectionRefusal(refusal))
        }
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = 32 << 10
        limits.maxHeaderListSize = 64 << 10
        limits.maxHeaderFieldCount = 200
        var encoder = HTTPResponseEncoder.Configuration()
        encoder.automaticallySetFramingHeaders = false
        try pipeline.configureHTTPServerPipeline(
            withErrorHandling: false,
            withOutboundHeaderValidation: false,
            withEncoderConfiguration: encoder,
            withDecoderLimitConfiguration: limits
        )
        try pipeline.addHandler(ClientConnection(service, on: state))
    }

    /// Where it listens, as `127.0.0.1:8080`.
    var address: String {
        guard let address = channel.localAddress, let host = address.ipAddress, let port = address.port else {
            return ""
        }
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// Takes no more connections, and ends those that are there once their requests are answered, or so many seconds
    /// are over.
    func stop(within seconds: Int) async {
        try? await channel.close().get()
        for loop in loops { loop.eventLoop.execute { loop.value.quiesce() } }
        let deadline = ContinuousClock.now + .seconds(seconds)
        while service.connections.load(ordering: .relaxed) > 0, ContinuousClock.now < deadline {
            try? await Task.sleep(for: .milliseconds(10))
        }
        for loop in loops { try? await loop.eventLoop.submit { loop.value.closeClients() }.get() }
    }
}

/// Tells a client that too many are connected.
private final class ConnectionRefusal: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let text: String

    init(_ text: String) { self.text = text }

    func channelActive(context: ChannelHandlerContext) {
        let part = ConnectionRefusal.wrapOutboundOut(ByteBuffer(string: text))
        context.writeAndFlush(part).assumeIsolated().whenComplete { _ in context.close(promise: nil) }
    }
}
