import SystemPackage

/// A target's directory with releases of a small Python server, and the gateway that serves them, for tests.
///
/// `$GATEWAY` in scripts is its origin, `$SOCKET` its socket.
package final class GatewayPlace: Sendable {
    /// Answers /echo, /stream, /slow, /die, /leak, /talk, and anything by POST, and /garbage by what is no HTTP.
    private static let server = #"""
        import http.server, json, os, socket, sys, time

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *words): pass

            def setup(self):
                super().setup()
                self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

            def answer(self, value, status=200):
                body = json.dumps(value).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD": self.wfile.write(body)

            def do_GET(self):
                if self.path == "/stream":
                    self.send_response(200)
                    self.send_header("Transfer-Encoding", "chunked")
                    self.end_headers()
                    for number in range(3):
                        time.sleep(0.5 if number else 0)
                        piece = b"data: %d\n\n" % number
                        self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                    return self.wfile.write(b"0\r\n\r\n")
                if self.path == "/slow": time.sleep(60)
                if self.path == "/wait": time.sleep(1)
                if self.path == "/die": os._exit(3)
                if self.path == "/garbage":
                    self.close_connection = True
                    return self.wfile.write(b"\x00\x01 no such protocol\r\n\r\n")
                if self.path == "/leak":
                    import resource
                    resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
                    kept = []
                    try:
                        while True: kept.append(bytearray(16 << 20))
                    except MemoryError: os._exit(137)
                if self.path == "/talk":
                    for number in range(400000): print("%07d" % number, "x" * 56)
                    sys.stdout.flush()
                if self.path == "/half":
                    self.send_response(200)
                    self.send_header("Content-Length", "100")
                    self.end_headers()
                    self.wfile.write(b"half")
                    self.wfile.flush()
                    os._exit(3)
                fields = {name.lower(): value for name, value in self.headers.items()}
                self.answer({"path": self.path, "method": self.command, "fields": fields, "pid": os.getpid()})

            do_HEAD = do_DELETE = do_GET

            def do_POST(self):
                count = 0
                if self.headers.get("Transfer-Encoding") == "chunked":
                    while size := int(self.rfile.readline(), 16):
                        count += len(self.rfile.read(size))
                        self.rfile.readline()
                    self.rfile.readline()
                else:
                    count = len(self.rfile.read(int(self.headers.get("Content-Length", 0))))
                self.answer({"predictions": [count]})

        if os.path.exists("broken"): sys.exit("the weights are damaged")
        http.server.ThreadingHTTPServer.request_queue_size = 512
        port = int(os.environ["GIT_MODEL_PORT"])
        http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
        """#

    private static let start = #"""
        sed "s/\"port\": 0/\"port\": $2/" "$1" > "$1.$2" && exec git-model-gateway "$1.$2"
        """#

    /// Where the target's directory is, `target`, beside what scripts write.
    package let scratch: ScratchRepository
    private let server: LoopbackServer

    /// Lays releases `m-v1.0.0`, `m-v2.0.0` and so on, of which the first is current, and starts a gateway.
    ///
    /// `keys` are added to its configuration, as JSON members; the releases of `broken` numbers do not start. `server`
    /// is another program in Python in place of the usual one.
    package init(
        releases: Int = 1,
        broken: Set<Int> = [],
        keys: String = "",
        variables: [String: String] = [:],
        server: String? = nil
    ) async throws {
        scratch = try await ScratchRepository(initialized: false)
        let root = scratch.home.appending("target")
        try scratch.write(server ?? GatewayPlace.server, to: "../server.py")
        for number in 1...releases {
            try GatewayPlace.lay(number, isBroken: broken.contains(number), in: scratch)
        }
        try await scratch.run("ln -s releases/m-v1.0.0 ../target/current").expectSuccess()
        let more = keys.isEmpty ? "" : ", " + keys
        // What is left out has its default in Swift, not in the file: a configuration is written whole.
        try scratch.write(GatewayPlace.configuration(root: root, more), to: "../gateway.json")
        let path = scratch.home.appending("gateway.json")
        self.server = try await LoopbackServer(
            log: scratch.home.appending("gateway.log"),
            environment: variables.merging(["PATH": scratch.environment["PATH"] ?? ""]) { own, _ in own }
        ) { port in ["/bin/sh", "-c", GatewayPlace.start, "sh", path.string, "\(port)"] }
        try await run("until curl -fsS -o /dev/null $GATEWAY/health 2>/dev/null; do sleep 0.1; done").expectSuccess()
    }

    /// `http://127.0.0.1:PORT`.
    package var origin: String { server.origin }

    /// Runs a script with the gateway's origin and socket in variables, and a function to tell it something: `tell PATH
    /// JSON`.
    package func run(_ script: String, goesOn: Bool = false) async throws -> ShellResult {
        try await scratch.run(
            """
            GATEWAY=\(origin) SOCKET=\(scratch.home)/target/.git-model/gateway.sock
            tell() { curl -sS --unix-socket "$SOCKET" "http://localhost$1" ${2:+-d "$2"}; }
            alive() { grep -qs '^State:[^Z]*$' /proc/$1/status; }
            \(script)
            """,
            goesOn: goesOn
        )
    }

    private static func lay(_ number: Int, isBroken: Bool, in scratch: ScratchRepository) throws {
        let release = "m-v\(number).0.0"
        let digest = String(repeating: "\(number % 10)", count: 64)
        try scratch.write("weights \(number)", to: "../target/releases/\(release)/weights")
        if isBroken { try scratch.write("", to: "../target/releases/\(release)/broken") }
        try scratch.write(
            """
            {"schema": 1, "release": "\(release)", "model": "m", "version": "v\(number).0.0", "tag": "m@v\(number).0.0",
             "commit": "\(digest.prefix(40))", "digest": "sha256:\(digest)", "details": {},
             "smoke": {"result": "unchecked", "found": "", "place": "target", "milliseconds": 0},
             "plan": {"serve": ["python3", "\(scratch.home)/server.py"], "batch": [], "endpoint": "/invocations", "health": "/echo"}}
            """,
            to: "../target/.git-model/seals/\(release).json"
        )
    }

    private static func configuration(root: FilePath, _ more: String) -> String {
        let fixed = [
            "\"schema\": 1", "\"host\": \"127.0.0.1\"", "\"port\": 0", "\"root\": \"\(root)\"", "\"startTimeout\": 60",
        ]
        let usual = [
            ("requestTimeout", "20"), ("idleTimeout", "20"), ("drainTimeout", "20"), ("bodyLimit", "1000000"),
            ("concurrency", "64"), ("connectionLimit", "1000"), ("logsPayloads", "false"),
            ("stickyField", "\"x-request-key\""),
        ]
        let own = usual.filter { !more.contains("\"\($0.0)\"") }.map { "\"\($0.0)\": \($0.1)" }
        return "{" + (fixed + own).joined(separator: ", ") + more + "}\n"
    }
}
