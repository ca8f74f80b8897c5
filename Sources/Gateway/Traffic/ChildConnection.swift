import NIOCore
import NIOHTTP1

/// A connection to a release's process, which one request after the other uses.
///
/// Lives on its event loop.
final class ChildConnection: ChannelDuplexHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = HTTPClientRequestPart

    /// Whose process it leads to, and which.
    struct Key: Hashable {
        let release: ObjectIdentifier
        let generation: Int
    }

    #if os(Linux)
        /// `TCP_QUICKACK`, of which the C library's number is not imported: the kernel forgets it from time to time.
        private static let acknowledgesAtOnce = ChannelOptions.tcpOption(NIOBSDSocket.Option(rawValue: 12))
    #endif

    /// Where it leads.
    let key: Key
    /// Whether an earlier request used it.
    private(set) var isReused = false
    /// When it was last used.
    private(set) var idleSince = NIODeadline.now()
    private unowned let loop: LoopState
    private let isWanted: () -> Bool
    private var context: ChannelHandlerContext?
    private var exchange: Exchange?
    private var keepsAlive = true
    private var holdsRead = false

    /// Creates a connection that is kept for later requests as long as it `isWanted`.
    init(_ key: Key, on loop: LoopState, isWanted: @escaping () -> Bool) {
        self.key = key
        self.loop = loop
        self.isWanted = isWanted
    }

    /// Whether what is written goes to the process as fast as it comes.
    var isWritable: Bool { context?.channel.isWritable ?? false }

    /// Whether the process has not closed it, as far as the loop knows.
    var isOpen: Bool { context?.channel.isActive ?? false }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = ChildConnection.unwrapInboundIn(data)
        // Whoever answers without having been asked is not to be trusted with the next request.
        guard let exchange else { return close() }
        if case .head(let head) = part { keepsAlive = head.isKeepAlive }
        exchange.answered(part)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        exchange?.flushAnswer()
        context.fireChannelReadComplete()
    }

    /// Lets nothing more come from the process while the client does not take what came.
    func read(context: ChannelHandlerContext) {
        if let exchange, !exchange.takesAnswer {
            holdsRead = true
        } else {
            context.read()
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { exchange?.childIsWritable() }
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        lose()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        lose()
        context.close(promise: nil)
    }

    private func lose() {
        loop.forget(self)
        let exchange = exchange
        self.exchange = nil
        exchange?.childLeft()
    }

    /// Lets a request use it.
    func begin(_ exchange: Exchange) {
        self.exchange = exchange
        #if os(Linux)
            // Servers that send head and body apart, as Python's own does, wait for an acknowledgement in between: 40
            // ms without this.
            guard isLocalPort else { return }
            try? context?.channel.syncOptions?.setOption(ChildConnection.acknowledgesAtOnce, value: 1)
        #endif
    }

    /// Whether it is by TCP.
    private var isLocalPort: Bool { context?.channel.remoteAddress?.port != nil }

    /// Writes a part of the request; `flush` sends it.
    func write(_ part: HTTPClientRequestPart) {
        context?.write(ChildConnection.wrapOutboundOut(part), promise: nil)
    }

    /// Sends what was written.
    func flush() { context?.flush() }

    /// Lets what was held come again.
    func resumeReading() {
        guard holdsRead else { return }
        holdsRead = false
        context?.read()
    }

    /// Ends a request's use of it, and keeps it for the next one if it can.
    func release(isUsable: Bool) {
        exchange = nil
        guard isUsable, keepsAlive, isWanted(), let context, context.channel.isActive else { return close() }
        isReused = true
        idleSince = .now()
        loop.keep(self)
        resumeReading()
    }

    /// Closes it.
    func close() {
        exchange = nil
        loop.forget(self)
        context?.close(promise: nil)
    }
}
