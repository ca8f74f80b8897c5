/// A repository with two versions of a model that a small server in Python serves, and a directory as target.
enum DeploymentSample {
    /// What agrees to the target and to the command, as the messages print it.
    static let trust = """
        git model trust -q deploy:$HOME/edge
        git model trust -q command:$(printf 'python3\\0serve.py' | sha256sum | cut -c1-64)

        """

    /// Without any agreement.
    ///
    /// `version WEIGHT ANSWER NAME` makes one more version.
    static let untrusted = """
        git init -q --bare ~/origin.git && git remote add origin ~/origin.git
        git model init -q --name bert --remote ~/store
        cat > serve.py <<'END'
        import http.server, json, os
        weights = json.load(open("weights.json"))
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                rows = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                body = json.dumps([sum(w * x for w, x in zip(weights, row)) for row in rows]).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            def log_message(self, *words): pass
        http.server.HTTPServer(("127.0.0.1", int(os.environ["GIT_MODEL_PORT"])), Handler).serve_forever()
        END
        echo '[[1, 1]]' > sample.json && echo '[3]' > expected.json && echo '[1, 2]' > weights.json
        git model add -q weights.json
        git model describe -q --sample sample.json --expect expected.json --serve 'python3 serve.py'
        git config -f .mver/config deploy.edge.kind directory && git config -f .mver/config deploy.edge.path ../edge
        git add -A && git commit -qm One && git push -q -u origin main && git model tag -q v1.0.0 --push
        version() { echo "[1, $1]" > weights.json && echo "[$2]" > expected.json && git model add -q weights.json && git commit -qam "Weigh $1" && git model tag -q $3 --push; }
        version 3 4 v1.1.0

        """

    /// The same with agreement.
    static let setUp = untrusted + trust
}
