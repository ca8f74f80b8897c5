package import SystemPackage

/// Comments of a pull request as GitHub's API has them, and notes of a merge request as GitLab's has them, with those
/// of others before.
package final class CommentServer: Sendable {
    // What is asked with another token than `secret` is refused. `/state` has what the jobs wrote, and `/package` a
    // file.
    private static let script = #"""
        import http.server, json, sys, urllib.parse

        MARK = "<!-- git-model:report -->\n"
        comments, count = [], {"POST": 0, "PATCH": 0, "PUT": 0}
        for number in range(1, 131):
            text = MARK + "## I am no job" if number == 3 else "a comment"
            comments.append({"id": number, "user": {"login": "eve"}, "author": {"id": 7}, "body": text})

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                address = urllib.parse.urlsplit(self.path)
                query = dict(urllib.parse.parse_qsl(address.query))
                if address.path == "/state":
                    own = [c["body"][len(MARK):].split("\n")[0] for c in comments[130:]]
                    return self.answer(200, {"requests": count, "own": own})
                if address.path == "/package":
                    return self.answer(200, open(sys.argv[2], "rb").read())
                if not self.knows(): return
                if address.path == "/user": return self.answer(200, {"id": 42})
                size, page = int(query.get("per_page", 20)), int(query.get("page", 1))
                self.answer(200, comments[size * (page - 1):size * page])

            def write(self):
                count[self.command] += 1
                content = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                if not self.knows(): return
                body = dict(urllib.parse.parse_qsl(content, keep_blank_values=True)).get("body") or json.loads(content)["body"]
                if len(body) > 65536: return self.answer(422, {})
                if self.command == "POST":
                    own = {"user": {"login": "github-actions[bot]"}, "author": {"id": 42}}
                    comments.append({"id": len(comments) + 1, "body": body, **own})
                    return self.answer(201, comments[-1])
                comment = comments[int(self.path.rsplit("/", 1)[1]) - 1]
                if comment["author"]["id"] != 42: return self.answer(403, {})
                comment["body"] = body
                self.answer(200, comment)

            do_POST = do_PATCH = do_PUT = write

            def knows(self):
                if "Bearer secret" == self.headers.get("Authorization") or "secret" == self.headers.get("PRIVATE-TOKEN"): return True
                self.answer(401, {})

            def answer(self, status, value):
                body = value if isinstance(value, bytes) else json.dumps(value, sort_keys=True).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
        """#

    private let server: LoopbackServer

    /// Where it is: `http://127.0.0.1:PORT`.
    package var origin: String { server.origin }

    /// Starts it; its log is below `directory`, and `package` is the file that it serves.
    package init(in directory: FilePath, package: FilePath) async throws {
        server = try await LoopbackServer(log: directory.appending("comments.log")) {
            ["python3", "-c", CommentServer.script, "\($0)", package.string]
        }
    }
}
