import ModelCore
import NIOHTTP1

/// An answer that the gateway gives by itself.
struct OwnAnswer {
    let status: HTTPResponseStatus
    let text: String
    let contentType: String
    /// Whether the connection ends with it.
    let endsConnection: Bool
    /// Further header fields.
    var fields: [(String, String)]

    init(
        status: HTTPResponseStatus,
        text: String,
        contentType: String,
        endsConnection: Bool = false,
        fields: [(String, String)] = []
    ) {
        self.status = status
        self.text = text
        self.contentType = contentType
        self.endsConnection = endsConnection
        self.fields = fields
    }

    /// Creates an answer that says, as JSON, why there is no other.
    init(
        status: HTTPResponseStatus,
        problem: String,
        endsConnection: Bool = false,
        fields: [(String, String)] = []
    ) {
        let document = JSONValue.object(["error": .string(problem)])
        self.init(
            status: status,
            text: String(decoding: document.line, as: UTF8.self),
            contentType: "application/json",
            endsConnection: endsConnection,
            fields: fields
        )
    }

    /// Returns the same with more header fields.
    func adding(_ more: [(String, String)]) -> OwnAnswer {
        var answer = self
        answer.fields += more
        return answer
    }

    /// The head.
    func head(endsConnection: Bool) -> HTTPResponseHead {
        var headers: [(String, String)] = [
            ("content-type", contentType), ("content-length", "\(text.utf8.count)"), ("cache-control", "no-store"),
        ]
        headers += fields
        if endsConnection { headers.append(("connection", "close")) }
        return HTTPResponseHead(version: .http1_1, status: status, headers: HTTPHeaders(headers))
    }
}
