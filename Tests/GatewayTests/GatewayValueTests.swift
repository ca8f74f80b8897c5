import Gateway
import ModelCore
import Testing

/// Tokens, names, shares and lines: what a gateway decides without a network.
@Suite struct GatewayValueTests {
    private static let token = "0123456789abcdef"

    @Test func `A token has at least 16 bytes, and is shown by the scheme Bearer`() throws {
        #expect(BearerToken("short") == nil && BearerToken("") == nil)
        let token = try #require(BearerToken(Self.token))
        #expect(token.isShown(by: "Bearer \(Self.token)") && token.isShown(by: "bearer \(Self.token)"))
    }

    @Test(arguments: [
        nil, "", "Bearer", "Bearer ", token, "Basic \(token)", "Bearer \(token)x", "Bearer 0123456789abcdeX",
        "Bearer x123456789abcdef", "Bearer 0123456789abcde", "Bearer \(token)\(token)",
    ])
    func `Anything else does not show it`(value: String?) throws {
        #expect(try #require(BearerToken(Self.token)).isShown(by: value) == false)
    }

    @Test func `A sound request ID is kept`() {
        for id in ["a", "7f2c-1", "00-4bf92f3577b34da6a3ce929d0e0e4736-00", String(repeating: "x", count: 128)] {
            #expect(RequestID.of(id) == id)
        }
    }

    @Test(arguments: [nil, "", "a b", "a\u{1B}[0m", "ä", "\"", String(repeating: "x", count: 129)])
    func `One that is not is replaced by one that nobody else has`(id: String?) {
        let (first, second) = (RequestID.of(id), RequestID.of(id))
        #expect(first != second && first.utf8.count == 32 && RequestID.of(first) == first)
    }

    @Test(arguments: [
        ("/invocations", "/invocations"), ("/invocations?x=1", "/invocations"),
        ("/v2/models/m/infer", "/v2/models/{model}/infer"),
        ("/v2/models/m/versions/1/infer", "/v2/models/{model}/infer"),
        ("/v2/models/m/ready", "/v2/models/{model}/ready"), ("/v1/models/m:predict", "/v1/models/{model}:predict"),
        ("/v1/chat/completions", "/v1/chat/completions"), ("/own", "/own"), ("/wp-login.php", "other"), ("/", "other"),
        ("*", "other"), ("/invocations/x", "other"),
    ])
    func `A path is counted as one of few`(uri: String, name: String) {
        #expect(Endpoint.name(of: uri, own: "/own") == name)
    }

    @Test func `A share by percent is met, and a key always gets the same release`() {
        let split = TrafficSplit(percent: 20)
        let keys = (0..<10_000).map { "user-\($0)" }
        let others = keys.filter { split.isOther(key: $0) }
        #expect((1700...2300).contains(others.count))
        #expect(others.allSatisfy { split.isOther(key: $0) })
        // Who is with the new release stays there while its share grows.
        let more = TrafficSplit(percent: 50)
        #expect(others.allSatisfy { more.isOther(key: $0) })
        let drawn = (0..<10_000).count { _ in split.isOther(key: nil) }
        #expect((1700...2300).contains(drawn))
    }

    @Test func `None and all are exact`() {
        let keys: [String?] = [nil, "", "a", "b"]
        #expect(keys.allSatisfy { !TrafficSplit(percent: 0).isOther(key: $0) })
        #expect(keys.allSatisfy { TrafficSplit(percent: 100).isOther(key: $0) })
    }

    @Test func `A line of the log is JSON with a time that others read`() throws {
        var line = RequestLine(
            time: 1_767_323_045_006_000_000,
            requestID: "r",
            model: "m",
            version: "v1.0.0",
            digest: "sha256:00",
            endpoint: "/invocations",
            status: 200,
            seconds: 0.0123456,
            bytesIn: 3,
            bytesOut: 4
        )
        let fields = try #require(JSONValue(parsing: line.bytes).object)
        #expect(fields["ts"]?.string == "2026-01-02T03:04:05.006Z" && fields["latency_ms"]?.double == 12.346)
        #expect(line.bytes.last == UInt8(ascii: "\n") && fields["inputs"] == nil)
        line.payload = RequestLine.Payload(request: Array(#"{"inputs": [1]}"#.utf8), answer: [0xFF])
        let logged = try #require(JSONValue(parsing: line.bytes).object)
        #expect(logged["inputs"]?.object?["inputs"] != nil && logged["outputs"] == .null)
    }
}
