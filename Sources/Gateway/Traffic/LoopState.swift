import Deployment
import NIOCore
import NIOHTTP1
import NIOPosix

/// What belongs to one event loop: the clients' connections on it, and idle ones to releases.
///
/// Deadlines are looked at ten times a second, which is cheaper than a timer for each request.
final class LoopState {
    private static let interval = TimeAmount.milliseconds(100)
    private static let connectTimeout = TimeAmount.seconds(5)
    /// Less than any usual server keeps an idle connection, so that none closes one just when a request comes.
    private static let idleTime = TimeAmount.seconds(1)
    private static let idleLimit = 1024

    /// The loop.
    let eventLoop: any EventLoop
    private var clients: [ObjectIdentifier: ClientConnection] = [:]
    private var idle: [ChildConnection.Key: [ChildConnection]] = [:]
    private var isQuiescing = false

    init(_ eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    /// Begins to look at deadlines; on the loop.
    func begin() {
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        eventLoop.scheduleRepeatedTask(initialDelay: LoopState.interval, delay: LoopState.interval) { _ in
            bound.value.sweep()
        }
    }

    /// Notes a client's connection; false for one that is noted already.
    func add(_ client: ClientConnection) -> Bool {
        let isNew = clients.updateValue(client, forKey: ObjectIdentifier(client)) == nil
        if isQuiescing { client.quiesce() }
        return isNew
    }

    /// Forgets a client's connection; false for one that is not noted.
    func remove(_ client: ClientConnection) -> Bool { clients.removeValue(forKey: ObjectIdentifier(client)) != nil }

    /// Lets the clients' connections end after their requests.
    func quiesce() {
        isQuiescing = true
        for client in clients.values { client.quiesce() }
    }

    /// How many clients are connected.
    var clientCount: Int { clients.count }

    /// Closes all clients' connections.
    func closeClients() { for client in clients.values { client.abort() } }

    private func sweep() {
        let now = NIODeadline.now()
        for client in clients.values where client.deadline <= now { client.expire() }
        for connections in idle.values {
            for connection in connections where connection.idleSince + LoopState.idleTime <= now { connection.close() }
        }
    }
}

extension LoopState {
    /// Takes an idle connection to a process.
    func idleConnection(to release: ServedRelease, _ place: ServedRelease.Place) -> ChildConnection? {
        let key = ChildConnection.Key(release: ObjectIdentifier(release), generation: place.generation)
        // The one that was used last, so that those which are not needed grow old.
        return idle[key]?.popLast()
    }

    /// Connects to a process; `body` gets `nil` where that cannot be.
    func connect(
        to release: ServedRelease,
        _ place: ServedRelease.Place,
        _ body: @escaping (ChildConnection?) -> Void
    ) {
        let key = ChildConnection.Key(release: ObjectIdentifier(release), generation: place.generation)
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        ClientBootstrap(group: eventLoop)
            .connectTimeout(LoopState.connectTimeout)
            .channelOption(ChannelOptions.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    // `ForwardedHead` has framed the request already.
                    var encoder = HTTPRequestEncoder.Configuration()
                    encoder.automaticallySetFramingHeaders = false
                    try pipeline.addHTTPClientHandlers(
                        position: ChannelPipeline.SynchronousOperations.Position.last,
                        enableOutboundHeaderValidation: false,
                        encoderConfiguration: encoder
                    )
                    try pipeline.addHandler(
                        ChildConnection(key, on: bound.value) { [weak release] in release?.phase == .ready }
                    )
                }
            }
            .connect(to: place.address)
            .assumeIsolated()
            .whenComplete { result in
                let channel = try? result.get()
                body(try? channel?.pipeline.syncOperations.handler(type: ChildConnection.self))
            }
    }

    /// Keeps a connection for the next request.
    func keep(_ connection: ChildConnection) {
        guard idle[connection.key, default: []].count < LoopState.idleLimit else { return connection.close() }
        idle[connection.key, default: []].append(connection)
    }

    /// Forgets a connection, idle or not.
    func forget(_ connection: ChildConnection) {
        guard let position = idle[connection.key]?.lastIndex(where: { $0 === connection }) else { return }
        idle[connection.key]?.remove(at: position)
        if idle[connection.key]?.isEmpty == true { idle[connection.key] = nil }
    }
}
