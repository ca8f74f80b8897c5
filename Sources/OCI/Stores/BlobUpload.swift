import ModelCore
import Transport

/// Content on its way to a registry, in chunks; after a break it goes on where the registry says it stopped
/// (distribution-spec 1.1).
struct BlobUpload {
    /// Up to this size, content goes in one request.
    static let chunkByteCount: Int64 = 16 << 20

    private let session: RegistrySession
    private let start: String
    private let blob: Descriptor
    private let content: BlobContent
    private let sent: @Sendable (Int) -> Void
    /// Where the next request goes; `nil` before the upload was begun.
    private var location: String?
    private var offset: Int64 = 0
    private var chunk = BlobUpload.chunkByteCount
    /// The most bytes that the registry had at any time: what is more than that is progress.
    private var best: Int64 = 0
    /// Whether the content is there.
    private var isDone = false

    init(
        _ blob: Descriptor,
        _ content: BlobContent,
        by session: RegistrySession,
        at start: String,
        sent: @escaping @Sendable (Int) -> Void
    ) {
        self.session = session
        self.start = start
        self.blob = blob
        self.content = content
        self.sent = sent
    }

    /// Sends everything; throws what the registry says where it refuses the content, and what ended the last of several
    /// attempts.
    mutating func run() async throws(OCIError) {
        var failures = 0
        while !isDone {
            let answer = await step()
            guard let problem = answer.problem else { continue }
            if offset > best { (best, failures) = (offset, 0) }
            failures += 1
            let isOver = failures >= Backoff.attempts || !(problem.isTransient || answer.isLost)
            guard !isOver else { throw session.final(problem, BlobUpload.operation(blob), failures) }
            try await session.backoff.pause(after: failures, wanted: answer.wanted)
            await resume()
        }
    }

    private static func operation(_ blob: Descriptor) -> String { "take \(blob.digest)" }

    /// What came of a request.
    private struct Answer {
        /// What went wrong; `nil` where nothing did.
        var problem: OCIError?
        /// Whether the registry does not know the upload, or where it is, as we do.
        var isLost = false
        /// For how many seconds it wants to be left alone.
        var wanted: Int?
    }

    private mutating func step() async -> Answer {
        guard let location else { return await begin() }
        let isWhole = offset == 0 && blob.size <= chunk
        if !isWhole && offset < blob.size { return await send(to: location) }
        return await finish(at: location, isWhole ? content : BlobContent())
    }

    private mutating func begin() async -> Answer {
        let result = await session.result(of: HTTPRequest(.post, start)) { _ in }
        guard let response = response(of: result) else { return failed(result) }
        guard response.status == 202, take(response) else { return failed(result) }
        if let least = response.fields["OCI-Chunk-Min-Length"].flatMap({ Int64($0) }), least > chunk, least <= 1 << 30 {
            chunk = least
        }
        offset = 0
        return Answer()
    }

    private mutating func send(to location: String) async -> Answer {
        let end = min(offset + chunk, blob.size)
        var request = HTTPRequest(.patch, location, body: .pieces(content.part(offset..<end).pieces))
        request.fields["Content-Type"] = "application/octet-stream"
        request.fields["Content-Range"] = "\(offset)-\(end - 1)"
        let result = await session.result(of: request, sent: sent)
        guard let response = response(of: result), response.status == 202, take(response) else { return failed(result) }
        offset = end
        if let range = response.fields["Range"], BlobUpload.end(of: range) != end {
            // It has less than it was sent.
            return Answer(problem: session.refusal(response, BlobUpload.operation(blob)), isLost: true)
        }
        return Answer()
    }

    private mutating func finish(at location: String, _ rest: BlobContent) async -> Answer {
        let mark = location.contains("?") ? "&" : "?"
        var request = HTTPRequest(.put, "\(location)\(mark)digest=sha256:\(blob.digest.hex)")
        request.fields["Content-Type"] = "application/octet-stream"
        if rest.byteCount > 0 { request.body = .pieces(rest.pieces) }
        let result = await session.result(of: request, sent: sent)
        guard let response = response(of: result), response.isSuccess else { return failed(result) }
        if let found = response.fields["Docker-Content-Digest"], found != "\(blob.digest)" {
            return Answer(
                problem: .wrongDigest(place: session.place, what: "content", expected: blob.digest, found: found)
            )
        }
        isDone = true
        return Answer()
    }

    /// Asks how far the registry is; where it does not say, everything begins again.
    private mutating func resume() async {
        guard let known = location else { return }
        location = nil
        let before = offset
        offset = 0
        guard before > 0 || blob.size > chunk else { return }
        let result = await session.result(of: HTTPRequest(.get, known)) { _ in }
        guard let response = response(of: result), response.status == 204,
            let end = response.fields["Range"].flatMap(BlobUpload.end), (2...blob.size).contains(end)
        else { return }
        location = known
        _ = take(response)
        offset = end
    }

    /// Returns the end of a range `0-N`, which is N + 1; some say `0-0` of nothing.
    private static func end(of range: String) -> Int64? {
        let text = range.hasPrefix("bytes=") ? range.dropFirst("bytes=".count) : range[...]
        let parts = text.split(separator: "-")
        guard parts.count == 2, parts[0] == "0", let last = Int64(parts[1]), last >= 0, last < .max else { return nil }
        return last + 1
    }

    /// Takes the place of the next request from an answer; returns whether there is one.
    private mutating func take(_ response: HTTPResponse) -> Bool {
        guard let text = response.fields["Location"], let next = session.resolved(text, from: location ?? start) else {
            return false
        }
        location = next
        return true
    }

    private func response(of result: Result<HTTPResponse, OCIError>) -> HTTPResponse? {
        if case .success(let response) = result { response } else { nil }
    }

    private func failed(_ result: Result<HTTPResponse, OCIError>) -> Answer {
        switch result {
        case .failure(let error): return Answer(problem: error)
        case .success(let response) where response.isSuccess:
            let what = "it does not say where content is to be sent"
            return Answer(problem: .malformed(place: session.place, what: what))
        case .success(let response):
            return Answer(
                problem: session.refusal(response, BlobUpload.operation(blob)),
                isLost: [404, 416].contains(response.status) && location != nil,
                wanted: response.retryAfter
            )
        }
    }
}
