import SystemIO
import SystemPackage
import TestSupport

/// A small server of tokens, in the forms of Google's OAuth service and of its metadata server; it checks signatures
/// with OpenSSL.
struct GoogleKeyServer: Sendable {
    private static let script = """
        import base64, http.server, json, subprocess, sys, urllib.parse

        def decoded(text):
            return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

        def is_signed(assertion, origin):
            header, claims, signature = assertion.split(".")
            open(sys.argv[2] + "/signature", "wb").write(decoded(signature))
            check = ["openssl", "dgst", "-sha256", "-verify", sys.argv[2] + "/public.pem", "-signature", sys.argv[2] + "/signature"]
            right = subprocess.run(check, input=(header + "." + claims).encode(), capture_output=True).returncode == 0
            claims = json.loads(decoded(claims))
            return (right and json.loads(decoded(header))["alg"] == "RS256" and claims["iss"] == "robot@example.org"
                    and claims["aud"] == origin + "/token" and claims["exp"] - claims["iat"] == 3600)

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self, status, body):
                body = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Metadata-Flavor", "Google")
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self):
                form = dict(urllib.parse.parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
                origin = "http://127.0.0.1:" + sys.argv[1]
                if form["grant_type"] == "refresh_token" and form["refresh_token"] == "r":
                    self.answer(200, {"access_token": "refreshed", "expires_in": 3599})
                elif form["grant_type"].endswith("jwt-bearer") and is_signed(form["assertion"], origin):
                    self.answer(200, {"access_token": "signed", "expires_in": 3599})
                else:
                    self.answer(400, {"error": "invalid_grant", "error_description": "it was revoked"})

            def do_GET(self):
                right = self.headers["Metadata-Flavor"] == "Google" and self.path.endswith("/service-accounts/default/token")
                self.answer(200 if right else 404, {"access_token": "machine", "expires_in": 3599} if right else {})

        http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
        """

    /// The server, started once for all tests of this process.
    static let shared = Task {
        let scratch = try Scratch()
        scratch.removeAtExit()
        let path = scratch.path.appending("tokens.py")
        try DurableFile.write(Array(script.utf8), to: path, durable: false)
        let keys = """
            cd '\(scratch.path)' && openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out private.pem
            openssl pkey -in private.pem -pubout -out public.pem
            """
        let process = try await LoopbackServer(log: scratch.path.appending("log")) { port in
            ["/bin/sh", "-c", "\(keys)\nexec python3 '\(path)' \(port) '\(scratch.path)'"]
        }
        return GoogleKeyServer(process: process, scratch: scratch)
    }

    private let process: LoopbackServer
    private let scratch: Scratch

    /// `http://127.0.0.1:PORT`.
    var origin: String { process.origin }

    /// Returns the file of a service account whose public key the server has.
    func serviceAccount() throws -> String {
        let key = String(
            decoding: try DurableFile.read(scratch.path.appending("private.pem"), limit: 1 << 16),
            as: UTF8.self
        )
        let text = key.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\\n")
        return """
            {"type": "service_account", "client_email": "robot@example.org", "private_key_id": "7",
            "private_key": "\(text)", "token_uri": "\(origin)/token"}
            """
    }
}
