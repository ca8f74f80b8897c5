import Synchronization
import SystemIO
import SystemPackage
import Testing

@testable import Gateway

/// The file that requests are written down in.
@Suite struct RequestLogTests {
    private static func line(_ number: Int) -> RequestLine {
        RequestLine(
            time: 0,
            requestID: "\(number)",
            model: "m",
            version: "v1.0.0",
            digest: "sha256:00",
            endpoint: "/invocations",
            status: 200,
            seconds: 0.01,
            bytesIn: 3,
            bytesOut: 4
        )
    }

    private static func newDirectory() -> FilePath { FilePath("/tmp/request-log-\(UInt64.random(in: .min ... .max))") }

    @Test func `Its directory is made where it is not there`() throws {
        let directory = Self.newDirectory()
        defer { try? Directories.removeTree(directory) }
        let path = directory.appending("logs").appending("requests.jsonl")
        let log = RequestLog(path)
        log.start()
        log.add(Self.line(1))
        log.close()
        #expect(try DurableFile.read(path, limit: 1 << 20) == Self.line(1).bytes && log.dropped == 0)
    }

    @Test func `That nothing can be written is said, and said once`() throws {
        let path = Self.newDirectory()
        defer { try? Directories.removeTree(path) }
        try Directories.create(path, durable: false)
        let said = Mutex<[String]>([])
        let log = RequestLog(path) { line in said.withLock { $0.append(line) } }
        for number in 1...600 { log.add(Self.line(number)) }
        log.start()
        log.close()
        let lines = said.withLock { $0 }
        #expect(lines.count == 1 && lines.first?.hasPrefix("warning: requests are not written down: ") == true)
        #expect(log.dropped == 600)
    }
}
