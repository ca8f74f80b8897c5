import TestSupport
import Testing

/// What `git model describe --serve-template` lays, served as a version by `git model serve`.
@Suite struct ServedTemplateTests {
    /// Serves `v1.0.0` of what was described, at `$port`, while a line runs; `said` has what the server says.
    private static func serving(_ words: String, while line: String) -> String {
        """
        git add -A && git commit -qm One && git model tag -q v1.0.0
        git model trust -q command:$(printf '\(words)' | sha256sum | cut -c1-64)
        port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
        env --default-signal=INT git-model serve v1.0.0 --port $port 2> ~/said & serve=$!
        trap 'kill -9 $serve 2>/dev/null || true' EXIT
        until grep -q Serving ~/said || ! kill -0 $serve; do sleep 0.1; done; sed 's/-[0-9a-f]* at.*//' ~/said
        \(line)
        trap - EXIT; kill -INT $serve; wait $serve; echo ended $?

        """
    }

    /// Trains a classifier of flowers on a table, and writes down what it itself says of some rows.
    private static let trainer = """
        import json
        import joblib
        import pandas as pd
        from sklearn.datasets import load_iris
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        data = load_iris()
        table = pd.DataFrame(data.data, columns=["a", "b", "c", "d"])
        model = make_pipeline(StandardScaler(), LogisticRegression()).fit(table, data.target_names[data.target])
        joblib.dump(model, "weights/model.joblib")
        rows = table.iloc[::30]
        own = model.predict(rows).tolist()
        assert len(set(own)) == 3, own
        split = {"columns": list(rows.columns), "data": rows.values.tolist()}
        json.dump({"rows": split["data"], "own": own}, open("../own.json", "w"))
        json.dump({"dataframe_split": split}, open("sample.json", "w"))
        json.dump({"predictions": own}, open("expected.json", "w"))
        """

    /// Asks by both protocols, and prints what is not as the model itself says.
    private static let asker = """
        import json, sys, urllib.error, urllib.request

        own = json.load(open("../own.json"))
        rows, own = own["rows"], own["own"]

        def ask(path, body=None, kind="application/json"):
            data = None if body is None else (body if isinstance(body, str) else json.dumps(body)).encode()
            request = urllib.request.Request(f"http://127.0.0.1:{sys.argv[1]}{path}", data, {"Content-Type": kind})
            try:
                answer = urllib.request.urlopen(request)
            except urllib.error.HTTPError as error:
                answer = error
            return answer.status, answer.headers["X-Model-Version"], json.loads(answer.read())

        def check(name, given, wanted):
            print(name, "is right" if given == wanted else f"{given} is not {wanted}")

        turned = {"columns": ["d", "c", "b", "a"], "data": [row[::-1] for row in rows]}
        good = (200, "v1.0.0", {"predictions": own})
        check("split", ask("/invocations", {"dataframe_split": turned}), good)
        check("records", ask("/invocations", {"dataframe_records": [dict(zip("dcba", row[::-1])) for row in rows]}), good)
        check("inputs", ask("/invocations", {"inputs": rows}), good)
        table = "a,b,c,d\\n" + "".join(",".join(map(str, row)) + "\\n" for row in rows)
        check("csv", ask("/invocations", table, "text/csv"), good)
        other = ask("/invocations", {"dataframe_split": {"columns": ["a", "b", "c", "x"], "data": rows}})
        check("columns", (other[0], other[2]["message"]), (400, "the columns are a, b, c, d, and not a, b, c, x"))
        check("metadata", ask("/v2/models/iris"), (200, "v1.0.0", {
            "name": "iris", "versions": ["v1.0.0"], "platform": "sklearn",
            "inputs": [{"name": "x", "datatype": "FP64", "shape": [-1, 4]}],
            "outputs": [{"name": "y", "datatype": "BYTES", "shape": [-1]}],
        }))
        flat = [number for row in rows for number in row]
        tensor = {"name": "x", "shape": [len(rows), 4], "datatype": "FP64", "data": flat}
        check("infer", ask("/v2/models/iris/versions/v1.0.0/infer", {"inputs": [tensor]}), (200, "v1.0.0", {
            "model_name": "iris", "model_version": "v1.0.0",
            "outputs": [{"name": "y", "shape": [len(rows)], "datatype": "BYTES", "data": own}],
        }))
        """

    @Test func `An estimator of scikit-learn answers by both protocols as it itself does`() async throws {
        let scratch = try await ScratchRepository(named: "iris")
        try scratch.write(Self.trainer, to: "../train.py")
        try scratch.write(Self.asker, to: "../ask.py")
        let result = try await scratch.run(
            """
            export PATH=\(PackageFiles.root)/.build-venv/bin:$PATH
            git model init -q --name iris && mkdir weights && python3 ~/train.py && git model add -q weights/model.joblib
            git model describe -q --serve-template sklearn --sample sample.json --expect expected.json --compare exact

            """ + Self.serving("python3\\0.mver/serve/serve_sklearn.py", while: "python3 ~/ask.py $port")
        )
        let names = ["split", "records", "inputs", "csv", "columns", "metadata", "infer"]
        let answers = names.map { "\($0) is right\n" }.joined()
        #expect(result.exitCode == 0 && result.output == "Serving iris-v1.0.0\n\(answers)ended 0\n", "\(result.output)")
    }

    @Test func `Of an estimator the server says what it gives, whatever kind it is of`() async throws {
        let scratch = try await ScratchRepository(named: "kinds")
        try scratch.write(
            """
            import json, sys
            import joblib
            import numpy as np
            from sklearn.cluster import KMeans
            from sklearn.linear_model import Ridge
            from sklearn.neighbors import KNeighborsClassifier

            sys.path.insert(0, ".mver/serve")
            from model_protocols import Protocols
            from serve_sklearn import Model

            x = np.arange(24.0).reshape(8, 3)
            y = np.arange(8)
            for estimator in (Ridge().fit(x, y), Ridge().fit(x, np.c_[y, y]), KMeans(2, n_init=1).fit(x),
                              KNeighborsClassifier().fit(x, np.c_[y, y % 2]), KNeighborsClassifier().fit(x, y % 2 > 0)):
                joblib.dump(estimator, "model.joblib")
                protocols = Protocols(Model("model.joblib"), "m", "v1.0.0")
                said = protocols.metadata()["outputs"][0]
                tensor = {"name": "x", "shape": [2, 3], "datatype": "FP64", "data": x[:2].tolist()}
                given = protocols.infer(json.dumps({"inputs": [tensor]}).encode())["outputs"][0]
                print(said["datatype"], said["shape"], given["datatype"] == said["datatype"], given["shape"])
            """,
            to: "../kinds.py"
        )
        let result = try await scratch.run(
            """
            git model init -q --name kinds && git model describe -q --serve-template sklearn > ~/log
            \(PackageFiles.root)/.build-venv/bin/python ~/kinds.py
            """
        )
        let lines = """
            FP64 [-1] True [2]
            FP64 [-1, 2] True [2, 2]
            INT32 [-1] True [2]
            INT64 [-1, 2] True [2, 2]
            BOOL [-1] True [2]

            """
        #expect(result.exitCode == 0 && result.output == lines, "\(result.output)")
    }

    /// Stands in for llama.cpp's server, of which no package is known that the tests could install: it takes the
    /// options that the server has, and no other, reads the model's head, and answers with what it was told.
    private static let llamaServer = """
        #!/usr/bin/env python3
        import argparse, http.server, json, os, sys

        with open(os.path.expanduser("~/words"), "a") as file:
            file.write(json.dumps(sys.argv[1:]) + "\\n")
        parser = argparse.ArgumentParser(allow_abbrev=False)
        for option in ("--model", "--alias", "--host", "--port"):
            parser.add_argument(option, required=True)
        parser.add_argument("--no-webui", action="store_true", required=True)
        options = parser.parse_args()
        assert open(options.model, "rb").read(4) == b"GGUF"

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def answer(self, value):
                body = json.dumps(value).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self):
                self.answer({"status": "ok"})

            def do_POST(self):
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                text = asked["messages"][-1]["content"].upper()
                message = {"role": "assistant", "content": text}
                self.answer({"path": self.path, "model": options.alias, "choices": [{"index": 0, "message": message}]})

        http.server.ThreadingHTTPServer((options.host, int(options.port)), Handler).serve_forever()
        """

    @Test func `The server of llama.cpp is started with the model, its name and the port`() async throws {
        let scratch = try await ScratchRepository(named: "tiny")
        try scratch.write(Self.llamaServer, to: "../bin/llama-server")
        let serving = Self.serving(
            "sh\\0.mver/serve/serve_llama.sh",
            while:
                "curl -sS -H 'Content-Type: application/json' -d @sample.json http://127.0.0.1:$port/v1/chat/completions && echo"
        )
        let result = try await scratch.run(
            """
            chmod +x ~/bin/llama-server && export PATH=~/bin:\(PackageFiles.root)/.build-venv/bin:$PATH
            git model init -q --name tiny && mkdir 'my weights' && cd 'my weights'
            python3 - <<'END'
            import gguf, numpy as np
            writer = gguf.GGUFWriter("tiny.gguf", "llama")
            writer.add_block_count(1)
            writer.add_tensor("token_embd.weight", np.zeros((4, 4), np.float32))
            writer.write_header_to_file(); writer.write_kv_data_to_file(); writer.write_tensors_to_file(); writer.close()
            END
            cd .. && git model add -q 'my weights/tiny.gguf'
            echo '{"messages": [{"role": "user", "content": "hello"}]}' > sample.json
            printf '%s' '{"path": "/v1/chat/completions", "model": "tiny", "choices": [{"index": 0, "message": {"role": "assistant", "content": "HELLO"}}]}' > expected.json
            git model describe -q --serve-template llama --sample sample.json --expect expected.json --compare exact

            """ + serving + """
                sed 's|"[^"]*/my weights|"DIR/my weights|; s|"--port", "[0-9]*"|"--port", "N"|' ~/words | sort -u
                cat > ~/bin/llama-server <<'END'
                #!/bin/sh
                printf '<%s>' "$@"; echo
                END
                GIT_MODEL_HOST=0.0.0.0 GIT_MODEL_PORT=1 sh .mver/serve/serve_llama.sh 'a b.gguf'
                cd ~ && mkdir none && cd none && sh ../tiny/.mver/serve/serve_llama.sh || echo nothing $?
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "Serving tiny-v1.0.0\n{\"path\": \"/v1/chat/completions\", \"model\": \"tiny\", \"choices\": ",
            "\nended 0\n",
            "[\"--model\", \"DIR/my weights/tiny.gguf\", \"--alias\", \"tiny\", \"--host\", \"127.0.0.1\", \"--port\", \"N\", \"--no-webui\"]\n",
            "<--model><a b.gguf><--alias><model><--host><0.0.0.0><--port><1><--no-webui>\n",
            "no file ends with .gguf\nnothing 1\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }
}
