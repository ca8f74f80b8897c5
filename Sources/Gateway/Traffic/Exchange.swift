import Deployment
import NIOCore
import NIOHTTP1

/// One request that a release answers: from its head to the end of the answer, in pieces both ways, as they come.
///
/// Lives on the event loop of its client's connection, and has the release's connection on the same one.
final class Exchange {
    /// The most bytes of a body that are kept so that they can be sent again.
    private static let repeatLimit = 64 << 10
    /// What may be asked for twice (RFC 9110, section 9.2.2).
    private static let idempotent: [HTTPMethod] = [.GET, .HEAD, .OPTIONS, .PUT, .DELETE]

    private let service: GatewayState
    private unowned let client: ClientConnection
    private let head: HTTPRequestHead
    private var notes: ExchangeNotes
    private var target: (release: ServedRelease, place: ServedRelease.Place)?
    private var child: ChildConnection?
    /// What came before there was a connection to the release, and all that came as long as it may have to be sent
    /// again.
    private var pending: [HTTPClientRequestPart] = []
    private var hasTurn = false
    private var isOver = false
    private var isComplete = false
    private var hasAnswerHead = false
    private var endsConnection = false

    init(_ head: HTTPRequestHead, of client: ClientConnection) {
        self.head = head
        self.client = client
        service = client.service
        notes = ExchangeNotes(head, service: client.service)
    }

    /// Whether nothing more of the request is to come for now.
    var holdsRequest: Bool { child.map { !$0.isWritable } ?? true }

    /// Waits for its turn, if it has to.
    func begin() {
        let loop = client.loop.eventLoop
        let bound = NIOLoopBound(self, eventLoop: loop)
        switch service.admission.enter({ loop.execute { bound.value.takeTurn() } }) {
        case .begins: takeTurn()
        case .waits: break
        case .refused:
            notes.isTurnedAway = true
            refuse("too many requests are under way")
        }
    }

    private func takeTurn() {
        guard !isOver else { return service.admission.leave() }
        hasTurn = true
        guard let target = service.traffic.begin(key: { head.headers.first(name: $0) }) else {
            return refuse("no release is ready")
        }
        self.target = target
        let origin = ForwardedHead.Origin(address: client.address, requestID: notes.requestID)
        let hidesToken = service.token != nil
        pending.insert(.head(ForwardedHead.request(head, from: origin, hidesAuthorization: hidesToken)), at: 0)
        guard let child = client.loop.idleConnection(to: target.release, target.place) else { return connect() }
        guard !Exchange.idempotent.contains(head.method) else { return attach(child) }
        // What the loop knows by now may be that the release closed it: nothing is sent there before it has looked.
        let bound = NIOLoopBound((self, child), eventLoop: client.loop.eventLoop)
        client.loop.eventLoop.execute {
            let (exchange, child) = bound.value
            if exchange.isOver {
                child.close()
            } else if child.isOpen {
                exchange.attach(child)
            } else {
                exchange.connect()
            }
        }
    }

    private func connect() {
        guard let target else { return }
        client.loop.connect(to: target.release, target.place) { [self] child in
            guard !isOver else {
                child?.close()
                return
            }
            if let child { attach(child) } else { fail(.badGateway, "the release cannot be reached") }
        }
    }

    private func attach(_ child: ChildConnection) {
        self.child = child
        child.begin(self)
        for part in pending { child.write(part) }
        if !mayRepeat { pending = [] }
        child.flush()
        if head.version == .http1_1, !isComplete, head.headers.first(name: "expect")?.lowercased() == "100-continue" {
            client.write(.head(HTTPResponseHead(version: .http1_1, status: .continue)))
            client.flush()
        }
        client.resumeReading()
    }

    /// Whether the release may have closed a connection just when the request came, and nothing is lost by sending it
    /// again: where it may be asked for twice, or nothing but its head was sent.
    private var mayRepeat: Bool {
        guard let child, child.isReused, !hasAnswerHead, !pending.isEmpty else { return false }
        return Exchange.idempotent.contains(head.method)
            ? notes.bytesIn <= Exchange.repeatLimit : pending.count == 1
    }
}

extension Exchange {
    /// Takes a piece of the request's body.
    func receive(_ bytes: ByteBuffer) {
        guard !isOver else { return }
        notes.received(bytes)
        guard notes.bytesIn <= service.configuration.bodyLimit else {
            return fail(with: OwnRoute.bodyTooLong(limit: service.configuration.bodyLimit))
        }
        send(.body(.byteBuffer(bytes)))
    }

    /// Takes the end of the request.
    func receiveEnd() {
        guard !isOver else { return }
        isComplete = true
        send(.end(nil))
        child?.flush()
    }

    /// Lets what came of the request go to the release.
    func flushRequest() { child?.flush() }

    private func send(_ part: HTTPClientRequestPart) {
        guard let child else { return pending.append(part) }
        child.write(part)
        guard !pending.isEmpty else { return }
        pending.append(part)
        if !mayRepeat { pending = [] }
    }

    /// Goes on with the answer, as the client takes it again.
    func clientIsWritable() { child?.resumeReading() }

    /// Whether the client takes more of the answer for now.
    var takesAnswer: Bool { client.isWritable }

    /// Lets more of the request come, as the release takes it again.
    func childIsWritable() { client.resumeReading() }

    /// Takes a part of the answer.
    func answered(_ part: HTTPClientResponsePart) {
        guard !isOver, let target else { return }
        switch part {
        case .head(let answer):
            hasAnswerHead = true
            pending = []
            notes.status = Int(answer.status.code)
            let own = target.release.fields + [("x-request-id", notes.requestID)]
            let result = ForwardedHead.answer(answer, to: head, adding: own, endsConnection: client.endsSoon)
            endsConnection = result.endsConnection
            client.write(.head(result.head))
        case .body(let bytes):
            notes.answered(bytes)
            client.write(.body(.byteBuffer(bytes)))
        case .end: finish()
        }
    }

    /// Lets what came of the answer go to the client.
    func flushAnswer() { if !isOver { client.flush() } }

    private func finish() {
        let child = close()
        child?.release(isUsable: isComplete)
        client.end(endsConnection: endsConnection, isComplete: isComplete)
    }

    /// Says that the release's connection is gone before the answer ended.
    func childLeft() {
        guard !isOver, child != nil else { return }
        if mayRepeat {
            child = nil
            return connect()
        }
        fail(.badGateway, "the release ended the connection")
    }

    /// Says that the client is gone.
    func clientLeft() {
        guard !isOver else { return }
        // As nginx counts them: nobody is to blame.
        notes.status = 499
        close()?.close()
    }

    /// Says that it took too long.
    func expire() {
        if hasAnswerHead, !client.isWritable {
            // The client does not read: nobody else is to blame.
            clientLeft()
            client.abort()
        } else if !isComplete, !holdsRequest {
            fail(.requestTimeout, "the request did not come in time")
        } else if !hasTurn {
            refuse("too many requests were under way for too long")
        } else {
            fail(.gatewayTimeout, "the release did not answer in time")
        }
    }

    private func refuse(_ problem: String) {
        fail(with: OwnAnswer(status: .serviceUnavailable, problem: problem, fields: [("retry-after", "1")]))
    }

    private func fail(_ status: HTTPResponseStatus, _ problem: String) {
        fail(with: OwnAnswer(status: status, problem: problem, endsConnection: !isComplete))
    }

    private func fail(with answer: OwnAnswer) {
        guard !isOver else { return }
        notes.status = Int(answer.status.code)
        let fields = (target?.release.fields ?? []) + [("x-request-id", notes.requestID)]
        close()?.close()
        guard !hasAnswerHead else { return client.abort() }
        client.answer(answer.adding(fields), to: head, isComplete: isComplete)
    }

    /// Ends the exchange, whatever came of it, and returns the release's connection.
    private func close() -> ChildConnection? {
        isOver = true
        notes.end(of: target?.release, to: service)
        target?.release.end()
        if hasTurn { service.admission.leave() }
        pending = []
        defer { child = nil }
        return child
    }
}
