package import SystemPackage

/// A registry that does what registries should not, in front of one that works.
///
/// The name of a repository begins with what goes wrong in it: `refuse` content, `drop` the connection in the middle of
/// a later chunk, of which half gets through (twice), `cut` it there, and nothing of the chunk gets through (twice),
/// `forget` an upload after its first chunk (once), `busy` at first (twice), `lie` about the digest of a manifest,
/// `other` manifests than were asked for, `login` wanted, `elsewhere` uploads go to another name of the host, which
/// must get no login, chunks have to be `large`, and the connection is `gone` in the middle of every upload. Of content
/// that is fetched, `whole` gives all where a part is asked for, `stop` breaks off (twice), `halt` does both (once),
/// and `flow`, too, without saying how much it is (three times), `shift` breaks off and then gives another part than
/// was asked for, and there is `more` of it, or `less`, or a byte is `altered`.
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

            def answer(self, status, fields, content, count=None):
                self.send_response(status)
                for name, value in fields:
                    if name.lower() not in ("content-length", "connection", "transfer-encoding", "date", "server"):
                        self.send_header(name, value)
                lengths = [value for name, value in fields if name.lower() == "content-length"]
                length = lengths[0] if self.command == "HEAD" and lengths else str(len(content))
                self.send_header("Content-Length", length)
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(content[:count])

            def flow(self, status, fields, content, count):
                self.send_response(status)
                for name, value in fields:
                    if name.lower() in ("content-type", "docker-content-digest"):
                        self.send_header(name, value)
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                self.wfile.write(b"%x\\r\\n" % len(content) + content[:count])
                if count == len(content):
                    self.wfile.write(b"\\r\\n0\\r\\n\\r\\n")

            def give(self, fault, status, fields, content):
                breaks = times(fault, {"stop": 2, "halt": 1, "flow": 3, "shift": 1}.get(fault, 0))
                if fault == "flow":
                    self.flow(status, fields, content, len(content) // 2 if breaks else len(content))
                    return self.hang_up() if breaks else None
                if breaks:
                    self.answer(status, fields, content, len(content) // 2)
                    return self.hang_up()
                if fault == "shift":
                    fields = [(n, v.replace("bytes ", "bytes 1") if n == "Content-Range" else v) for n, v in fields]
                content = {"more": content * 2, "less": content[:-1], "altered": content[:-1] + b"?"}.get(fault, content)
                self.answer(status, fields, content)

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
                    part = "Range" if self.command == "GET" else "Content-Range"
                    fields = [self.headers.get(name, "-") for name in ("Authorization", "Host", part)]
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
                if fault == "gone" and length and "/uploads/" in path:
                    self.rfile.read(length // 2)
                    return self.hang_up()
                body = self.rfile.read(length)
                if fault in ("whole", "halt", "flow"):
                    del self.headers["Range"]
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
                if fault == "large" and self.command == "POST":
                    fields.append(("OCI-Chunk-Min-Length", str(20 << 20)))
                if self.command == "GET" and len(content) > 1 << 20:
                    return self.give(fault, answer.status, fields, content)
                if fault == "elsewhere":
                    fields = [(n, v.replace("127.0.0.1", "localhost")) for n, v in fields]
                self.answer(answer.status, fields, content)

            do_GET = do_HEAD = do_PUT = do_POST = do_PATCH = do_DELETE = serve

        http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
        """

    private let behind: RegistryServer
    private let process: LoopbackServer
    /// The file with a line for each request: the method, the path, `Authorization`, `Host` and `Content-Range`, or
    /// `Range` of a GET.
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
