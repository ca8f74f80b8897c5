import SystemIO
import SystemPackage
import TestSupport

/// A small server of keys in the forms of Amazon's metadata services and of its single sign-on.
enum KeyServer {
    private static let script = """
        import http.server, json, sys

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self, status, body):
                body = body if isinstance(body, str) else json.dumps(body)
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body.encode())

            def do_PUT(self):
                right = self.path == "/latest/api/token" and self.headers["X-aws-ec2-metadata-token-ttl-seconds"]
                self.answer(200 if right else 400, "TOKEN")

            def do_GET(self):
                keys = {"AccessKeyId": "AKIDNEARBY", "SecretAccessKey": "s", "Token": "t", "Expiration": "2030-01-01T00:00:00Z"}
                roles = "/latest/meta-data/iam/security-credentials/"
                if self.path.startswith("/latest") and self.headers["X-aws-ec2-metadata-token"] != "TOKEN":
                    self.answer(401, "")
                elif self.path == roles:
                    self.answer(200, "a role\\n")
                elif self.path == roles + "a%20role":
                    self.answer(200, keys)
                elif self.path == "/container":
                    right = self.headers["Authorization"] == "Bearer x"
                    self.answer(200 if right else 403, keys)
                elif self.path == "/federation/credentials?role_name=Reader&account_id=123":
                    right = self.headers["x-amz-sso_bearer_token"] == "SIGNEDON"
                    role = {"accessKeyId": "AKIDSSO", "secretAccessKey": "s", "sessionToken": "t", "expiration": 1893456000000}
                    self.answer(200 if right else 401, {"roleCredentials": role})
                else:
                    self.answer(404, "")

        http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
        """

    /// The server, started once for all tests of this process.
    static let shared = Task {
        let scratch = try Scratch()
        scratch.removeAtExit()
        let path = scratch.path.appending("keys.py")
        try DurableFile.write(Array(script.utf8), to: path, durable: false)
        let server = try await LoopbackServer(log: scratch.path.appending("log")) { ["python3", path.string, "\($0)"] }
        return (server, scratch)
    }

    /// `http://127.0.0.1:PORT`.
    static var origin: String { get async throws { try await shared.value.0.origin } }
}
