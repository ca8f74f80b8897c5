import SystemPackage
import TestSupport
import Testing

/// Programs that `git model describe --serve-template` lays, with real models.
@Suite struct ServeTemplateTests {
    private static let python = "\(PackageFiles.root)/.build-venv/bin/python"

    /// Makes a model of two inputs' kinds, `x` of three numbers and their weighted sum, and what onnxruntime itself
    /// gives.
    private static let maker = """
        import json, numpy as np, onnx, onnxruntime
        from onnx import TensorProto as T, helper as h, numpy_helper as n
        random = np.random.default_rng(7)
        w, b = random.normal(size=(3, 2)).astype(np.float32), random.normal(size=2).astype(np.float32)
        graph = h.make_graph(
            [h.make_node("Gemm", ["x", "w", "b"], ["s"]), h.make_node("Sigmoid", ["s"], ["y"])], "g",
            [h.make_tensor_value_info("x", T.FLOAT, ["n", 3])], [h.make_tensor_value_info("y", T.FLOAT, ["n", 2])],
            [n.from_array(w, "w"), n.from_array(b, "b")])
        model = h.make_model(graph, opset_imports=[h.make_opsetid("", 17)])
        model.ir_version = 9
        onnx.save(model, "weights/model.onnx")
        rows = random.normal(size=(4, 3)).round(3).astype(np.float32).tolist()
        own = onnxruntime.InferenceSession("weights/model.onnx").run(None, {"x": np.array(rows, np.float32)})[0]
        json.dump({"rows": rows, "own": own.tolist()}, open("own.json", "w"))
        """

    /// Asks a server everything, and prints a line for what is not as it should be.
    private static let asker = """
        import http.client, json, socket, sys
        own = json.load(open("own.json"))
        rows, own = own["rows"], own["own"]
        if sys.argv[1].isdigit():
            connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]))
        else:
            connection = http.client.HTTPConnection("localhost")
            connection.sock = socket.socket(socket.AF_UNIX)
            connection.sock.connect(sys.argv[1])
        count = 0

        def ask(method, path, body=None, kind="application/json"):
            if body is not None and not isinstance(body, (str, bytes)):
                body = json.dumps(body)
            connection.request(method, path, body, {"Content-Type": kind} if body is not None else {})
            answer = connection.getresponse()
            text = answer.read().decode()
            return answer.status, json.loads(text) if "json" in answer.headers["Content-Type"] else text

        def check(name, given, wanted):
            global count
            count += 1
            if given != wanted:
                print(name, given, "is not", wanted)

        socket_before = connection.sock
        check("ping", ask("GET", "/ping"), (200, "\\n"))
        check("health", ask("GET", "/health"), (200, "\\n"))
        check("version", ask("GET", "/version"), (200, "v1.2.3"))
        columns = ["a", "b", "c"]
        for name, body in {
            "split": {"dataframe_split": {"columns": columns, "index": [0, 1, 2, 3], "data": rows}},
            "records": {"dataframe_records": [dict(zip(columns, row)) for row in rows], "params": {}},
            "instances": {"instances": rows},
            "named": {"instances": [{"x": row} for row in rows]},
            "inputs": {"inputs": rows},
            "columns": {"inputs": {"x": rows}},
        }.items():
            check(name, ask("POST", "/invocations", body), (200, {"predictions": own}))
        table = "a,b,c\\n" + "".join(",".join(map(str, row)) + "\\n" for row in rows)
        for kind in ("text/csv", "text/csv; charset=utf-8"):
            check(kind, ask("POST", "/invocations", table, kind), (200, {"predictions": own}))
        check("NaN", ask("POST", "/invocations", '{"inputs": [[NaN, 0, 0]]}'), (200, {"predictions": [[None, None]]}))
        for body in (
            "[1]", "{", "1", "", {}, {"inputs": [], "instances": []}, {"inputs": rows, "signature_name": "s"},
            {"inputs": [[1, 2]]}, {"inputs": [[1, 2, 3], [1]]}, {"inputs": [["a", "b", "c"]]}, {"inputs": {"z": rows}},
            {"dataframe_split": {"columns": columns}}, {"dataframe_split": {"columns": ["a"], "data": rows}},
            {"dataframe_records": [{"a": 1}, {"b": 2}]}, {"dataframe_records": 1}, "[" * 100000,
        ):
            status, answer = ask("POST", "/invocations", body)
            check(f"bad {str(body)[:60]}", (status, answer["error_code"], sorted(answer)),
                (400, "BAD_REQUEST", ["error_code", "message"]))
        for kind in ("text/plain", "application/json; charset=latin1", "application/json; x=1", "application/octet-stream"):
            check(kind, ask("POST", "/invocations", "{}", kind)[0], 415)
        check("server", ask("GET", "/v2"), (200, {"name": "git-model", "version": "v1.2.3", "extensions": []}))
        check("live", ask("GET", "/v2/health/live")[0], 200)
        check("ready", ask("GET", "/v2/health/ready")[0], 200)
        for model in ("/v2/models/small", "/v2/models/small/versions/v1.2.3"):
            check(model, ask("GET", model), (200, {
                "name": "small", "versions": ["v1.2.3"], "platform": "onnxruntime_onnx",
                "inputs": [{"name": "x", "datatype": "FP32", "shape": [-1, 3]}],
                "outputs": [{"name": "y", "datatype": "FP32", "shape": [-1, 2]}],
            }))
            check(model + "/ready", ask("GET", model + "/ready")[0], 200)
            flat = [number for row in rows for number in row]
            for data in (flat, rows):
                request = {"id": "42", "inputs": [{"name": "x", "shape": [4, 3], "datatype": "FP32", "data": data}],
                    "outputs": [{"name": "y"}]}
                check("infer", ask("POST", model + "/infer", request), (200, {
                    "model_name": "small", "model_version": "v1.2.3", "id": "42", "outputs": [{
                        "name": "y", "shape": [4, 2], "datatype": "FP32", "data": [v for row in own for v in row]}],
                }))
        good = {"name": "x", "shape": [1, 3], "datatype": "FP32", "data": [1, 2, 3]}
        for request in (
            {"inputs": [{**good, "shape": [2, 3]}]}, {"inputs": [{**good, "datatype": "INT8"}]}, {"inputs": []}, {}, [],
            {"inputs": [{**good, "name": "z"}]}, {"inputs": [good], "outputs": [{"name": "q"}]}, {"inputs": [{"name": "x"}]},
            {"inputs": [{**good, "shape": [-1, 3]}]}, {"inputs": [{**good, "data": ["a", "b", "c"]}]},
            {"inputs": [{**good, "shape": [1, 1, 3]}]}, {"inputs": 3},
        ):
            status, answer = ask("POST", "/v2/models/small/infer", request)
            check(f"bad {request}", (status, sorted(answer)), (400, ["error"]))
        for path in ("/v2/models/other", "/v2/models/small/versions/v9/ready", "/nowhere"):
            check(path, ask("GET", path)[0], 404)
        check("nowhere", ask("POST", "/v2/models/other/infer", {})[0], 404)
        chunks = [json.dumps({"inputs": rows})[i:i + 7].encode() for i in range(0, 200, 7)]
        whole = json.dumps({"inputs": rows}).encode()
        connection.request("POST", "/invocations", iter([whole[:5], whole[5:]]), {"Content-Type": "application/json"},
            encode_chunked=True)
        check("chunks", json.loads(connection.getresponse().read()), {"predictions": own})
        check("connection", connection.sock is socket_before or socket_before is None, True)
        print(count, "answers")
        """

    private func prepared() async throws -> ScratchRepository {
        let scratch = try await ScratchRepository(named: "small")
        try scratch.write(Self.maker, to: "../make.py")
        try scratch.write(Self.asker, to: "../ask.py")
        try await scratch.run(
            """
            git model init -q --name small && mkdir weights && \(Self.python) ~/make.py
            git model add -q weights/model.onnx && git model describe -q --serve-template onnx
            """
        ).expectSuccess()
        return scratch
    }

    /// Starts the program that was laid, at a port or else at a socket in the user's directory.
    private func server(of scratch: ScratchRepository, _ variables: [String]) async throws -> LoopbackServer {
        try await LoopbackServer(log: scratch.home.appending("log")) { port in
            ["env", "GIT_MODEL_PORT=\(port)", "GIT_MODEL_MODEL=small", "GIT_MODEL_VERSION=v1.2.3"] + variables
                + ["GIT_MODEL_DIR=\(scratch.path)", Self.python, "\(scratch.path)/.mver/serve/serve_onnx.py"]
        }
    }

    @Test func `The server of ONNX gives what onnxruntime gives, by both protocols`() async throws {
        let scratch = try await prepared()
        let server = try await server(of: scratch, [])
        let result = try await scratch.run("\(Self.python) ~/ask.py \(server.port)")
        #expect(result.exitCode == 0 && result.output == "61 answers\n", "\(result.output)")
    }

    @Test func `It listens at a socket where it is told so, and ends when it is asked to`() async throws {
        let scratch = try await prepared()
        let result = try await scratch.run(
            """
            export GIT_MODEL_SOCKET=$HOME/s GIT_MODEL_MODEL=small GIT_MODEL_VERSION=v1.2.3
            \(Self.python) .mver/serve/serve_onnx.py > ~/log 2>&1 & server=$!; i=0
            while [ ! -S ~/s ] && [ $i -lt 600 ]; do sleep 0.1; i=$((i + 1)); done
            \(Self.python) ~/ask.py ~/s || cat ~/log
            kill $server && wait $server && echo ended
            """
        )
        #expect(result.exitCode == 0 && result.output == "61 answers\nended\n", "\(result.output)")
    }

    @Test func `The server of safetensors runs the user's own function`() async throws {
        let scratch = try await ScratchRepository(named: "small")
        let result = try await scratch.run(
            """
            git model init -q --name small && git model describe -q --serve-template safetensors > ~/log
            cat > .mver/serve/predict.py <<'EOF'
            INPUTS = [("x", "FP32", [-1, 2])]
            OUTPUTS = [("y", "FP32", [-1, 1])]


            def predict(weights, inputs):
                return {"y": inputs["x"] @ weights["w"]}
            EOF
            cat > ~/test.py <<'EOF'
            import sys
            import numpy as np
            from safetensors.numpy import save_file
            save_file({"w": np.array([[2], [3]], np.float32)}, "model.safetensors")
            sys.path.insert(0, ".mver/serve")
            from model_protocols import Protocols
            from serve_safetensors import Model
            protocols = Protocols(Model("model.safetensors"), "small", "v1.0.0")
            print(protocols.invocations("application/json", b'{"inputs": [[1, 2], [0, 1]]}'))
            EOF
            \(Self.python) ~/test.py
            """
        )
        #expect(result.exitCode == 0 && result.output == "{'predictions': [[8.0], [3.0]]}\n", "\(result.output)")
    }
}
