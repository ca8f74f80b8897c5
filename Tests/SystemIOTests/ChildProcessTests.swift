import SystemIO
import SystemPackage
import Testing

@Suite("A program that runs beside this one")
struct ChildProcessTests {
    private func start(_ script: String, mayAskUser: Bool = false) throws -> ChildProcess {
        let environment = ["PATH": "/usr/bin:/bin", "WORD": "given"]
        return try ChildProcess("/bin/sh", ["sh", "-c", script], environment: environment, mayAskUser: mayAskUser)
    }

    /// Reads until the end, or until nothing came for ten seconds.
    private func output(of child: ChildProcess) throws -> String {
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64)
        while true {
            switch try buffer.withUnsafeMutableBytes({ try child.read(into: $0, within: 10_000) }) {
            case .bytes(let count): text += buffer[..<count]
            case .nothing, .end: return String(decoding: text, as: UTF8.self)
            }
        }
    }

    @Test(arguments: [false, true])
    func `it reads, writes, complains and ends`(mayAskUser: Bool) throws {
        let child = try start("read line; echo $WORD $line; echo bad >&2; exit 3", mayAskUser: mayAskUser)
        try Array("line\n".utf8).withUnsafeBytes { try child.write($0) }
        #expect(try output(of: child) == "given line\n")
        #expect(child.errorText == "bad\n")
        #expect(child.end(within: 10_000) == 3)
    }

    @Test func `one that does not end is ended, with what it started`() throws {
        let child = try start("trap '' TERM; sleep 60 & echo on; wait; sleep 60")
        var buffer = [UInt8](repeating: 0, count: 64)
        _ = try buffer.withUnsafeMutableBytes { try child.read(into: $0, within: 10_000) }
        #expect(child.end(within: 0) == nil)
        // Nobody holds the pipe any more.
        #expect(try output(of: child) == "")
    }

    @Test func `writing to one that is gone is an error and no signal`() async throws {
        let child = try start("exit 0")
        #expect(try output(of: child) == "")
        await #expect(throws: (any Error).self) {
            // Another process that starts at this moment may have the pipe until it runs its own program.
            for _ in 0..<1000 {
                try [1].withUnsafeBytes { try child.write($0) }
                try await Task.sleep(for: .milliseconds(10))
            }
        }
        #expect(child.end(within: 10_000) == 0)
    }

    @Test func `one that is not there cannot be run`() {
        let error = #expect(throws: IOError.self) {
            try ChildProcess("/no/such/program", ["x"], environment: [:], mayAskUser: false)
        }
        #expect(error?.description == "cannot run /no/such/program: No such file or directory")
    }
}
