import SystemIO
import SystemPackage
import TestSupport

/// A small LFS server that misbehaves as the first part of a repository's path says, and knows ranges.
enum LFSTroubleServer {
    private static let script = """
        import base64, http.server, json, re, sys

        objects, seen = {}, {}

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self, status, body=b"", **fields):
                body = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                for name, value in fields.items():
                    self.send_header(name.replace("_", "-"), value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def begin(self):
                self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self.trouble = self.path.split("/")[1]
                key = (self.path.split("?")[0], self.command)
                seen[key] = seen.get(key, 0) + 1
                self.time = seen[key]
                self.isStranger = self.trouble == "extra" and self.headers.get("Authorization") != "Basic extra"

            def do_POST(self):
                self.begin()
                first = self.time == 1
                if self.isStranger:
                    return self.answer(401, {"message": "who?"})
                if self.path.endswith("/verify"):
                    return self.answer(200 if self.trouble != "unverified" else 422, {"message": "not what was sent"})
                login = self.headers.get("Authorization")
                if self.trouble == "login" and login != "Basic " + base64.b64encode(b"ada:right").decode():
                    return self.answer(401, {"message": "who?"}, LFS_Authenticate='Basic realm="x"')
                if self.trouble == "ssh" and login != "RemoteAuth token":
                    return self.answer(401)
                if self.trouble == "busy" and first:
                    return self.answer(429, {"message": "slow down"}, Retry_After="0")
                if self.trouble in ("off", "full", "denied"):
                    status = {"off": 404, "full": 507, "denied": 403}[self.trouble]
                    return self.answer(status, {"message": "no " + self.trouble, "request_id": "4711"})
                request = json.loads(self.body)
                assert request["hash_algo"] == "sha256" and request["transfers"] == ["basic"], request
                host = self.headers["Host"]
                answers = []
                for object in request["objects"]:
                    oid, there = object["oid"], object["oid"] in objects
                    base = "http://%s/%s/%s" % (host, self.trouble, oid)
                    answer = dict(oid=oid, size=object["size"])
                    if self.trouble == "stale" and first:
                        base = "http://%s/gone/%s" % (host, oid)
                    if self.trouble == "socket":
                        base = "http+unix://%2Frun%2Fa.sock/" + oid
                    if request["operation"] == "download":
                        if there:
                            href = base + "?signed"
                            action = {"href": href, "header": {"X-Proof": "yes"}, "expires_in": 900}
                            if self.trouble == "moved":
                                action["header"]["Authorization"] = "secret"
                            answer["actions"] = {"download": action}
                        else:
                            answer["error"] = {"code": 404, "message": "Object does not exist"}
                    elif self.trouble == "refused":
                        answer["error"] = {"code": 422, "message": "too large for this plan"}
                    elif not there:
                        header = {"X-Proof": "yes", "Transfer-Encoding": "identity"}
                        answer["actions"] = {
                            "upload": {"href": base, "header": header, "expires_at": "2030-01-02T03:04:05Z"},
                            "verify": {"href": base + "/verify"},
                        }
                    answers.append(answer)
                transfer = "tus" if self.trouble == "tus" else "basic"
                self.answer(200, {"transfer": transfer, "objects": answers})

            def do_PUT(self):
                self.begin()
                if self.isStranger:
                    return self.answer(401)
                if self.headers.get("X-Proof") != "yes" or self.trouble == "gone":
                    return self.answer(403)
                if self.trouble == "flaky" and self.time == 1:
                    return self.answer(503)
                objects[self.path.split("/")[2]] = self.body
                self.answer(200)

            def do_GET(self):
                self.begin()
                if self.isStranger:
                    return self.answer(401)
                if self.trouble == "moved":
                    host = self.headers["Host"].replace("127.0.0.1", "localhost")
                    return self.answer(307, Location="http://%s/there%s" % (host, self.path[6:]))
                if self.trouble == "there" and self.headers.get("Authorization"):
                    return self.answer(400, {"message": "a secret went to another host"})
                if self.headers.get("X-Proof") != "yes" or self.trouble == "gone":
                    return self.answer(403)
                bytes = objects[self.path.split("?")[0].split("/")[2]]
                part = re.match("bytes=([0-9]+)-([0-9]+)$", self.headers.get("Range") or "")
                if not part:
                    return self.answer(200, bytes)
                start, end = int(part[1]), min(int(part[2]) + 1, len(bytes))
                self.answer(206, bytes[start:end], Content_Range="bytes %d-%d/%d" % (start, end - 1, len(bytes)))

        http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
        """

    private static let shared = Task {
        let scratch = try Scratch()
        scratch.removeAtExit()
        let path = scratch.path.appending("lfs.py")
        try DurableFile.write(Array(script.utf8), to: path, durable: false)
        let server = try await LoopbackServer(log: scratch.path.appending("log")) { ["python3", path.string, "\($0)"] }
        return (server, scratch)
    }

    /// The port that all of them listen on.
    static var port: Int { get async throws { try await shared.value.0.port } }

    /// Returns the URL of a server with that trouble.
    static func url(_ trouble: String) async throws -> String {
        try await shared.value.0.origin + "/\(trouble)/\(UInt64.random(in: 0 ... .max))"
    }
}
