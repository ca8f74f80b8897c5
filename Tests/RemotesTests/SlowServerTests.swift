import SystemIO
import SystemPackage
import TestSupport
import Testing

@testable import Transport

/// Requests that take longer than the watch's window, all of them moving.
@Suite("Transfers that are slow")
struct SlowServerTests {
    /// Reads what it is sent no faster than 5 MiB a second, and thinks about it before it answers with the length.
    private static let script = """
        import http.server, sys, time

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_PUT(self):
                length = rest = int(self.headers["Content-Length"])
                while rest:
                    rest -= len(self.rfile.read(min(rest, 128 << 10)))
                    time.sleep(0.025)
                time.sleep(2)
                self.answer(str(length).encode())

            def do_GET(self):
                self.answer(bytes(200 << 10))

            def answer(self, body):
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
        """

    private let scratch: Scratch
    private let server: LoopbackServer

    init() async throws {
        scratch = try Scratch()
        server = try await LoopbackServer(log: scratch.path.appending("log")) {
            ["python3", "-c", SlowServerTests.script, "\($0)"]
        }
    }

    private func send(_ request: HTTPRequest, bytesPerSecond: Int64? = nil) async throws -> HTTPResponse {
        var settings = TransportSettings()
        settings.stallWindow = .seconds(1)
        settings.bytesPerSecond = bytesPerSecond
        return try await HTTPTransport(settings, pool: Machine.pool, cancellation: Cancellation()).send(request)
    }

    @Test func `bytes of memory may take as long as those of files, and so may the answer to them`() async throws {
        // More than the system keeps for a connection.
        let bytes = [UInt8](repeating: 7, count: 16 << 20)
        #expect(try await send(HTTPRequest(.put, server.origin + "/", body: .bytes(bytes))).text == "\(bytes.count)")
        #expect(try await send(HTTPRequest(.put, server.origin + "/", body: .bytes([1]))).text == "1")
        #expect(try await send(HTTPRequest(.put, server.origin + "/", body: .bytes([]))).text == "0")
    }

    @Test(arguments: [(768, 256), (100, 20)])
    func `a limit under which bytes wait longer than the window ends no upload`(kibibytes: Int, rate: Int64)
        async throws
    {
        let path = scratch.path.appending("file")
        try DurableFile.write([UInt8](repeating: 7, count: kibibytes << 10), to: path, durable: false)
        let body = HTTPRequest.Body.file(path, byteCount: Int64(kibibytes << 10))
        let answer = try await send(HTTPRequest(.put, server.origin + "/", body: body), bytesPerSecond: rate << 10)
        #expect(answer.text == "\(kibibytes << 10)")
    }

    @Test func `a limit under which bytes wait longer than the window ends no download`() async throws {
        let answer = try await send(HTTPRequest(.get, server.origin + "/"), bytesPerSecond: 40 << 10)
        #expect(answer.bytes.count == 200 << 10)
    }

    @Test func `streams that share a small limit are never silent for long`() {
        #expect(RateLimit(bytesPerSecond: 64 << 10).pieceByteCount == 16 << 10)
        #expect(RateLimit(bytesPerSecond: 1 << 20).pieceByteCount == 128 << 10)
        #expect(RateLimit(bytesPerSecond: 1 << 40).pieceByteCount == 512 << 10)
    }
}
