import Synchronization
import Testing
import Transport

@testable import Remotes

@Suite("Parts of files")
struct PartialReadsTests {
    /// A web server of one file, which may know ranges.
    private final class Server: Sendable {
        private static let content = Array(0..<200).map { UInt8($0) }
        private let knowsRanges: Bool
        private let failures: Mutex<Int>
        private let log = Mutex<[Int]>([])

        init(knowsRanges: Bool, failing failures: Int = 0) {
            self.knowsRanges = knowsRanges
            self.failures = Mutex(failures)
        }

        /// How many bytes each answer had.
        var answers: [Int] { log.withLock { $0 } }

        func answer(_ part: RangedRead) async throws(RemoteError) -> HTTPResponse {
            for _ in 0..<10 { await Task.yield() }
            let fails = failures.withLock { count in
                defer { count -= 1 }
                return count > 0
            }
            if fails { throw .busy("server", cause: "it answers with 503", retryAfter: nil) }
            let range = (part.range ?? 0..<200).clamped(to: 0..<200)
            let bytes = knowsRanges ? Array(Server.content[range]) : Server.content
            log.withLock { $0.append(bytes.count) }
            let fields = knowsRanges ? [("Content-Range", "bytes \(range.lowerBound)-\(range.upperBound - 1)/200")] : []
            return HTTPResponse(status: knowsRanges ? 206 : 200, fields: HTTPFields(fields), bytes: bytes)
        }
    }

    private func read(_ parts: PartialReads, _ range: Range<Int>, from server: Server, _ file: String) async throws {
        let bytes = try await parts.read(range, of: file) { part async throws(RemoteError) in
            try await server.answer(part)
        }
        #expect(bytes == range.clamped(to: 0..<200).map { UInt8($0) })
    }

    @Test func `what a server sends whole is sent once for all who want parts of it`() async throws {
        let server = Server(knowsRanges: false)
        let parts = PartialReads("server")
        try await (0..<16).forEach(atOnce: 16) { turn in
            try await read(parts, turn * 10..<turn * 10 + 10, from: server, turn < 8 ? "one" : "two")
        }
        #expect(server.answers == [200, 200])
        try await read(parts, 150..<300, from: server, "two")
        #expect(server.answers.count == 2)
        for file in ["three", "four", "one"] { try await read(parts, 0..<3, from: server, file) }
        #expect(server.answers.count == 5)
    }

    @Test func `a server that knows ranges sends nothing else`() async throws {
        let server = Server(knowsRanges: true)
        let parts = PartialReads("server")
        try await (0..<16).forEach(atOnce: 16) { turn in
            try await read(parts, turn * 5..<turn * 5 + 5, from: server, "one")
        }
        #expect(server.answers == Array(repeating: 5, count: 16))
    }

    @Test func `a failure is its reader's, and the next asks anew`() async throws {
        let server = Server(knowsRanges: false, failing: 1)
        let parts = PartialReads("server")
        await #expect(throws: RemoteError.self) { try await read(parts, 0..<3, from: server, "one") }
        try await read(parts, 0..<3, from: server, "one")
        try await read(parts, 3..<6, from: server, "one")
        #expect(server.answers == [200])
    }
}
