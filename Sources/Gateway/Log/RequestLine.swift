import ModelCore

/// What is written down of a request: a line of JSON.
package struct RequestLine: Sendable {
    /// When its head came, in nanoseconds since 1970.
    package var time: Int64
    /// Its name.
    package var requestID: String
    /// The model that answered; `nil` where none did.
    package var model: String?
    /// The version that answered.
    package var version: String?
    /// The SHA-256 of the listing of the release's files.
    package var digest: String?
    /// What its path is counted as.
    package var endpoint: String
    /// The answer's status.
    package var status: Int
    /// How long it took, in seconds.
    package var seconds: Double
    /// The bytes of its body.
    package var bytesIn: Int
    /// The bytes of the answer's body.
    package var bytesOut: Int
    /// Whether the gateway had no room for it, which says nothing about any version.
    package var isTurnedAway = false
    /// Both bodies, where they are wanted and short enough.
    package var payload: Payload?

    /// The bodies of a request and its answer.
    package struct Payload: Sendable {
        /// The request's.
        package var request: [UInt8]
        /// The answer's.
        package var answer: [UInt8]

        /// Creates a pair of bodies.
        package init(request: [UInt8], answer: [UInt8]) {
            self.request = request
            self.answer = answer
        }
    }

    /// Creates the line of a request without payloads.
    package init(
        time: Int64,
        requestID: String,
        model: String?,
        version: String?,
        digest: String?,
        endpoint: String,
        status: Int,
        seconds: Double,
        bytesIn: Int,
        bytesOut: Int
    ) {
        self.time = time
        self.requestID = requestID
        self.model = model
        self.version = version
        self.digest = digest
        self.endpoint = endpoint
        self.status = status
        self.seconds = seconds
        self.bytesIn = bytesIn
        self.bytesOut = bytesOut
    }

    /// The line, with its end.
    package var bytes: [UInt8] {
        var fields: [String: JSONValue] = [
            "ts": .string(RequestLine.text(of: time)),
            "request_id": .string(requestID),
            "endpoint": .string(endpoint),
            "status": JSONValue(Int64(status)),
            "latency_ms": JSONValue(real: (seconds * 1e6).rounded() / 1000),
            "bytes_in": JSONValue(Int64(bytesIn)),
            "bytes_out": JSONValue(Int64(bytesOut)),
        ]
        if let model { fields["model"] = .string(model) }
        if let version { fields["version"] = .string(version) }
        if let digest { fields["digest"] = .string(digest) }
        if isTurnedAway { fields["turned_away"] = .bool(true) }
        if let payload {
            fields["inputs"] = RequestLine.value(of: payload.request)
            fields["outputs"] = RequestLine.value(of: payload.answer)
        }
        return JSONValue.object(fields).line
    }

    /// A time in ISO 8601, UTC, with milliseconds.
    private static func text(of time: Int64) -> String {
        let milliseconds = String(1000 + time / 1_000_000 % 1000).dropFirst()
        return CivilDate.time(secondsSince1970: time / 1_000_000_000).dropLast() + ".\(milliseconds)Z"
    }

    /// JSON as it is, other text as a string, and nothing of what is neither.
    private static func value(of bytes: [UInt8]) -> JSONValue {
        if let value = try? JSONValue(parsing: bytes) { return value }
        return String(validating: bytes, as: UTF8.self).map { .string($0) } ?? .null
    }
}
