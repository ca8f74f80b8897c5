import ModelCore
import TestSupport
import Testing

/// What the description of a model holds: it is staged as it was said, and refused where it makes no sense.
@Suite struct DescribeTests {
    private static let setUp = """
        git model init -q --name small && seq 1000 > w.bin && git model add -q w.bin
        mkdir tests && echo '[[1, 2]]' > tests/in.json && echo '[3]' > tests/out.json
        git add -A && git commit -qm One

        """

    private func run(_ script: String, in scratch: ScratchRepository? = nil) async throws -> ShellResult {
        let repository: ScratchRepository
        if let scratch { repository = scratch } else { repository = try await ScratchRepository() }
        return try await repository.run(Self.setUp + script)
    }

    @Test func `What is said is staged, and nothing else`() async throws {
        let result = try await run(
            """
            cd tests && git model describe --task regression --license mit --base org/base --meta team=vision --sample in.json --expect out.json --rtol 0.001 --serve 'python serve.py "a b"' --batch 'python b.py {in} {out}' --endpoint /predict --health /ping --card ../w.bin
            git status --porcelain && cat ../.mver/models/small.json && git model describe --json
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.hasPrefix("small  (staged .mver/models/small.json)\n"))
        #expect(result.output.contains("\nM  .mver/models/small.json\n{\n"))
        #expect(result.output.contains("  expected   tests/out.json (rtol 0.001)\n"))
        #expect(
            result.output.contains("  serve      python serve.py 'a b'\n  endpoint   /predict\n  health     /ping\n")
        )
        #expect(result.output.contains("  batch      python b.py '{in}' '{out}'\n"))
        #expect(result.output.contains("  \"sample\": \"tests/in.json\",\n"))
        let line = try #require(result.output.split(separator: "\n").last)
        let document = try #require(try JSONValue(parsing: Array(line.utf8)).object)
        #expect(document["isChanged"] == .bool(false) && document["task"] == "regression")
        #expect(document["metadata"]?.object?["team"] == "vision")
        #expect(document["serve"]?.array?.compactMap(\.string) == ["python", "serve.py", "a b"])
        #expect(document["batch"]?.array?.compactMap(\.string) == ["python", "b.py", "{in}", "{out}"])
        #expect(document["endpoint"] == "/predict" && document["health"] == "/ping")
        #expect(document["expectation"]?.object?["kind"] == "close")
        #expect(document["card"] == "w.bin" && document["artifacts"]?.array?.count == 1)
    }

    @Test func `The signature of an ONNX model is read from its graph`() async throws {
        let scratch = try await ScratchRepository()
        try scratch.write(Self.onnx, to: "../model.onnx")
        let result = try await run(
            """
            git model describe --signature ~/model.onnx && git diff --cached --stat | cat && git model describe --json
            """,
            in: scratch
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.contains("  inputs\n    x  float32  [batch, 4]\n  outputs\n    y  int64  [?]\n"))
        let expected = #""signature":{"inputs":[{"dtype":"float32","name":"x","shape":["batch",4]}],"#
        #expect(result.output.contains(expected + #""outputs":[{"dtype":"int64","name":"y","shape":[-1]}]}"#))
    }

    /// A model whose graph takes `x` of `[batch, 4]` and gives `y` of as many numbers as it likes; `w` is a weight.
    private static let onnx: [UInt8] = {
        func field(_ number: UInt8, _ content: [UInt8]) -> [UInt8] {
            precondition(content.count < 128)
            return [number << 3 | 2, UInt8(content.count)] + content
        }
        func number(_ field: UInt8, _ value: UInt8) -> [UInt8] { [field << 3, value] }
        func text(_ field: UInt8, _ value: String) -> [UInt8] {
            [field << 3 | 2, UInt8(value.utf8.count)] + Array(value.utf8)
        }
        func value(_ name: String, _ type: UInt8, _ shape: [[UInt8]]) -> [UInt8] {
            let tensor = number(1, type) + field(2, shape.flatMap { field(1, $0) })
            return text(1, name) + field(2, field(1, tensor))
        }
        let graph =
            field(5, number(1, 1) + number(2, 1) + text(8, "w") + field(9, [0, 0, 0, 0]))
            + field(11, value("x", 1, [text(2, "batch"), number(1, 4)])) + field(11, value("w", 1, [number(1, 1)]))
            + field(12, value("y", 7, [[]]))
        return number(1, 9) + field(7, graph)
    }()

    typealias Case = ScriptCase

    static let cases = [
        Case("git model describe", says: "small\n", "artifacts  w.bin\n"),
        Case("git model describe nope", says: "there is no model 'nope'", exits: 5),
        Case(
            "git model init -q --no-hooks --name b; git model describe --task x",
            says: "it is not clear which model is meant: b, small",
            "`git model describe b`",
            exits: 2
        ),
        Case(
            "printf -- '---\\nlicense: mit\\n---\\n' > README.md;"
                + " git model describe --card README.md --license apache-2.0",
            says: "warning: README.md: its licence is mit, and that of the description apache-2.0"
        ),
        Case(
            "printf -- '---\\na: [\\n---\\n' > README.md; git model describe -q --card README.md;"
                + " git model describe; git model card",
            says: "warning: README.md: the front matter of the model card is damaged: ",
            "cannot bring README.md in line with the description",
            exits: 5
        ),
        Case(
            "printf '# Small\\n' > README.md; git model describe -q --card README.md --license MIT --task x;"
                + " git model card; git model card --write; cat README.md; git model card --write;"
                + " git status --porcelain",
            says: "---\nlicense: mit\npipeline_tag: x\n---\n\n# Small\nWrote README.md\n",
            "hint: stage it: `git add -- README.md`\n---\nlicense: mit\n",
            "README.md says so already\nM  .mver/models/small.json\n?? README.md\n"
        ),
        Case(
            "echo '{\"accuracy\": 0.9, \"epoch\": 3}' > metrics.json; touch README.md;"
                + " git model describe -q --card README.md --task x --meta dataset=d; git model card",
            says: "metrics:\n- accuracy\nmodel-index: # written by git model card\n- name: small\n",
            "    - name: accuracy\n      type: accuracy\n      value: 0.9\n    task:\n      type: x\n---\n"
        ),
        Case("git model card", says: "model small has no card in this repository", "--card README.md", exits: 5),
        Case(
            "git model describe -q --card https://example.org/card; git model card",
            says: "it is at https://example.org/card",
            exits: 5
        ),
        Case("git model describe --serve 'a | b'", says: "takes a shell to understand", "sh -c", exits: 2),
        Case(
            "git model describe --serve-template onnx; git status --porcelain",
            says: "  serve      python3 .mver/serve/serve_onnx.py\n  health     /ping\n",
            "Wrote .mver/serve/serve_onnx.py\nWrote .mver/serve/model_server.py\nWrote .mver/serve/model_protocols.py\n",
            "M  .mver/models/small.json\nA  .mver/serve/model_protocols.py\nA  .mver/serve/model_server.py\n"
        ),
        Case(
            "echo '{\"inputs\": [{\"name\": \"x\", \"dtype\": \"float32\"}], \"outputs\": []}' > s.json;"
                + " git model describe --signature s.json --serve-template onnx",
            says: "  artifacts  w.bin\n  inputs\n    x  float32\nWrote .mver/serve/serve_onnx.py\n"
        ),
        Case(
            "git model describe -q --serve-template sklearn; echo '# mine' > .mver/serve/model_server.py;"
                + " git model describe --serve-template safetensors --serve 'python3.11 .mver/serve/serve_safetensors.py a.st';"
                + " cat .mver/serve/model_server.py",
            says: "warning: .mver/serve/model_server.py is there already, and stays as it is",
            "  serve      python3.11 .mver/serve/serve_safetensors.py a.st\n",
            "# mine\n"
        ),
        Case(
            "git model describe -q --serve-template llama && cat .mver/models/small.json && ls .mver/serve",
            says: "\"endpoint\": \"/v1/chat/completions\"",
            "\"health\": \"/health\"",
            "}\nserve_llama.sh\n"
        ),
        Case("git model describe --serve-template torch", says: "onnx", exits: 2),
        Case("git model describe --batch 'a | b'", says: "takes a shell to understand", "--batch", exits: 2),
        Case(
            "git model describe --batch 'python b.py'",
            says: "does not say where its inputs are",
            "python batch.py {in} {out}",
            exits: 2
        ),
        Case("git model describe --health ping", says: "ping is no path on a server", "`--health /ping`", exits: 2),
        Case("git model describe --endpoint '/a b'", says: "is no path on a server", exits: 2),
        Case(
            "git model describe -q --batch 'b {in}' --endpoint /x --health /y;"
                + " git model describe -q --batch '' --endpoint '' --health ''; cat .mver/models/small.json",
            says: "{\n  \"artifacts\": [\n    \"w.bin\"\n  ]\n}\n"
        ),
        Case("git model describe --rtol 0.1", says: "has no expected outputs", "--expect PATH", exits: 2),
        Case("git model describe --rtol -1", exits: 2),
        Case("git model describe --compare fuzzy", exits: 2),
        Case("git model describe --expect nope.json", says: "there is no file nope.json", exits: 5),
        Case("git model describe --sample ~/x", says: "outside the repository", exits: 5),
        Case(
            "v=$(head -c 120000 /dev/zero | tr '\\0' x); for k in 1 2 3 4 5 6 7 8 9; do set -- \"$@\" --meta $k=$v; done;"
                + " git model describe \"$@\"; code=$?; git status --porcelain; exit $code",
            says: "error: .mver/models/small.json would be larger than anybody reads (1048576 bytes)\n",
            exits: 5
        ),
        Case("git model describe --meta x", says: "'x' is no metadata", exits: 2),
        Case("git model describe --signature nope.onnx", says: "cannot read the signature of nope.onnx", exits: 5),
        Case("echo x > m.onnx; git model describe --signature m.onnx", says: "the ONNX model is damaged", exits: 5),
        Case(
            "echo '{\"inputs\": [{\"name\": \"x\"}]}' > s.json; git model describe --signature s.json",
            says: "\"inputs[0].dtype\" is no name of a type",
            exits: 5
        ),
        Case(
            "git model describe -q --expect tests/out.json --compare exact; git model describe --atol 1",
            says: "tests/out.json (exact, atol 1.0)\n"
        ),
        Case(
            "git model describe -q --task a --meta k=v --sample w.bin.mver;"
                + " git model describe -q --task '' --meta k= --sample ''; cat .mver/models/small.json",
            says: "{\n  \"artifacts\": [\n    \"w.bin\"\n  ]\n}\n"
        ),
        Case(
            "git model describe -q --task a; git commit -qm Two; git model describe --task a; git status --porcelain",
            says: "small\n  task       a\n"
        ),
        Case(
            "echo '{\"task\": 1}' > .mver/models/small.json; git model describe",
            says: "describes no model",
            "\"task\" is no string",
            "git checkout -- .mver/models/small.json",
            exits: 5
        ),
        Case(
            "git clone -q --bare . ~/bare.git; cd ~/bare.git; git model describe; git model describe --task x",
            says: "artifacts  w.bin\n",
            "bare repository",
            exits: 5
        ),
    ]

    @Test(arguments: cases)
    func `A description is shown, changed and refused`(test: Case) async throws {
        test.check(try await run(test.script))
    }
}
