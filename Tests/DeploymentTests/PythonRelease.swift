import Deployment
import SystemIO
import SystemPackage

/// A release in a directory of its own, with a server in Python and a sample.
final class PythonRelease {
    /// The directory.
    let path: FilePath
    /// Its plan.
    var plan = ReleasePlan()

    /// What its commands have beside what the launch adds.
    static let environment = ["PATH": "/usr/bin:/bin"]

    /// Makes a release whose server is `body` behind the lines that all have: `Handler`, which gives three times each
    /// input, and `serve`.
    init(_ body: String) throws {
        path = FilePath("/tmp/release-\(UInt64.random(in: .min ... .max))")
        try Directories.create(path, durable: false)
        try write("serve.py", PythonRelease.start + body)
        try write("in.json", "{\"inputs\": [1, 2, 3]}")
        try write("out.json", "{\"predictions\": [3, 6, 9]}")
        plan.serve = ["python3", "serve.py", "{port}"]
        plan.sample = "in.json"
        plan.expectation = ReleasePlan.Expectation(path: "out.json", kind: .close)
    }

    deinit { try? Directories.removeTree(path) }

    func write(_ name: String, _ text: String) throws {
        try DurableFile.write(Array(text.utf8), to: path.appending(name), durable: false)
    }

    /// Tries it; `timeout` in seconds.
    func outcome(
        timeout: Int = 60,
        grace: Int = 10,
        asBatch: Bool = false,
        cancellation: Cancellation = Cancellation()
    ) async -> SmokeOutcome {
        let test = SmokeTest(
            plan: plan,
            directory: path,
            timeout: timeout,
            environment: PythonRelease.environment,
            cancellation: cancellation
        )
        return await test.run(LocalServeLaunch(grace: grace), asBatch: asBatch)
    }

    private static let start = """
        import http.server, json, os, signal, socket, socketserver, sys, time

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.answer(200 if self.path == "/ping" else 404, b"")
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                self.answer(200, json.dumps({"predictions": [3 * x for x in body["inputs"]]}).encode())
            def answer(self, status, body):
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def serve(handler=Handler):
            http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), handler).serve_forever()


        """
}
