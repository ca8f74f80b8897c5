import ModelCore
import TestSupport
import Testing

/// Versions as files that other tools read.
@Suite struct ExportTests {
    private static let python = "\(PackageFiles.root)/.build-venv/bin/python"
    static let setUp = """
        git model init -q --name churn && mkdir w && seq 50000 > w/model.bin && echo '{}' > w/config.json
        printf '#!/bin/sh\\n' > train.sh && chmod +x train.sh && echo MIT > LICENSE
        git model add -q w && git model describe -q --license mit && git add -A && git commit -qm One && git model tag -q v1.0.0

        """

    private func run(_ script: String) async throws -> ShellResult {
        try await ScratchRepository(named: "churn").run(Self.setUp + script)
    }

    @Test func `A directory has the files of the version, and is not written over`() async throws {
        let result = try await run(
            """
            echo later > w/config.json && git model export dir v1.0.0 ~/out/v1
            cd ~/out/v1 && cat w/config.json train.sh && cmp w/model.bin ~/churn/w/model.bin && test -x train.sh && find . -type f | sort && cd ~/churn
            git model export dir v1.0.0 ~/out/v1 || echo refused $?
            echo mine > ~/out/v1/mine && git model export dir v1.0.0 ~/out/v1 --force --only 'w/*.json' && find ~/out -type f | wc -l
            git model export dir v1.0.0 .. --force || echo kept $?
            git model export dir v1.0.0 . --force || echo kept $?
            ln -s ~ ~/out/home && git model export dir v1.0.0 ~/out/home/churn --force || echo linked $?
            git init -q ~/other && git model export dir v1.0.0 ~/other --force || echo other $?
            git model export dir v1.0.0 .git/refs/new || echo inside $?
            git init -q --bare ~/bare && git model export dir v1.0.0 ~/bare --force || echo bare $?
            git model export dir v1.0.0 ~/bare/refs --force || echo below $? && rm ~/out/home && git status -s
            git model export dir v1.0.0 ~/out/none --only nothing || echo nothing $?
            test ! -e ~/out/none && mkdir ~/empty && git model export dir v1.0.0 ~/empty && ls ~/empty && ls -A ~/out
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "{}\n#!/bin/sh\n./.mver/README.md\n./.mver/config\n./.mver/models/churn.json\n./LICENSE\n./train.sh\n./w/config.json\n./w/model.bin\n",
            "is not empty\n", "refused 5\n", "\n1\n", "kept 5\n", "linked 5\n", "other 5\n",
            "inside 5\n", "bare 5\n", "below 5\n", "nothing 5\n", "LICENSE\ntrain.sh\nw\nv1\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `Only what a pattern matches goes, blanks and all, and one that matches nothing is named`() async throws
    {
        let result = try await run(
            """
            mkdir 'a dir' && echo 1 > 'a dir/m 1.bin' && git model add -q 'a dir' && echo x > sample && echo y > expected
            git model describe -q --sample sample --expect expected && git add -A && git commit -qm Two && git model tag -q v1.1.0
            git model export dir v1.1.0 ~/one --only 'a dir' && (cd ~/one && find . -type f)
            git model export dir v1.1.0 ~/two --only 'a dir' --only typo && (cd ~/two && find . -type f)
            git model export dir v1.1.0 ~/three --only typo --only 'b c' || echo nothing $?
            git model export tar v1.1.0 - || echo output $?; test ! -e - && test ! -e ~/three && echo none
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.ranges(of: "./a dir/m 1.bin\n").count == 2, "\(result.output)")
        for text in [
            "warning: no file of churn@v1.1.0 matches --only typo\n", "matches --only typo, \"b c\"\n", "nothing 5\n",
            "output 2\nnone\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
        #expect(!result.output.contains("./sample") && !result.output.contains("./expected"), "\(result.output)")
    }

    private static let deploying =
        "git config git-model.deploy.edge.kind directory && git config git-model.deploy.edge.path ~/place/in && git model deploy -q v1.0.0"

    /// What makes a place, and how it is named where it stays.
    private static let keptPlaces = [
        ("git model store use ~/place/in", "~/place"), ("git model store use ~/place", "~/place"),
        ("git model store use ~/place", "~/place/packs"),
        ("git model remote add -q far ~/place/in && git model push -q --remote far v1.0.0", "~/place"),
        (
            "git model remote add -q far ~/place/in && git model push -q --remote far v1.0.0 && git model remote remove -q far",
            "~/place"
        ),
        ("git config git-model.remote.later.url ~/place/in", "~/place"),
        (
            "git config git-model.deploy.edge.kind directory && git config git-model.deploy.edge.path ~/place/in",
            "~/place"
        ),
        ("git config git-model.deploy.edge.kind oci && git config git-model.deploy.edge.to oci:../place/in", "~/place"),
        (deploying, "~/place/in"), (deploying, "~/place/in/releases"), (deploying, "~/place/in/releases/new"),
        ("\(deploying) && git config --unset git-model.deploy.edge.kind", "~/place"),
        ("\(deploying) && git config --unset git-model.deploy.edge.kind", "~/place/in"),
        ("\(deploying) && git config --unset git-model.deploy.edge.kind", "~/place/in/releases"),
        ("git init -q ~/place/a/b/c", "~/place"), ("git init -q --bare ~/place/a/b/c.git", "~/place"),
        ("git worktree add -q ~/place/a/tree", "~/place"),
    ]

    @Test(arguments: keptPlaces)
    func `Not even by force does an export take the place of a store, a target or a repository`(
        made: String,
        place: String
    ) async throws {
        let result = try await run(
            """
            mkdir ~/place && \(made) && touch ~/place/mine && find ~/place | sort > ~/before
            git model export dir v1.0.0 \(place) --force || echo dir $?
            git model export tar v1.0.0 \(place) --force || echo tar $?
            git model export site \(place) --force || echo site $?
            find ~/place | sort | diff ~/before - && echo kept
            git model export dir v1.0.0 ~/new && mkdir -p ~/new/a/b && git model export dir v1.0.0 ~/new --force -q && test ! -e ~/new/a && echo replaced
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in ["dir 5\n", "tar 5\n", "site 2\n", "kept\n", "replaced\n"] {
            #expect(result.output.contains(text), "\(text): \(result.output)")
        }
    }

    @Test func `A tar is the same wherever it is made`() async throws {
        let result = try await run(
            """
            git model export tar v1.0.0 ~/a.tar --json > ~/a.json && git clone -q . ~/clone
            git model push -q --to ~/store 2> ~/log || git model remote add -q store ~/store
            git add -A && git commit -qm Remote && git model push -q --all && cd ~/clone && git pull -q
            git model export tar v1.0.0 ~/b.tar && cmp ~/a.tar ~/b.tar && tar -tf ~/b.tar
            sha256sum ~/a.tar | cut -d' ' -f1 && cat ~/a.json
            git model export tar v1.0.0 ~/b.tar || echo refused $?
            git model export tar v1.0.0 ~/b.tar --force
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.contains("train.sh\nw/\nw/config.json\nw/model.bin\n"))
        #expect(result.output.contains("refused 5\n"))
        let lines = result.output.split(separator: "\n")
        let document = try #require(lines.first { $0.hasPrefix("{\"") && $0.contains("\"format\":\"tar\"") })
        let digest = try #require(try JSONValue(parsing: Array(document.utf8)).object?["digest"]?.string)
        #expect(lines.contains { "sha256:\($0)" == digest }, "\(result.output)")
    }

    @Test func `A Dockerfile has the files beside it`() async throws {
        let base = "docker.io/library/python@sha256:" + String(repeating: "1", count: 64)
        let result = try await run(
            """
            git model export dockerfile v1.0.0 ~/build --base \(base) --entrypoint 'python3 "a b.py"' && cd ~/build && ls && ls models && cat Dockerfile
            cd ~/churn && git model export dockerfile v1.0.0 ~/other --base python:3.11 || echo undigested $?
            git model export dockerfile v1.0.0 ~/other --base captured || echo uncaptured $?
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "Dockerfile\nmodels\nLICENSE\ntrain.sh\nw\nFROM \(base)\nCOPY models/ /models/\n",
            "ENTRYPOINT [\"python3\",\"a b.py\"]\n", "LABEL org.opencontainers.image.licenses=\"mit\"\n",
            "undigested 2\n", "uncaptured 5\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `The Hub gets the artifacts at the top, with a card whose front matter it reads`() async throws {
        let result = try await run(
            """
            git model export huggingface v1.0.0 ~/hub && cd ~/hub && ls -A && cmp model.bin ~/churn/w/model.bin && cat README.md
            \(Self.python) -c 'import yaml; print(yaml.safe_load(open("README.md").read().split("---")[1]))'
            cd ~/churn && echo '# My card' > CARD.md && git model describe -q --card CARD.md && git add -A && git commit -qm Card
            git model tag -q v1.1.0 && git model export huggingface v1.1.0 ~/hub2 && cat ~/hub2/README.md
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "LICENSE\nREADME.md\nconfig.json\nmodel.bin\n", "{'tags': ['git-model'], 'license': 'mit'}\n",
            "\n# churn\n",
            "---\nlicense: mit\n---\n\n# My card\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `A link that would lead out of an export from its new place is refused`() async throws {
        let result = try await run(
            """
            mkdir -p net/graph && echo more > net/more && ln -s ../more net/graph/more
            \(Self.python) - <<'EOF'
            import onnx
            from onnx import helper as h, TensorProto as T
            x, y = [h.make_tensor_value_info(n, T.FLOAT, [4]) for n in "xy"]
            onnx.save(h.make_model(h.make_graph([h.make_node("Relu", ["x"], ["y"])], "g", [x], [y])), "net/graph/g.onnx")
            EOF
            git model add -q net && git add -A && git commit -qm Net && git model tag -q v2.0.0
            git model export triton v2.0.0 ~/triton || echo refused $? && test ! -e ~/triton
            git model export huggingface v2.0.0 ~/hub && readlink ~/hub/graph/more || ls -R ~/hub
            git model export triton v2.0.0 ~/triton --only '**/*.onnx' && ls ~/triton/churn/1
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "net/graph/more cannot be exported as more\n  caused by: its target is outside the artifact", "refused 5\n",
            "../more\n",
            "model.onnx\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `Triton gets an ONNX model with what its graph takes and gives`() async throws {
        let result = try await run(
            """
            git model export triton v1.0.0 ~/triton || echo none $?
            cat > ~/make.py <<'EOF'
            import onnx
            from onnx import helper as h, TensorProto as T
            x = h.make_tensor_value_info("x", T.FLOAT, ["batch", 4])
            y = h.make_tensor_value_info("y", T.FLOAT, ["batch", 4])
            m = h.make_tensor_value_info("m", T.FLOAT, [])
            nodes = [h.make_node("Relu", ["x"], ["y"]), h.make_node("ReduceSum", ["x"], ["m"], keepdims=0)]
            onnx.save(h.make_model(h.make_graph(nodes, "g", [x], [y, m])), "net/graph.onnx")
            EOF
            mkdir net && \(Self.python) ~/make.py && echo weights > net/graph.data && git model add -q net && git add -A && git commit -qm Net
            git model tag -q v2.0.0 && git model export triton v2.0.0 ~/triton && cd ~/triton && find . -type f | sort && cat churn/config.pbtxt
            cmp churn/1/model.onnx ~/churn/net/graph.onnx
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "v1.0.0 has no ONNX model", "none 5\n",
            "./churn/1/graph.data\n./churn/1/model.onnx\n./churn/config.pbtxt\n",
            "name: \"churn\"\nbackend: \"onnxruntime\"\nmax_batch_size: 0\ninput [\n  {\n    name: \"x\"\n    data_type: TYPE_FP32\n",
            "    dims: [ -1, 4 ]\n  }\n]\noutput [\n",
            "  },\n  {\n    name: \"m\"\n    data_type: TYPE_FP32\n    dims: [ 1 ]\n  }\n]\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }
}
