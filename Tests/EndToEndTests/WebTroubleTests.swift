import SystemPackage
import TestSupport
import Testing

/// Web servers that want to be left alone for a while, and some that send without end.
@Suite struct WebTroubleTests {
    /// Serves a store and notes when it was asked for what: `busy` wants every file but one to be asked for again in
    /// two seconds; `long-KIND` says of files of that kind that they have a petabyte, and `endless-KIND` sends without
    /// saying.
    private static let script = #"""
        import http.server, sys, time
        port, root, trouble, log = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
        seen = set()
        class Handler(http.server.SimpleHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            def __init__(self, *words):
                super().__init__(*words, directory=root)
            def do_GET(self):
                kind = self.path.split("/")[1]
                isBusy = trouble == "busy" and self.path not in seen and kind != "format"
                seen.add(self.path)
                with open(log, "a") as file:
                    print("%.3f" % time.time(), self.path, "busy" if isBusy else "served", file=file)
                if isBusy:
                    self.send_response(429 if kind == "packs" else 503)
                    self.send_header("Retry-After", "2")
                    self.send_header("Content-Length", "0")
                    return self.end_headers()
                how, _, what = trouble.partition("-")
                if what != kind:
                    return super().do_GET()
                self.send_response(200)
                fields = {"long": ("Content-Length", str(1 << 50)), "endless": ("Transfer-Encoding", "chunked")}
                self.send_header(*fields[how])
                self.end_headers()
                block = bytes(1 << 20)
                try:
                    while True:
                        self.wfile.write(block if how == "long" else b"100000\r\n" + block + b"\r\n")
                except OSError:
                    self.close_connection = True
        http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
        """#

    /// A clone in `~/c` whose remote is such a server; `~/asked` says what it was asked for.
    private func place(_ trouble: String) async throws -> (ScratchRepository, LoopbackServer) {
        let scratch = try await ScratchRepository()
        let server = try await LoopbackServer(log: scratch.home.appending("web.log")) {
            let (models, asked) = (scratch.home.appending("models").string, scratch.home.appending("asked").string)
            return ["python3", "-c", WebTroubleTests.script, "\($0)", models, trouble, asked]
        }
        try await scratch.run(
            """
            git model init -q --remote ~/models && git commit -qm 'Set up'
            head -c 400000 /dev/urandom > a.bin && git model add -q a.bin && git commit -qm a && git model push -q
            git clone -q . ~/c && cd ~/c && git model remote add -q --force web \(server.origin)
            """
        ).expectSuccess()
        return (scratch, server)
    }

    @Test func `A server that wants to be left alone is asked again after as long as it says`() async throws {
        let (scratch, server) = try await place("busy")
        defer { extendLifetime(server) }
        let result = try await scratch.run(
            "cd ~/c && git model fetch -q --remote web && git model checkout -q && cmp a.bin ~/sentiment/a.bin && cat ~/asked"
        )
        #expect(result.exitCode == 0, "\(result.output)")
        var refused: [Substring: Double] = [:]
        var pauses: [Double] = []
        for line in result.output.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count == 3, let time = Double(words[0]) else { continue }
            if words[2] == "busy" { refused[words[1]] = time }
            if words[2] == "served", let before = refused[words[1]] { pauses.append(time - before) }
        }
        // How many packs there are is for the machine to say.
        let kinds = Set(refused.keys.compactMap { $0.split(separator: "/").first })
        #expect(kinds == ["objects", "packs"], "\(result.output)")
        #expect(pauses.count >= refused.count && pauses.allSatisfy { $0 >= 1.9 }, "\(result.output)")
    }

    @Test(arguments: ["long-packs", "endless-packs", "long-format", "endless-format"])
    func `What is longer than it can be is refused by name, and neither kept nor written`(trouble: String) async throws
    {
        let (scratch, server) = try await place(trouble)
        defer { extendLifetime(server) }
        let result = try await scratch.run(
            """
            cat > ~/measure.py <<'END'
            import resource, subprocess, sys
            code = subprocess.call(sys.argv[1:])
            print("peak", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10)
            sys.exit(code)
            END
            cd ~/c && python3 ~/measure.py git-model fetch --remote web || echo refused $?
            find .git/model -type f | grep -c '/packs/\\|/index/\\|/objects/\\|tmp' || echo nothing
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let kind = trouble.split(separator: "-")[1]
        #expect(
            result.output.contains(" in remote \(server.origin) is damaged: it is longer than "),
            "\(result.output)"
        )
        #expect(result.output.hasSuffix("refused 4\n0\nnothing\n"), "\(result.output)")
        #expect(result.output.contains("\(kind)\(kind == "format" ? " " : "/")"), "\(result.output)")
        let peak = result.output.split(separator: "\n").first { $0.hasPrefix("peak ") }
        // A part is asked of what has 72 MiB at most; the server knows no parts.
        #expect(try #require(peak.flatMap { Int($0.dropFirst("peak ".count)) }) < 350, "\(result.output)")
    }
}
