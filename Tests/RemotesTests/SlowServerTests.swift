import SystemIO
import SystemPackage
import TestSupport
import Testing

@testable import Transport

/// Requests that take longer than the watch's window, all of them moving; how the watch counts time, `StallTests` look
/// at.
///
/// The window is so long that no busy machine outlasts it, and everything that waits waits longer.
@Suite("Transfers that are slow")
struct SlowServerTests {
    /// Thinks about what it is sent before it answers with the length; what it sends itself ends after a while, or does
    /// not begin.
    private static let script = """
        import http.server, sys, time

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_PUT(self):
                length = len(self.rfile.read(int(self.headers["Content-Length"])))
                if self.path == "/thinking": time.sleep(12)
                self.answer(str(length).encode())

            def do_GET(self):
                if self.path == "/silent": time.sleep(60)
                self.answer(bytes(15 << 10), bytes(1 << 10))

            do_HEAD = do_DELETE = do_GET

            def answer(self, *parts):
                self.send_response(200)
                self.send_header("Content-Length", str(sum(map(len, parts))))
                self.end_headers()
                for number, part in enumerate(parts):
                    if number: time.sleep(1)
                    self.wfile.write(part)

        http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
        """

    private let scratch: Scratch
    private let server: LoopbackServer
    /// That of the whole process may be busy with other tests.
    private let pool = WorkerPool(threadCount: 2)

    init() async throws {
        scratch = try Scratch()
        server = try await LoopbackServer(log: scratch.path.appending("log")) {
            ["python3", "-c", SlowServerTests.script, "\($0)"]
        }
    }

    private func send(_ request: HTTPRequest, bytesPerSecond: Int64? = nil) async throws -> HTTPResponse {
        var settings = TransportSettings()
        settings.stallWindow = .seconds(10)
        settings.bytesPerSecond = bytesPerSecond
        return try await HTTPTransport(settings, pool: pool, cancellation: Cancellation()).send(request)
    }

    @Test func `a server may think for longer than the window, also about nothing`() async throws {
        async let something = send(HTTPRequest(.put, server.origin + "/thinking", body: .bytes([1]))).text
        async let nothing = send(HTTPRequest(.put, server.origin + "/thinking", body: .bytes([]))).text
        #expect(try await [something, nothing] == ["1", "0"])
    }

    @Test(arguments: [HTTPRequest.Method.get, .head, .delete])
    func `a server that was sent nothing to think about and is silent is given up after the window`(
        method: HTTPRequest.Method
    ) async throws {
        let error = await #expect(throws: TransportError.self) {
            try await self.send(HTTPRequest(method, self.server.origin + "/silent"))
        }
        guard case .stalled(byteCount: 0, seconds: 10)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `bytes of memory count piece by piece, and after the last it is the server's turn`() async throws {
        let meter = TransferMeter()
        let memory = HTTPRequest.Piece.bytes([UInt8](repeating: 7, count: 2 << 20))
        let body = PieceBody(pieces: [memory], pool: pool, meter: meter, limit: nil, sent: { _ in })
        var pieces = body.makeAsyncIterator()
        for number in 1...4 {
            #expect(try await pieces.next() != nil)
            #expect(meter.byteCount == Int64(number) * 512 << 10 && !meter.isServersTurn)
        }
        #expect(try await pieces.next() == nil)
        #expect(meter.isServersTurn)
    }

    // The last bytes of each wait until the others had their time, for 15 seconds and more.
    @Test func `a limit under which bytes wait longer than the window ends no upload`() async throws {
        let path = scratch.path.appending("file")
        try DurableFile.write([UInt8](repeating: 7, count: 20 << 10), to: path, durable: false)
        let body = HTTPRequest.Body.file(path, byteCount: 20 << 10)
        let answer = try await send(HTTPRequest(.put, server.origin + "/", body: body), bytesPerSecond: 1 << 10)
        #expect(answer.text == "\(20 << 10)")
    }

    @Test func `a limit under which bytes wait longer than the window ends no download`() async throws {
        let answer = try await send(HTTPRequest(.get, server.origin + "/"), bytesPerSecond: 1 << 10)
        #expect(answer.bytes.count == 16 << 10)
    }

    @Test func `streams that share a small limit are never silent for long`() {
        #expect(RateLimit(bytesPerSecond: 64 << 10).pieceByteCount == 16 << 10)
        #expect(RateLimit(bytesPerSecond: 1 << 20).pieceByteCount == 128 << 10)
        #expect(RateLimit(bytesPerSecond: 1 << 40).pieceByteCount == 512 << 10)
    }
}
