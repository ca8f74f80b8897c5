import Deployment
import NIOCore
import NIOHTTP1
import Synchronization

/// A client's connection: reads requests one after the other, answers what is the gateway's own, and hands on the rest.
///
/// Lives on its event loop, which also looks whether its deadline has passed.
final class ClientConnection: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private static let lingering = TimeAmount.seconds(2)

    private enum Phase {
        /// The next request's head has not come in full.
        case awaitingHead
        /// A request is with a release.
        case exchanging(Exchange)
        /// The request is answered, and the rest of its body is of no use.
        case skipping
        /// Nothing more is sent; what still comes is thrown away, as closing at once would take the answer from the
        /// client.
        case lingering
    }

    /// What all connections share.
    let service: GatewayState
    /// The event loop's own.
    let loop: LoopState
    /// The client's address; `nil` for a Unix socket.
    private(set) var address: String?
    private var context: ChannelHandlerContext?
    private var phase = Phase.awaitingHead
    private var holdsRead = false
    private var isQuiescing = false
    /// When it is closed, or its request ends, unless something happens before.
    private(set) var deadline = NIODeadline.distantFuture

    init(_ service: GatewayState, on loop: LoopState) {
        self.service = service
        self.loop = loop
    }

    /// Whether what is written is taken from memory as fast as it comes.
    var isWritable: Bool { context?.channel.isWritable ?? false }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { begin(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        begin(context)
        context.fireChannelActive()
    }

    private func begin(_ context: ChannelHandlerContext) {
        guard loop.add(self) else { return }
        address = context.channel.remoteAddress?.ipAddress
        service.connections.add(1, ordering: .relaxed)
        awaitHead()
    }

    func channelInactive(context: ChannelHandlerContext) {
        if loop.remove(self) { service.connections.subtract(1, ordering: .relaxed) }
        self.context = nil
        if case .exchanging(let exchange) = phase { exchange.clientLeft() }
        phase = .lingering
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError, case .awaitingHead = phase else {
            return context.close(promise: nil)
        }
        let isTooLong = error == .headerOverflow
        let status: HTTPResponseStatus = isTooLong ? .requestHeaderFieldsTooLarge : .badRequest
        let text = isTooLong ? "the header fields are too long" : "this is no request by HTTP/1.1"
        let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/", headers: ["connection": "close"])
        answer(OwnAnswer(status: status, problem: text), to: head, isComplete: true)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch ClientConnection.unwrapInboundIn(data) {
        case .head(let head): if case .awaitingHead = phase { take(head) }
        case .body(let bytes): if case .exchanging(let exchange) = phase { exchange.receive(bytes) }
        case .end:
            switch phase {
            case .exchanging(let exchange): exchange.receiveEnd()
            case .skipping: awaitHead()
            case .awaitingHead, .lingering: break
            }
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if case .exchanging(let exchange) = phase { exchange.flushRequest() }
        context.fireChannelReadComplete()
    }

    /// Lets nothing more come from the client while the release does not take what came, or the client not what it
    /// asked for.
    func read(context: ChannelHandlerContext) {
        if holdsRequests(context) { holdsRead = true } else { context.read() }
    }

    private func holdsRequests(_ context: ChannelHandlerContext) -> Bool {
        switch phase {
        case .exchanging(let exchange): exchange.holdsRequest
        // Answers to requests that came one behind the other are not to pile up.
        case .awaitingHead, .skipping: !context.channel.isWritable
        case .lingering: false
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            if case .exchanging(let exchange) = phase { exchange.clientIsWritable() } else { resumeReading() }
        }
        context.fireChannelWritabilityChanged()
    }

    private func awaitHead() {
        phase = .awaitingHead
        if isQuiescing { return close() }
        deadline = .now() + .seconds(Int64(service.configuration.idleTimeout))
    }

    private func take(_ head: HTTPRequestHead) {
        if let own = OwnRoute.answer(to: head, of: service) { return answer(own, to: head, isComplete: false) }
        let exchange = Exchange(head, of: self)
        phase = .exchanging(exchange)
        deadline = .now() + .seconds(Int64(service.configuration.requestTimeout))
        exchange.begin()
    }
}

extension ClientConnection {
    /// Lets what was held come again.
    func resumeReading() {
        guard holdsRead else { return }
        holdsRead = false
        // It is held again where that has to be.
        if let context { read(context: context) }
    }

    /// Writes a part of an answer; `flush` sends it.
    func write(_ part: HTTPServerResponsePart) {
        context?.write(ClientConnection.wrapOutboundOut(part), promise: nil)
    }

    /// Sends what was written.
    func flush() { context?.flush() }

    /// Answers a request by itself.
    ///
    /// What is left of the request's body is read and thrown away, unless the connection ends.
    func answer(_ own: OwnAnswer, to request: HTTPRequestHead, isComplete: Bool) {
        let endsConnection = own.endsConnection || ForwardedHead.isLast(request) || isQuiescing
        write(.head(own.head(endsConnection: endsConnection)))
        if request.method != .HEAD { write(.body(.byteBuffer(ByteBuffer(string: own.text)))) }
        end(endsConnection: endsConnection, isComplete: isComplete)
    }

    /// Ends an answer, and the connection, or waits for the next request.
    func end(endsConnection: Bool, isComplete: Bool) {
        // The next request may come out of the write.
        if endsConnection || isQuiescing {
            phase = .lingering
            deadline = .now() + .seconds(Int64(service.configuration.idleTimeout))
            writeLast(isComplete: isComplete)
        } else {
            if isComplete {
                awaitHead()
            } else {
                phase = .skipping
                deadline = .now() + .seconds(Int64(service.configuration.idleTimeout))
            }
            write(.end(nil))
            flush()
        }
        resumeReading()
    }

    /// Ends the last answer of the connection, and closes that once the client has it all.
    private func writeLast(isComplete: Bool) {
        guard let context else { return }
        context.writeAndFlush(ClientConnection.wrapOutboundOut(.end(nil))).assumeIsolated().whenComplete {
            [self] result in
            if case .success = result, !isComplete { linger() } else { close() }
        }
    }

    /// Closes the connection in the middle of an answer, so that nobody takes it for whole.
    func abort() {
        phase = .lingering
        close()
    }

    private func close() { context?.close(promise: nil) }

    private func linger() {
        deadline = .now() + ClientConnection.lingering
        context?.close(mode: .output, promise: nil)
    }

    /// Whether the gateway is about to end.
    var endsSoon: Bool { isQuiescing }

    /// Ends the connection as soon as no request is under way.
    func quiesce() {
        isQuiescing = true
        if case .awaitingHead = phase { close() }
    }

    /// Does what is due when the deadline passes.
    func expire() {
        deadline = .distantFuture
        if case .exchanging(let exchange) = phase { exchange.expire() } else { close() }
    }
}
