import Deployment
import Monitoring
import NIOCore
import NIOHTTP1
import Synchronization
import SystemIO

/// What is kept of a request until its answer ends, to be counted and written down then.
struct ExchangeNotes {
    /// The request's name.
    let requestID: String
    /// The answer's status, as it is counted.
    var status = 0
    /// Whether the gateway had no room for it, of which no release is to be judged.
    var isTurnedAway = false
    /// How many bytes of the request's body came.
    private(set) var bytesIn = 0
    private var bytesOut = 0
    private let uri: String
    private let started = NIODeadline.now()
    private let time: Int64
    private let wantsPayload: Bool
    private var request = ByteBuffer()
    private var answer = ByteBuffer()

    init(_ head: HTTPRequestHead, service: GatewayState) {
        requestID = RequestID.of(head.headers.first(name: "x-request-id"))
        uri = head.uri
        time = service.log.isOn ? WallClock.now() : 0
        let isLogged = service.log.isOn && service.configuration.logsPayloads
        wantsPayload = isLogged || service.observesPayloads.load(ordering: .relaxed)
    }

    /// Notes a piece of the request's body.
    mutating func received(_ bytes: ByteBuffer) {
        bytesIn += bytes.readableBytes
        if wantsPayload, bytesIn <= RequestLog.payloadLimit { request.writeImmutableBuffer(bytes) }
    }

    /// Notes a piece of the answer's body.
    mutating func answered(_ bytes: ByteBuffer) {
        bytesOut += bytes.readableBytes
        if wantsPayload, bytesOut <= RequestLog.payloadLimit { answer.writeImmutableBuffer(bytes) }
    }

    /// Counts the request, and has it written down.
    func end(of release: ServedRelease?, to service: GatewayState) {
        let now = NIODeadline.now()
        let seconds = Double(now.uptimeNanoseconds - started.uptimeNanoseconds) / 1e9
        let moment = Int64(now.uptimeNanoseconds)
        // What nobody could take counts as the fault of who has the traffic.
        let counted = release ?? service.traffic.routes?.main
        let endpoint = Endpoint.name(of: uri, own: counted?.seal.plan.endpoint ?? Endpoint.other)
        if isTurnedAway {
            service.metrics.countTurnedAway()
        } else {
            counted?.metrics.count(endpoint: endpoint, status: status)
            counted?.window.note(status: status, seconds: seconds, at: moment)
        }
        let payload = payload
        if let payload, let release, status < 400, release.window.wantsPayloads {
            service.log.observe(payload, by: release.window, at: moment)
        }
        guard service.log.isOn else { return }
        var line = RequestLine(
            time: time,
            requestID: requestID,
            model: release?.seal.model,
            version: release?.seal.version,
            digest: release?.seal.digest,
            endpoint: endpoint,
            status: status,
            seconds: seconds,
            bytesIn: bytesIn,
            bytesOut: bytesOut
        )
        line.isTurnedAway = isTurnedAway
        if service.configuration.logsPayloads { line.payload = payload }
        service.log.add(line)
    }

    private var payload: RequestLine.Payload? {
        guard wantsPayload, bytesIn <= RequestLog.payloadLimit, bytesOut <= RequestLog.payloadLimit else { return nil }
        return RequestLine.Payload(
            request: Array(request.readableBytesView),
            answer: Array(answer.readableBytesView)
        )
    }
}
