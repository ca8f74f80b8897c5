import Deployment
import ModelCore
import Monitoring
import NIOHTTP1

/// The paths that the gateway answers by itself, and who may ask for anything at all.
enum OwnRoute {
    /// Returns the gateway's own answer to a request; `nil` for one that the release is to answer.
    static func answer(to head: HTTPRequestHead, of service: GatewayState) -> OwnAnswer? {
        // TRACE would show the client what the gateway adds, and has no body that could be framed.
        guard head.method != .CONNECT, head.method != .TRACE else {
            return OwnAnswer(
                status: .methodNotAllowed,
                problem: "\(head.method.rawValue) is not for servers of models",
                endsConnection: true
            )
        }
        if let refusal = ForwardedHead.refusal(of: head) {
            return OwnAnswer(status: refusal.status, problem: refusal.problem, endsConnection: true)
        }
        let path = head.uri.utf8.firstIndex(of: UInt8(ascii: "?")).map { String(head.uri[..<$0]) } ?? head.uri
        let isQuestion = head.method == .GET || head.method == .HEAD
        if isQuestion, path == "/ping" { return OwnAnswer(status: .ok, text: "\n", contentType: "text/plain") }
        if isQuestion, path == "/health" { return health(of: service) }
        if let token = service.token, !token.isShown(by: head.headers.first(name: "authorization")) {
            return OwnAnswer(
                status: .unauthorized,
                problem: "the token of this gateway is needed: \"Authorization: Bearer TOKEN\"",
                endsConnection: true,
                fields: [("www-authenticate", "Bearer")]
            )
        }
        if isQuestion, path == "/version" { return version(of: service) }
        if isQuestion, path == "/metrics" {
            return OwnAnswer(status: .ok, text: service.metricsPage, contentType: PrometheusWriter.contentType)
        }
        return tooLong(head, limit: service.configuration.bodyLimit)
    }

    /// Refuses a body that says itself that it is too long, before any of it is read.
    private static func tooLong(_ head: HTTPRequestHead, limit: Int) -> OwnAnswer? {
        guard let text = head.headers.first(name: "content-length"), let count = Int(text), count > limit else {
            return nil
        }
        return bodyTooLong(limit: limit)
    }

    /// The answer to a request whose body is too long.
    static func bodyTooLong(limit: Int) -> OwnAnswer {
        OwnAnswer(
            status: .payloadTooLarge,
            problem: "a request may have \(limit) bytes",
            endsConnection: true
        )
    }

    private static func health(of service: GatewayState) -> OwnAnswer {
        guard service.traffic.isReady else {
            return OwnAnswer(
                status: .serviceUnavailable,
                problem: "no release is ready",
                fields: [("retry-after", "1")]
            )
        }
        return OwnAnswer(status: .ok, text: "\n", contentType: "text/plain")
    }

    private static func version(of service: GatewayState) -> OwnAnswer {
        guard let seal = service.traffic.routes?.main.seal else {
            return OwnAnswer(status: .serviceUnavailable, problem: "no release has the traffic")
        }
        let document = JSONValue.object([
            "model": .string(seal.model), "version": .string(seal.version), "digest": .string(seal.digest),
            "commit": .string(seal.commit), "gateway": .string(service.version),
        ])
        let text = String(decoding: document.line, as: UTF8.self)
        return OwnAnswer(status: .ok, text: text, contentType: "application/json")
    }
}
