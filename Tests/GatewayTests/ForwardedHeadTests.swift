import Gateway
import NIOHTTP1
import Testing

/// What of heads goes on, and what comes back.
@Suite struct ForwardedHeadTests {
    private static func request(
        _ fields: HTTPHeaders,
        method: HTTPMethod = .POST,
        version: HTTPVersion = .http1_1
    ) -> HTTPRequestHead {
        HTTPRequestHead(version: version, method: method, uri: "/v2/models/m/infer?x=%2F", headers: fields)
    }

    private static func forwarded(_ fields: HTTPHeaders, method: HTTPMethod = .POST) -> HTTPRequestHead {
        let origin = ForwardedHead.Origin(address: "127.0.0.1", requestID: "id")
        return ForwardedHead.request(request(fields, method: method), from: origin)
    }

    private static func answered(
        _ status: HTTPResponseStatus,
        _ fields: HTTPHeaders,
        to request: HTTPRequestHead,
        isLast: Bool = false
    ) -> (head: HTTPResponseHead, endsConnection: Bool) {
        ForwardedHead.answer(
            HTTPResponseHead(version: .http1_1, status: status, headers: fields),
            to: request,
            adding: [("x-model-name", "m")],
            endsConnection: isLast
        )
    }

    @Test func `Method, path, query, host and other fields are the client's`() {
        let head = Self.forwarded(["Host": "example.org", "Content-Length": "3", "X-Twice": "a", "x-twice": "b"])
        #expect(head.method == .POST && head.uri == "/v2/models/m/infer?x=%2F")
        #expect(head.headers["host"] == ["example.org"] && head.headers["x-twice"] == ["a", "b"])
    }

    @Test(arguments: [
        "Connection", "Keep-Alive", "TE", "Trailer", "Upgrade", "Proxy-Authorization", "Proxy-Connection", "Expect",
    ])
    func `A field that is about one connection does not go on`(name: String) {
        let head = Self.forwarded(HTTPHeaders([("Content-Length", "3"), (name, "100-continue")]))
        #expect(!head.headers.contains(name: name))
    }

    @Test func `What Connection names does not go on either`() {
        let head = Self.forwarded(["Connection": "X-Secret, close", "X-Secret": "1", "X-Open": "2"])
        #expect(!head.headers.contains(name: "x-secret") && head.headers["x-open"] == ["2"])
    }

    @Test(arguments: ["Content-Length", "transfer-encoding", "HOST"])
    func `Connection cannot name what says where a request ends`(name: String) {
        let fields = HTTPHeaders([("Connection", "close, \(name)"), ("Content-Length", "5"), ("Host", "a")])
        #expect(ForwardedHead.refusal(of: Self.request(fields))?.status == .badRequest)
        let head = Self.forwarded(fields, method: .GET)
        #expect(head.headers["content-length"] == ["5"] && head.headers["host"] == ["a"])
    }

    @Test func `The gateway's token stays with the gateway, and another's goes on`() {
        let head = Self.request(["Authorization": "Bearer secret"])
        let origin = ForwardedHead.Origin(address: nil, requestID: "id")
        let hidden = ForwardedHead.request(head, from: origin, hidesAuthorization: true)
        #expect(!hidden.headers.contains(name: "authorization"))
        #expect(ForwardedHead.request(head, from: origin).headers["authorization"] == ["Bearer secret"])
    }

    @Test func `A request is framed in one way only`() {
        let both: HTTPHeaders = ["Content-Length": "5", "Transfer-Encoding": "chunked"]
        #expect(ForwardedHead.refusal(of: Self.request(both))?.status == .badRequest)
        #expect(!Self.forwarded(both).headers.contains(name: "content-length"))
        let other: HTTPHeaders = ["Transfer-Encoding": "gzip, chunked"]
        #expect(ForwardedHead.refusal(of: Self.request(other))?.status == .notImplemented)
        let chunked: HTTPHeaders = ["Transfer-Encoding": "chunked", "Connection": "X-Secret"]
        #expect(ForwardedHead.refusal(of: Self.request(chunked)) == nil)
    }

    @Test func `The client's address joins those of earlier proxies`() {
        let head = Self.forwarded(["X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "https"])
        #expect(head.headers["x-forwarded-for"] == ["192.0.2.1, 127.0.0.1"])
        #expect(head.headers["x-forwarded-proto"] == ["https"])
        #expect(Self.forwarded([:]).headers["x-forwarded-for"] == ["127.0.0.1"])
    }

    @Test func `Only one request ID goes on, the gateway's`() {
        #expect(Self.forwarded(["X-Request-Id": "a", "x-request-id": "b"]).headers["x-request-id"] == ["id"])
    }

    @Test func `A body keeps its framing, and none is made up`() {
        let chunked = Self.forwarded(["Transfer-Encoding": "chunked"])
        #expect(
            chunked.headers["transfer-encoding"] == ["chunked"] && !chunked.headers.contains(name: "content-length")
        )
        #expect(Self.forwarded([:]).headers["content-length"] == ["0"])
        let question = Self.forwarded([:], method: .GET)
        #expect(!question.headers.contains(name: "content-length"))
        #expect(!question.headers.contains(name: "transfer-encoding"))
    }

    @Test func `An answer gets the gateway's fields in place of the release's`() {
        let own = Self.answered(.ok, ["x-model-name": "other", "content-length": "2"], to: Self.request([:]))
        #expect(own.head.headers["x-model-name"] == ["m"] && !own.endsConnection)
    }

    @Test func `An answer without a length is chunked, or ends the connection of an old client`() {
        let new = Self.answered(.ok, ["connection": "close"], to: Self.request([:]))
        #expect(new.head.headers["transfer-encoding"] == ["chunked"] && !new.endsConnection)
        let old = Self.answered(.ok, [:], to: Self.request(["connection": "keep-alive"], version: .http1_0))
        #expect(!old.head.headers.contains(name: "transfer-encoding") && old.endsConnection)
        let kept = Self.answered(
            .ok,
            ["content-length": "2"],
            to: Self.request(["connection": "keep-alive"], version: .http1_0)
        )
        #expect(kept.head.headers["connection"] == ["keep-alive"] && !kept.endsConnection)
    }

    @Test(arguments: [HTTPResponseStatus.noContent, .notModified])
    func `An answer that has no body is not framed`(status: HTTPResponseStatus) {
        let answer = Self.answered(status, [:], to: Self.request([:]))
        #expect(!answer.head.headers.contains(name: "transfer-encoding"))
    }

    @Test func `The answer to HEAD keeps the length of what it stands for`() {
        let answer = Self.answered(.ok, ["content-length": "70"], to: Self.request([:], method: .HEAD))
        #expect(answer.head.headers["content-length"] == ["70"])
        let unknown = Self.answered(.ok, [:], to: Self.request([:], method: .HEAD))
        #expect(!unknown.head.headers.contains(name: "transfer-encoding"))
    }

    @Test func `A connection ends with the answer where client or gateway want it`() {
        let client = Self.answered(.ok, ["content-length": "2"], to: Self.request(["connection": "close"]))
        #expect(client.endsConnection && client.head.headers["connection"] == ["close"])
        let gateway = Self.answered(.ok, ["content-length": "2"], to: Self.request([:]), isLast: true)
        #expect(gateway.endsConnection && gateway.head.headers["connection"] == ["close"])
        let upgrade = Self.request(["connection": "upgrade", "upgrade": "websocket"])
        #expect(Self.answered(.ok, ["content-length": "2"], to: upgrade).endsConnection)
    }
}
