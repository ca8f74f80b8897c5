package import NIOHTTP1

/// What of the head of a request goes on to the release, and what of the head of its answer goes back.
package enum ForwardedHead {
    /// What a request brings about itself besides its head.
    package struct Origin: Sendable {
        /// The client's address; `nil` for a Unix socket.
        package var address: String?
        /// The request's name.
        package var requestID: String

        /// Creates an origin.
        package init(address: String?, requestID: String) {
            self.address = address
            self.requestID = requestID
        }
    }

    /// Fields that are about one connection (RFC 9110, section 7.6.1), in lower case.
    private static let hops: Set<String> = [
        "connection", "keep-alive", "proxy-connection", "proxy-authenticate", "proxy-authorization", "te", "trailer",
        "transfer-encoding", "upgrade",
    ]

    /// Fields that say where a message ends or whom it is for; `Connection` cannot take these away.
    private static let framing: Set<String> = ["content-length", "transfer-encoding", "host"]

    /// Returns why a request cannot go on as it is; `nil` for one that can.
    ///
    /// What is read as one request here has to be one request for the release too.
    package static func refusal(of head: HTTPRequestHead) -> (status: HTTPResponseStatus, problem: String)? {
        if let name = head.headers[canonicalForm: "connection"].first(where: { framing.contains($0.lowercased()) }) {
            return (.badRequest, "\"Connection\" cannot name \"\(name.lowercased())\"")
        }
        let encodings = head.headers[canonicalForm: "transfer-encoding"]
        guard encodings.isEmpty || encodings.count == 1 && encodings[0].lowercased() == "chunked" else {
            return (.notImplemented, "no \"Transfer-Encoding\" but \"chunked\" is known here")
        }
        guard encodings.isEmpty || head.headers["content-length"].isEmpty else {
            return (.badRequest, "there are both \"Content-Length\" and \"Transfer-Encoding\"")
        }
        return nil
    }

    /// Returns the head of a request as the release gets it.
    ///
    /// Method, path and `Host` are the client's. `Expect` stays behind, as the gateway itself asks for the body, and
    /// with `hidesAuthorization` that of the gateway's token.
    package static func request(
        _ head: HTTPRequestHead,
        from origin: Origin,
        hidesAuthorization: Bool = false
    ) -> HTTPRequestHead {
        let left: Set<String> = ["expect", "x-request-id"]
        var fields = forwarded(head.headers, without: hidesAuthorization ? left.union(["authorization"]) : left)
        if let address = origin.address {
            let earlier = fields["x-forwarded-for"].joined(separator: ", ")
            fields.replaceOrAdd(name: "x-forwarded-for", value: earlier.isEmpty ? address : "\(earlier), \(address)")
        }
        if !fields.contains(name: "x-forwarded-proto") { fields.add(name: "x-forwarded-proto", value: "http") }
        if !fields.contains(name: "host") { fields.add(name: "host", value: "localhost") }
        fields.add(name: "x-request-id", value: origin.requestID)
        if head.headers.contains(name: "transfer-encoding") {
            fields.remove(name: "content-length")
            fields.add(name: "transfer-encoding", value: "chunked")
        } else if let length = fields.first(name: "content-length") {
            fields.replaceOrAdd(name: "content-length", value: length)
        } else if [.POST, .PUT, .PATCH].contains(head.method) {
            // A request that says nothing of a body has none.
            fields.add(name: "content-length", value: "0")
        }
        return HTTPRequestHead(version: .http1_1, method: head.method, uri: head.uri, headers: fields)
    }

    /// Returns the head of a release's answer as the client gets it, with the gateway's own fields.
    ///
    /// The second value says whether the connection ends with it: where the client or the gateway (`isLast`) wants
    /// that, and where nothing else tells the answer's length.
    package static func answer(
        _ head: HTTPResponseHead,
        to request: HTTPRequestHead,
        adding own: [(String, String)],
        endsConnection isLast: Bool = false
    ) -> (head: HTTPResponseHead, endsConnection: Bool) {
        var fields = forwarded(head.headers, without: ["x-request-id"])
        for (name, value) in own { fields.replaceOrAdd(name: name, value: value) }
        var endsConnection = isLast || self.isLast(request)
        let status = Int(head.status.code)
        if status == 204 || status == 304 || (100..<200).contains(status) {
            if status == 204 { fields.remove(name: "content-length") }
        } else if request.method != .HEAD, !fields.contains(name: "content-length") {
            if request.version == .http1_1 {
                fields.add(name: "transfer-encoding", value: "chunked")
            } else {
                endsConnection = true
            }
        }
        if endsConnection {
            fields.add(name: "connection", value: "close")
        } else if request.version != .http1_1 {
            fields.add(name: "connection", value: "keep-alive")
        }
        return (HTTPResponseHead(version: .http1_1, status: head.status, headers: fields), endsConnection)
    }

    /// Returns whether no other request can follow: where the client says so, and behind one that asks for another
    /// protocol, as nothing is parsed any more after it.
    package static func isLast(_ request: HTTPRequestHead) -> Bool {
        !request.isKeepAlive || request.headers.contains(name: "upgrade")
    }

    /// Returns the fields that are not about the connection, neither by their own name nor because `Connection` says
    /// so.
    private static func forwarded(_ fields: HTTPHeaders, without left: Set<String>) -> HTTPHeaders {
        let named = fields[canonicalForm: "connection"].map { $0.lowercased() }
        var result: [(String, String)] = []
        result.reserveCapacity(fields.count + 6)
        for (name, value) in fields {
            let key = name.lowercased()
            if hops.contains(key) || left.contains(key) { continue }
            if named.contains(where: { $0 == key }), !framing.contains(key) { continue }
            result.append((name, value))
        }
        return HTTPHeaders(result)
    }
}
