import TestSupport
import Testing

/// All six steps, with a real model of ONNX that a real server serves behind the gateway.
@Suite struct WorkflowTests {
    /// Trains a line through points by least squares, and writes it as ONNX, with what it should give for its sample.
    private static let training = """
        import json, os, sys
        import numpy as np, onnx
        from onnx import TensorProto as T, helper as h, numpy_helper as n
        slope = float(sys.argv[1])
        random = np.random.default_rng(7)
        age = random.uniform(20, 70, 600).astype(np.float32)
        y = slope * age + random.normal(size=600).astype(np.float32)
        w = np.array([[float((age * y).sum() / (age * age).sum())]], np.float32)
        graph = h.make_graph([h.make_node("MatMul", ["age", "w"], ["y"])], "g",
            [h.make_tensor_value_info("age", T.FLOAT, ["n", 1])], [h.make_tensor_value_info("y", T.FLOAT, ["n", 1])],
            [n.from_array(w, "w")])
        model = h.make_model(graph, opset_imports=[h.make_opsetid("", 17)])
        model.ir_version = 9
        os.makedirs("weights", exist_ok=True)
        onnx.save(model, "weights/model.onnx")
        json.dump({"dataframe_split": {"columns": ["age"], "data": [[20], [50]]}}, open("sample.json", "w"))
        json.dump({"predictions": [[float(w[0, 0]) * 20], [float(w[0, 0]) * 50]]}, open("expected.json", "w"))
        with open("train.csv", "w") as file:
            file.write("age,y\\n" + "".join(f"{a},{a * slope}\\n" for a in age))
        with open(os.path.join(os.environ["GIT_MODEL_RUN_DIR"], "metrics.jsonl"), "a") as file:
            file.write(json.dumps({"mse": float(np.mean((y - w[0, 0] * age) ** 2))}) + "\\n")
        """

    /// Sends requests of people who are so old, and prints what the first one gets, and the version that answered it.
    private static let traffic = """
        import http.client, json, sys
        port, age, count = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
        connection = http.client.HTTPConnection("127.0.0.1", port)
        for i in range(count):
            body = json.dumps({"dataframe_split": {"columns": ["age"], "data": [[age + i % 50]]}})
            connection.request("POST", "/invocations", body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            text = answer.read().decode()
            assert answer.status == 200, text
            if i == 0: print(round(json.loads(text)["predictions"][0][0]), answer.headers["x-model-version"])
        """

    /// A repository whose model `churn` has v1.0.0, of slope 2, and v1.1.0, of slope 3, and a target `prod` that
    /// nothing is on yet.
    private static func setUp(port: Int) -> String {
        """
        export PATH=\(PackageFiles.root)/.build-venv/bin:$PATH
        trap 'curl -s --unix-socket ~/prod/.git-model/gateway.sock -X POST http://gateway/stop >/dev/null || true' EXIT
        git init -q --bare ~/origin.git && git remote add origin ~/origin.git
        git model init -q --name churn --remote ~/store && git model describe -q --serve-template onnx
        git model describe -q --health /health
        git config -f .mver/config deploy.prod.kind process && git config -f .mver/config deploy.prod.path ../prod
        git config -f .mver/config deploy.prod.listen 127.0.0.1:\(port) && git config -f .mver/config deploy.prod.stage production
        git config -f .mver/config monitor.prod.rule 'psi(age) < 0.25 min 200' && git config -f .mver/config monitor.prod.action rollback
        echo 'train.csv' >> .gitignore && git add -A && git commit -qm 'Set up' && git push -q -u origin main
        train() { git model run -q -o weights/model.onnx -- python ~/train.py $1 && git model record reference -q train.csv --predictions y; }
        train 2 && git model describe -q --sample sample.json --expect expected.json --rtol 1e-3
        git add -A && git commit -qm 'Train' && git model tag -q v1.0.0 --push
        train 3 && git add -A && git commit -qm 'Train again' && git model tag -q v1.1.0 --push
        git model trust -q "deploy:$HOME/prod?listen=127.0.0.1:\(port)"
        git model trust -q command:$(printf 'python3\\0.mver/serve/serve_onnx.py' | sha256sum | cut -c1-64)

        """
    }

    private func scratch() async throws -> ScratchRepository {
        let scratch = try await ScratchRepository(named: "churn")
        try scratch.write(Self.training, to: "../train.py")
        try scratch.write(Self.traffic, to: "../traffic.py")
        return scratch
    }

    @Test func `From a training to a rollback by drift, and Git tells the story`() async throws {
        let port = try LoopbackServer.freePort()
        let result = try await scratch().run(
            Self.setUp(port: port) + """
                git model promote -q v1.0.0 production && git model deploy -q && python3 ~/traffic.py \(port) 20 300
                git model monitor prod && git model promote -q v1.1.0 production && git model deploy -q
                python3 ~/traffic.py \(port) 100 300
                git model monitor prod --act || echo acted $?
                python3 ~/traffic.py \(port) 20 1 && git model which production
                git model deploy && git model deploy v1.1.0 || echo refused $?
                git model deployments status prod && git model log | cat
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "40 v1.0.0\n", "300 v1.1.0\n", "rolled back: v1.0.0 runs again", "acted 1\n40 v1.0.0\nchurn@v1.0.0\n",
            "refused 1\n", "churn@v1.0.0", "monitor: psi(age)",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `In production, and back`() async throws {
        let port = try LoopbackServer.freePort()
        let block = try PackageFiles.shellBlock(below: "In production, and back", in: "README.md")
        // Nothing is known without traffic.
        let commands = block.replacing(
            "git model monitor prod ",
            with: "python3 ~/traffic.py \(port) 20 300; git model monitor prod "
        )
        let result = try await scratch().run(
            Self.setUp(port: port)
                + "git config -f .mver/config --unset deploy.prod.stage\ngit model deploy -q v1.0.0 prod\n"
                + commands + "python3 ~/traffic.py \(port) 20 1\n"
        )
        #expect(result.output.hasSuffix("40 v1.0.0\n"), "\(result.output)")
    }
}
