import ModelCore
import SystemIO
import SystemPackage
import Transport

/// Content on its way from a registry into a file; after a break it goes on where the file ends, if the registry knows
/// ranges (RFC 9110, section 14), and else begins again.
struct BlobDownload {
    private let session: RegistrySession
    private let url: String
    private let blob: Descriptor
    private let file: FilePath
    /// Whether the registry is asked for the rest after a break.
    private var asksForRanges = true

    init(_ blob: Descriptor, by session: RegistrySession, from url: String, into file: FilePath) {
        self.session = session
        self.url = url
        self.blob = blob
        self.file = file
    }

    /// Fetches everything, never much more than the descriptor says; what came is not compared with its digest.
    mutating func run() async throws(OCIError) {
        try begin()
        var failures = 0
        var best: Int64 = 0
        while true {
            let offset = try byteCount()
            guard offset < blob.size else { break }
            guard let trouble = try await step(from: offset) else { continue }
            let reached = try byteCount()
            if reached > best { (best, failures) = (reached, 0) }
            failures += 1
            guard trouble.error.isTransient, failures < Backoff.attempts else {
                throw session.final(trouble.error, "give \(blob.digest)", failures)
            }
            try await session.backoff.pause(after: failures, wanted: trouble.wanted)
            if !asksForRanges { try begin() }
        }
        guard try byteCount() == blob.size else { throw another("longer") }
    }

    /// What went wrong, and for how many seconds the registry wants to be left alone.
    private typealias Trouble = (error: OCIError, wanted: Int?)

    /// Asks for what is missing; throws what no other attempt would change.
    private mutating func step(from offset: Int64) async throws(OCIError) -> Trouble? {
        var request = HTTPRequest(.get, url)
        if offset > 0 { request.fields["Range"] = "bytes=\(offset)-" }
        let limit = Int(max(blob.size - offset, RegistryClient.refusalByteCount))
        let response: HTTPResponse
        switch await session.result(of: request, answerLimit: limit, into: file, sent: { _ in }) {
        case .success(let found): response = found
        case .failure(.transport(.tooLong)): throw another("longer")
        case .failure(.transport(.everything)):
            try restart()
            return nil
        case .failure(let error): return (error, nil)
        }
        if response.status == 404 { throw .missing(place: session.place, what: "content \(blob.digest)") }
        guard response.isSuccess else {
            return (session.refusal(response, "give \(blob.digest)"), response.retryAfter)
        }
        if offset > 0, response.rangeStart != offset {
            guard response.rangeStart == nil else {
                throw .malformed(
                    place: session.place,
                    what: "it gives another range of \(blob.digest) than was asked for"
                )
            }
            try restart()
            return nil
        }
        let reached = try byteCount()
        guard reached >= blob.size || response.status == 206 && reached > offset else { throw another("shorter") }
        return nil
    }

    /// Begins again, and never asks for a range again, so that this happens once.
    private mutating func restart() throws(OCIError) {
        asksForRanges = false
        try begin()
    }

    private func begin() throws(OCIError) {
        do throws(IOError) {
            try DurableFile.remove(file)
            _ = try OpenFile(creating: file)
        } catch { throw .io(error) }
    }

    private func byteCount() throws(OCIError) -> Int64 {
        do throws(IOError) { return try FileStatus.of(file)?.size ?? 0 } catch { throw .io(error) }
    }

    private func another(_ length: String) -> OCIError {
        .malformed(place: session.place, what: "\(blob.digest) is \(length) than its manifest says")
    }
}
