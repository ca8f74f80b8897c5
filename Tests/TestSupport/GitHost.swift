package import SystemPackage

/// A Git host: repositories by Git's own server program, and Git LFS beside them by giftless, behind one login.
package final class GitHost: Sendable {
    private static let script = """
        import base64, http.client, http.server, os, subprocess, sys

        port, root, lfs = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
        # A person's, and a job's as GitHub has it.
        logins = ["Basic " + base64.b64encode(name + b":secret").decode() for name in (b"ada", b"x-access-token")]

        class Handler(http.server.BaseHTTPRequestHandler):
            def serve(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                asked = self.headers.get("Authorization") or ""
                if asked not in logins and "jwt=" not in self.path and not asked.startswith("Bearer "):
                    self.send_response(401)
                    self.send_header("WWW-Authenticate", 'Basic realm="host"')
                    self.send_header("Content-Length", "0")
                    return self.end_headers()
                (self.forward if "/info/lfs/" in self.path else self.run)(body)

            do_GET = do_POST = do_PUT = serve

            def forward(self, body):
                fields = {name: value for name, value in self.headers.items() if value not in logins}
                connection = http.client.HTTPConnection("127.0.0.1", lfs)
                connection.request(self.command, self.path, body, fields)
                answer = connection.getresponse()
                self.reply(answer.status, answer.getheaders(), answer.read())

            def run(self, body):
                path, _, query = self.path.partition("?")
                fields = self.headers
                environment = dict(
                    os.environ, GIT_PROJECT_ROOT=root, GIT_HTTP_EXPORT_ALL="1", PATH_INFO=path, QUERY_STRING=query,
                    REQUEST_METHOD=self.command, CONTENT_TYPE=fields.get("Content-Type", ""), REMOTE_USER="ada",
                    CONTENT_LENGTH=str(len(body)), HTTP_CONTENT_ENCODING=fields.get("Content-Encoding", ""),
                    GIT_PROTOCOL=fields.get("Git-Protocol", ""),
                )
                output = subprocess.run(["git", "http-backend"], input=body, env=environment, capture_output=True).stdout
                head, _, content = output.partition(b"\\r\\n\\r\\n")
                lines = [line.split(": ", 1) for line in head.decode().split("\\r\\n")]
                status = [int(value.split()[0]) for name, value in lines if name == "Status"] or [200]
                self.reply(status[0], [line for line in lines if line[0] != "Status"], content)

            def reply(self, status, fields, content):
                self.send_response(status)
                for name, value in fields:
                    if name.lower() not in ("content-length", "connection", "transfer-encoding", "date", "server"):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

        http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
        """

    private let lfs: GiftlessServer
    private let process: LoopbackServer

    /// Starts a host whose repositories are in `directory`, below `org`.
    package init(in directory: FilePath, home: FilePath) async throws {
        let lfs = try await GiftlessServer(in: home.appending("lfs"))
        self.lfs = lfs
        process = try await LoopbackServer(log: home.appending("host.log"), environment: ["HOME": home.string]) {
            ["python3", "-c", GitHost.script, "\($0)", directory.string, "\(lfs.process.port)"]
        }
    }

    /// The host's name and port.
    package var authority: String { "127.0.0.1:\(process.port)" }
}
