import Deployment
import FoundationEssentials
import ModelCore
import SystemIO
import SystemPackage
import TestSupport
import Testing

/// A directory of releases behind OpenSSH, with connections that break, and servers that have to go with them.
@Suite struct SSHHostTests {
    private static let server = """
        import http.server, os, sys, time
        open(sys.argv[1], "w").write(str(os.getpid()))
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = " ".join([os.getcwd(), os.environ["GIT_MODEL_DIR"], os.environ["GIT_MODEL_VERSION"], sys.argv[2]]).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
        print("loading", flush=True)
        time.sleep(0.5)
        http.server.HTTPServer(("127.0.0.1", int(os.environ["GIT_MODEL_PORT"])), Handler).serve_forever()
        """

    private let server: SSHServer
    private let release: ReleaseFixture

    init() async throws {
        server = try await SSHServer()
        release = try ReleaseFixture(
            "v1.0.0",
            [
                "weights.bin": [1, 2, 3], "serve.py": Array(SSHHostTests.server.utf8),
                "run.sh": Array("#!/bin/sh\n".utf8),
            ]
        )
    }

    private func host() -> SSHReleaseHost {
        let (command, port) = (server.command, "\(server.port)")
        let client = HostClient(
            name: "the server",
            environment: ProcessInfo.processInfo.environment,
            mayAskUser: false,
            arguments: { text, forwarding in
                ["sh", "-c", "exec \(command) \"$@\"", "ssh", "-p", port] + (forwarding.map { ["-L", $0] } ?? [])
                    + ["127.0.0.1", text]
            },
            failure: { text, code, wasConnected in HostFixture.Gone(text: "\(text) \(code ?? -1) \(wasConnected)") }
        )
        return SSHReleaseHost(
            client,
            root: server.directory.appending("target"),
            staging: server.directory.appending("staging"),
            cancellation: Cancellation()
        )
    }

    /// What a server says by a Unix socket, as soon as it says something; asked by Python.
    private func answer(at socket: String) async throws -> String {
        let script = """
            import http.client, socket, sys
            class Connection(http.client.HTTPConnection):
                def connect(self):
                    self.sock = socket.socket(socket.AF_UNIX)
                    self.sock.connect(sys.argv[1])
            connection = Connection("localhost")
            connection.request("GET", "/")
            print(connection.getresponse().read().decode(), end="")
            """
        for _ in 0..<600 {
            if FileManager.default.fileExists(atPath: socket) { break }
            try await Task.sleep(for: .milliseconds(100))
        }
        let words = ["python3", "-c", script, socket]
        let python = try ChildProcess("/usr/bin/python3", words, environment: [:], mayAskUser: false)
        var buffer = [UInt8](repeating: 0, count: 4096)
        var output: [UInt8] = []
        reading: while true {
            switch try buffer.withUnsafeMutableBytes({ try python.read(into: $0, within: 100) }) {
            case .bytes(let count): output += buffer[..<count]
            case .nothing: continue
            case .end: break reading
            }
        }
        #expect(python.end(within: 10_000) == 0, "\(python.errorText)")
        return String(decoding: output, as: UTF8.self)
    }

    /// Waits until the process whose number is in a file is no more.
    private func hasGone(_ file: FilePath) async throws -> Bool {
        let number = String(decoding: try DurableFile.read(file, limit: 100), as: UTF8.self)
        for _ in 0..<300 {
            if !FileManager.default.fileExists(atPath: "/proc/\(number)") { return true }
            try await Task.sleep(for: .milliseconds(100))
        }
        return false
    }

    @Test func `A host that goes away before the switch leaves what runs, and lets the next one in`() async throws {
        let host = host()
        try await release.deploy(to: host)
        let next = try ReleaseFixture("v2.0.0", ["weights.bin": [4]])
        let lock = try await host.lock(noting: "the first")
        try await host.receive(next.release, from: { try next.write(into: $0) })
        try await host.seal(next.seal, next.release.files)
        server.breakConnections()
        let error = await #expect(throws: HostFixture.Gone.self) { try await host.activate(next.release.id) }
        #expect(error?.text.hasSuffix(" 255 true") == true)
        // There is no way back into what the lock was for.
        await #expect(throws: HostFixture.Gone.self) { try await host.activate(next.release.id) }
        await lock.release()
        let other = self.host()
        #expect(try await other.current() == release.release.id)
        var second = try? await other.lock(noting: "the second")
        for _ in 0..<100 where second == nil {
            try await Task.sleep(for: .milliseconds(100))
            second = try? await other.lock(noting: "the second")
        }
        #expect(second != nil)
        #expect(try await other.differences(of: next.seal).isEmpty)
        try await other.activate(next.release.id)
        #expect(try await other.current() == next.release.id)
        await second?.release()
    }

    @Test func `A server there is reached from here once it listens, and goes when it is told to`() async throws {
        let host = host()
        try await release.deploy(to: host)
        let (pid, here) = (server.directory.appending("pid"), FilePath("/nowhere"))
        let running = try await host.launch(of: release.seal)
            .start(["python3", "serve.py", pid.string, "it's {port}"], in: here, variables: ["A": "b"], port: 23_517)
        let files = host.layout.files(of: release.release.id)
        #expect(try await answer(at: running.address) == "\(files) \(files) v1.0.0 it's 23517")
        #expect(await !running.hasEnded())
        #expect(running.log.hasPrefix("loading\n") && !running.log.contains("git-model-listens"))
        await running.stop()
        #expect(await running.hasEnded())
        #expect(try await hasGone(pid))
    }

    @Test func `A port that somebody listens at there is left to them`() async throws {
        let host = host()
        try await release.deploy(to: host)
        let launch = host.launch(of: release.seal)
        func start(_ pid: FilePath) async throws -> any RunningServer {
            try await launch.start(["python3", "serve.py", pid.string, ""], in: "/", variables: [:], port: 23_519)
        }
        let other = try await start(server.directory.appending("other"))
        _ = try await answer(at: other.address)
        let pid = server.directory.appending("pid")
        let late = try await start(pid)
        while await !late.hasEnded() { try await Task.sleep(for: .milliseconds(50)) }
        #expect(late.log.contains("port 23519: address already in use\n"), "\(late.log)")
        #expect(try FileStatus.of(pid) == nil && FileStatus.of(FilePath(late.address)) == nil)
        await late.stop()
        await other.stop()
    }

    @Test func `A connection that is lost during a trial is no word on the version`() async throws {
        let (host, pid) = (host(), server.directory.appending("pid"))
        let words = ["sh", "-c", "echo $$ >\"$1\"; exec sleep 1000", "sh", pid.string]
        let release = try ReleaseFixture("v1.1.0", ["weights.bin": [1]], serve: words)
        let lock = try await host.lock(noting: "a test")
        try await host.receive(release.release, from: { try release.write(into: $0) })
        let trial = Task { try await host.tryOut(release.release, asBatch: false, timeout: 600) }
        while !FileManager.default.fileExists(atPath: pid.string) { try await Task.sleep(for: .milliseconds(50)) }
        server.breakConnections()
        await #expect(throws: HostFixture.Gone.self) { try await trial.value }
        await lock.release()
    }

    @Test func `Python writes nothing beside the programs of a release`() async throws {
        let host = host()
        try await release.deploy(to: host)
        let launch = host.launch(of: release.seal)
        let words = ["python3", "-c", "import sys; print('writes nothing:', sys.dont_write_bytecode)"]
        let captured = try await launch.capture(words, in: "/", input: [], variables: [:])
        #expect(String(decoding: captured.output, as: UTF8.self) == "writes nothing: True\n")
        let running = try await launch.start(words, in: "/", variables: [:], port: nil)
        while await !running.hasEnded() { try await Task.sleep(for: .milliseconds(50)) }
        #expect(running.log.contains("writes nothing: True\n"), "\(running.log)")
        await running.stop()
    }

    @Test func `A server there does not outlive its connection, and one that ends says why`() async throws {
        let host = host()
        try await release.deploy(to: host)
        let launch = host.launch(of: release.seal)
        let pid = server.directory.appending("pid")
        let running = try await launch.start(
            ["python3", "serve.py", pid.string, ""],
            in: "/",
            variables: [:],
            port: nil
        )
        _ = try await answer(at: running.address)
        server.breakConnections()
        #expect(try await hasGone(pid))
        while await !running.hasEnded() { try await Task.sleep(for: .milliseconds(50)) }
        let words = ["sh", "-c", "echo cannot load >&2; exit 3"]
        let failing = try await launch.start(words, in: "/", variables: [:], port: nil)
        while await !failing.hasEnded() { try await Task.sleep(for: .milliseconds(50)) }
        #expect(failing.log.contains("cannot load\n"), "\(failing.log)")
        await failing.stop()
    }

    /// Exit codes that scripts on the host, or OpenSSH, have a use for themselves.
    private static let codes: [Int32] = [1, 95, 96, 97, 98, 127, 255]

    @Test func `A batch command there ends with whatever code, and is not taken for a host that failed`() async throws {
        let words = [
            "sh", "-c", "echo why >&2; code=$(cat \"$1\"); [ $code = 0 ] || exit $code", "sh", "{in}", "{out}",
        ]
        let release = try ReleaseFixture("v1.1.0", ["weights.bin": [1]], batch: words)
        let host = host()
        try await release.deploy(to: host)
        let (source, sink) = (server.directory.appending("in.csv"), server.directory.appending("out.csv"))
        func run(_ text: String) async throws -> SSHReleaseHost.BatchEnd {
            try DurableFile.remove(sink)
            try DurableFile.write(Array(text.utf8), to: source)
            return try await host.runBatch(of: release.seal, from: source, to: sink)
        }
        for code in SSHHostTests.codes {
            let end = try await run("\(code)")
            guard case .failed(code, let said) = end else { return #expect(Bool(false), "\(code): \(end)") }
            #expect(said.contains("why\n"), "\(said)")
        }
        let end = try await run("0")
        guard case .noOutput = end else { return #expect(Bool(false), "\(end)") }
        let files = host.layout.files(of: release.release.id)
        try FileManager.default.moveItem(atPath: files.string, toPath: files.string + ".away")
        let error = await #expect(throws: HostError.self) { try await run("0") }
        #expect(error.map { "\($0)" }?.hasPrefix("cannot enter release \(release.release.id) on the server: ") == true)
    }

    @Test func `A command there reads what is sent, and gives its output, its file, or its complaints`() async throws {
        let host = host()
        try await release.deploy(to: host)
        let launch = host.launch(of: release.seal)
        let input = (0..<2_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let copied = try await launch.capture(["cat"], in: "/", input: input, variables: [:])
        #expect(copied.output == input && copied.exitCode == 0)
        let words = ["sh", "-c", "tr a-z A-Z >\"$1\" && echo said && pwd", "sh", "{out}.txt"]
        let written = try await launch.capture(words, in: "/", input: Array("it's\n".utf8), variables: [:])
        #expect(String(decoding: written.output, as: UTF8.self) == "IT'S\n" && written.exitCode == 0)
        let failed = try await launch.capture(
            ["sh", "-c", "echo \"$B\" >&2; exit 7"],
            in: "/",
            input: [],
            variables: ["B": "a 'b' $c", "bad name": ""]
        )
        #expect(String(decoding: failed.output, as: UTF8.self).contains("a 'b' $c\n") && failed.exitCode == 7)
        await #expect(throws: ServeLaunchError.noOutput) {
            try await launch.capture(["true", "{out}"], in: "/", input: [], variables: [:])
        }
        for code in SSHHostTests.codes {
            let words = ["sh", "-c", "echo why >&2; exit \(code)", "sh", "{out}"]
            let failed = try await launch.capture(words, in: "/", input: [], variables: [:])
            #expect(failed.exitCode == code && String(decoding: failed.output, as: UTF8.self).contains("why\n"))
        }
        let pid = server.directory.appending("pid")
        let endless = Task {
            let words = ["sh", "-c", "echo $$ >\"$1\"; exec sleep 1000", "sh", pid.string]
            return try await launch.capture(words, in: "/", input: [], variables: [:])
        }
        while !FileManager.default.fileExists(atPath: pid.string) { try await Task.sleep(for: .milliseconds(50)) }
        try await Task.sleep(for: .milliseconds(200))
        endless.cancel()
        await #expect(throws: CancellationError.self) { try await endless.value }
        let number = String(decoding: try DurableFile.read(pid, limit: 100).dropLast(), as: UTF8.self)
        try DurableFile.write(Array(number.utf8), to: pid)
        #expect(try await hasGone(pid))
    }
}
