import FoundationEssentials
package import SystemPackage

/// Debian's docker-registry on a free port of the loopback interface, with its content in a directory.
package final class RegistryServer: Sendable {
    private let process: LoopbackServer

    /// Starts a registry that keeps everything in `directory`, and its log beside it.
    package init(in directory: FilePath) async throws {
        try FileManager.default.createDirectory(atPath: directory.string, withIntermediateDirectories: true)
        let configuration = directory.string + ".yml"
        process = try await LoopbackServer(
            log: FilePath(directory.string + ".log"),
            environment: ["HOME": directory.string, "OTEL_TRACES_EXPORTER": "none"]
        ) { port in
            let text = """
                version: 0.1
                storage: {filesystem: {rootdirectory: "\(directory)"}}
                http: {addr: "127.0.0.1:\(port)"}

                """
            // A port of an earlier attempt may stand there.
            try? Data(text.utf8).write(to: URL(filePath: configuration))
            return ["docker-registry", "serve", configuration]
        }
    }

    /// The host's name and port.
    package var authority: String { "127.0.0.1:\(process.port)" }

    /// The port.
    package var port: Int { process.port }
}

/// A registry that does what registries should not, in front of one that works.
///
/// The name of a repository begins with what goes wrong in it: `refuse` content, `drop` the connection in the middle of a later chunk, of
/// which half gets through (twice), `cut` it there, and nothing of the chunk gets through (twice), `forget` an upload after its first
/// chunk (once), `busy` at first (twice), `lie` about the digest of a manifest, `other` manifests than were asked for, `login` wanted,
/// and `elsewhere` uploads go to another name of the host, which must get no login.
package final class FaultyRegistry: Sendable {
    private static let script = """
        import base64, http.client, http.server, json, sys

        port, behind, log = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
        login = "Basic " + base64.b64encode(b"ada:secret").decode()
        counts = {}

        def times(key, limit):
            counts[key] = counts.get(key, 0) + 1
            return counts[key] <= limit

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self, status, fields, content):
                self.send_response(status)
                for name, value in fields:
                    if name.lower() not in ("content-length", "connection", "transfer-encoding", "date", "server"):
                        self.send_header(name, value)
                lengths = [value for name, value in fields if name.lower() == "content-length"]
                length = lengths[0] if self.command == "HEAD" and lengths else str(len(content))
                self.send_header("Content-Length", length)
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(content)

            def error(self, status, code, *fields):
                self.answer(status, fields, json.dumps({"errors": [{"code": code, "message": "on purpose"}]}).encode())

            def forward(self, body, length):
                connection = http.client.HTTPConnection("127.0.0.1", behind)
                fields = {name: value for name, value in self.headers.items() if name.lower() != "authorization"}
                fields["Content-Length"] = str(length)
                connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
                for name, value in fields.items():
                    connection.putheader(name, value)
                connection.endheaders()
                connection.send(body)
                return connection

            def hang_up(self):
                self.close_connection = True
                self.connection.shutdown(2)

            def serve(self):
                with open(log, "a") as file:
                    fields = [self.headers.get(name, "-") for name in ("Authorization", "Host", "Content-Range")]
                    file.write(" ".join([self.command, self.path] + fields) + "\\n")
                length = int(self.headers.get("Content-Length") or 0)
                path = self.path.split("?")[0]
                fault = path.split("/")[2] if path.startswith("/v2/") and path.count("/") > 2 else ""
                asked = self.headers.get("Authorization")
                if path == "/token":
                    good = asked == login
                    return self.answer(200 if good else 401, [], b'{"token": "sesame"}' if good else b"{}")
                here = self.headers.get("Host", "").startswith("127.")
                if fault in ("login", "elsewhere") and asked != "Bearer sesame" and here:
                    self.rfile.read(length)
                    realm = f'Bearer realm="http://127.0.0.1:{port}/token",service="tests",scope="x"'
                    return self.error(401, "UNAUTHORIZED", ("WWW-Authenticate", realm))
                later = not self.headers.get("Content-Range", "0-").startswith("0-")
                if fault == "drop" and self.command == "PATCH" and later and times(fault, 2):
                    half = self.rfile.read(length // 2)
                    self.forward(half, length).close()
                    return self.hang_up()
                if fault == "cut" and self.command == "PATCH" and later and times(fault, 2):
                    self.rfile.read(length // 2)
                    return self.hang_up()
                body = self.rfile.read(length)
                if fault == "busy" and times(self.command, 2):
                    return self.error(429 if self.command == "HEAD" else 503, "TOOMANYREQUESTS", ("Retry-After", "0"))
                if fault == "refuse" and self.command == "PUT" and "/uploads/" in path:
                    return self.error(400, "DIGEST_INVALID")
                if fault == "forget" and self.command == "PATCH" and not times(fault, 1) and times("forgot", 1):
                    return self.error(404, "BLOB_UPLOAD_UNKNOWN")
                answer = self.forward(body, length).getresponse()
                content = answer.read()
                fields = answer.getheaders()
                if fault == "lie" and self.command == "PUT" and "/manifests/" in path:
                    fields = [(n, "sha256:" + "0" * 64 if n == "Docker-Content-Digest" else v) for n, v in fields]
                if fault == "other" and self.command == "GET" and "/manifests/" in path:
                    content += b" "
                if fault == "elsewhere":
                    fields = [(n, v.replace("127.0.0.1", "localhost")) for n, v in fields]
                self.answer(answer.status, fields, content)

            do_GET = do_HEAD = do_PUT = do_POST = do_PATCH = do_DELETE = serve

        http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
        """

    private let behind: RegistryServer
    private let process: LoopbackServer
    /// The file with a line for each request: the method, the path, `Authorization`, `Host` and `Content-Range`.
    package let log: FilePath

    /// Starts both registries, with their files in a directory.
    package init(in directory: FilePath) async throws {
        let behind = try await RegistryServer(in: directory.appending("registry"))
        self.behind = behind
        let log = directory.appending("requests.log")
        self.log = log
        process = try await LoopbackServer(log: directory.appending("faults.log")) {
            ["python3", "-c", FaultyRegistry.script, "\($0)", "\(behind.port)", log.string]
        }
    }

    /// The host's name and port.
    package var authority: String { "127.0.0.1:\(process.port)" }

    /// The registry that works.
    package var sound: RegistryServer { behind }
}
