import TestSupport
import Testing

/// Models that are stored as one frame, as those of every first try are: their tensors are found in their bytes.
@Suite struct SmallModelTests {
    /// A repository with three versions of a small model: the second has other values, the third another shape.
    private func repository() async throws -> ScratchRepository {
        let scratch = try await ScratchRepository()
        var model = SafetensorsBytes([("0.weight", 640), ("0.bias", 40)], seed: 1)
        try scratch.write(model.bytes, to: "../1")
        model.train(["0.weight"], seed: 2)
        try scratch.write(model.bytes, to: "../2")
        try scratch.write(SafetensorsBytes([("0.weight", 1280), ("0.bias", 40)], seed: 3).bytes, to: "../3")
        let bias = model.tensors[1].values.flatMap { value in
            withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
        }
        try scratch.write(bias, to: "../bias")
        try await scratch.run(
            """
            git model init -q --name small --remote ~/models && git commit -qm 'Set up' && mkdir t && echo notes > t/README
            step() {
                cp ~/$1 m.safetensors && cp ~/$1 t/m.safetensors && git model add -q m.safetensors t && git commit -qm $1
            }
            step 1 && git model tag -q v1.0.0 && step 2 && git model tag --bump auto > ~/two && step 3
            """
        ).expectSuccess()
        return scratch
    }

    @Test func `Another shape is a minor version, other values are a patch`() async throws {
        let scratch = try await repository()
        let result = try await scratch.run("cat ~/two && git model tag --bump auto -n").expectSuccess()
        for text in [
            "Tagged small@v1.0.1 at ", "  the same artifacts with other values\n", "It would be small@v1.1.0 at ",
            "  tensor 0.weight of m.safetensors: reshaped\n", "  tensor 0.weight of t: reshaped\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `Their tensors are compared, listed and printed`() async throws {
        let scratch = try await repository()
        let result = try await scratch.run(
            """
            git model diff HEAD~2 HEAD~1 && echo ---- && git model diff --recompute HEAD~1 HEAD && echo ----
            git model show --tensors && git diff HEAD~1 -- m.safetensors.mver && echo ----
            git model cat HEAD~1:m.safetensors --tensor 0.bias --format raw | cmp - ~/bias
            git model cat HEAD~1:t/m.safetensors --tensor 0.bias --format raw | cmp - ~/bias && git model report HEAD~2..HEAD
            """,
            goesOn: true
        )
        let parts = result.output.split(separator: "----\n").map(String.init)
        try #require(parts.count == 4, "\(result.output)")
        #expect(parts[0].ranges(of: "  tensors: 1 changed, 1 unchanged\n").count == 2, "\(parts[0])")
        #expect(parts[0].contains("recomputed  ") && !parts[0].contains("warning: "), "\(parts[0])")
        #expect(parts[1].contains("reshaped  0.weight") && parts[1].contains("f32 [640] → f32 [1280]"), "\(parts[1])")
        #expect(!parts[1].contains("not so"), "\(parts[1])")
        #expect(parts[2].contains("\nt/m.safetensors\n  0.bias") || parts[2].contains("\nt/m.safetensors\n  0.weight"))
        #expect(parts[2].contains("  whole  ") && parts[2].contains("+tensor 0.weight f32 [1280] "), "\(parts[2])")
        #expect(parts[3].contains("#### Inside `m.safetensors`"), "\(parts[3])")
        #expect(!parts[3].contains("differ: "), "\(parts[3])")
    }

    @Test func `Whoever lacks the bytes is told that nobody looked`() async throws {
        let scratch = try await repository()
        let result = try await scratch.run(
            """
            git model push -q --all && git clone -q . ~/review && cd ~/review && git model diff HEAD~1 HEAD -- m.safetensors
            git model show --tensors 2>&1 | grep warning && git model cat m.safetensors --tensor none 2>&1 || echo code $?
            git model show --tensors | grep 'whole'
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.contains("\n  its tensors were not looked at, for its bytes are not here\n"))
        #expect(result.output.contains("warning: m.safetensors: its tensors were not looked at, "), "\(result.output)")
        // To print one, the file was fetched.
        #expect(result.output.contains("m.safetensors has no tensor none") && result.output.contains("code 5\n"))
    }

    @Test func `A tree whose list of files is not here is not said to be the same`() async throws {
        let scratch = try await ScratchRepository()
        try scratch.write(SafetensorsBytes([("0.weight", 80_000)], seed: 1).bytes, to: "t/base.safetensors")
        var adapter = SafetensorsBytes([("lora", 640)], seed: 2)
        try scratch.write(adapter.bytes, to: "t/adapter.safetensors")
        adapter.train(seed: 3)
        try scratch.write(adapter.bytes, to: "../adapter")
        let result = try await scratch.run(
            """
            git model init -q --name small --remote ~/models && git model add -q t && git commit -qm One
            cp ~/adapter t/adapter.safetensors && git model add -q t && git commit -qm Two && git model push -q --all
            git model diff HEAD~1 HEAD 2> ~/log | grep tensors: && git clone -q . ~/review && cd ~/review
            git model diff HEAD~1 HEAD && git model diff --md HEAD~1 HEAD && git model report HEAD~1..HEAD
            git model report --html HEAD~1..HEAD | grep -c 'were not looked at, for its list of files is not here<'
            git model pull -q && git model diff HEAD~1 HEAD
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let remark = "the tensors of its small files were not looked at, for its list of files is not here"
        #expect(result.output.hasPrefix("  tensors: 1 changed, 1 unchanged\n"), "\(result.output)")
        #expect(result.output.ranges(of: "\n  \(remark)\n  tensors: 1 unchanged\n").count == 2, "\(result.output)")
        #expect(result.output.ranges(of: " | 1 unchanged; \(remark) |\n").count == 2, "\(result.output)")
        #expect(result.output.contains("\n1\n"), "\(result.output)")
    }

    /// `model.onnx NAME WIDTH VALUE`: an ONNX model of one input, by the fields of its protocol buffers.
    private static let onnx = """
        cat > ~/onnx.py <<'END'
        import sys
        def field(number, body): return bytes([number << 3 | 2, len(body)]) + body
        def whole(number, value): return bytes([number << 3, value])
        def value(name, width):
            shape = field(1, field(2, b'batch')) + field(1, whole(1, width))
            return field(1, name) + field(2, field(1, whole(1, 1) + field(2, shape)))
        name, width, number = sys.argv[2].encode(), int(sys.argv[3]), int(sys.argv[4])
        graph = field(2, b'g') + field(10, bytes([65 + number])) + field(11, value(name, width)) + field(12, value(b'y', 3))
        open(sys.argv[1], 'wb').write(whole(1, 8) + field(7, graph))
        END
        step() { python3 ~/onnx.py m.onnx $1 $2 $3 && git model add -q m.onnx && git add -A && git commit -qm "$*"; }
        git model init -q --name small && git commit -qm 'Set up' && step x 4 1 && git model describe -q --signature m.onnx
        git add -A && git commit -qm Describe && git model tag -q v1.0.0

        """

    @Test func `A graph that takes something else is a major version, and a stale description is named`() async throws {
        let result = try await ScratchRepository().run(
            Self.onnx + """
                step x 4 2 && git model tag --bump auto -n && step z 7 2 && git model tag --bump auto -n 2>&1
                git model describe -q --signature m.onnx && git add -A && git commit -qm New && git model tag --bump auto -n 2>&1
                """
        ).expectSuccess()
        let parts = result.output.split(separator: "It would be small@", omittingEmptySubsequences: false)
            .map(String.init)
        try #require(parts.count == 4, "\(result.output)")
        #expect(parts[1].hasPrefix("v1.0.1 ") && !parts[1].contains("warning"), "\(parts[1])")
        #expect(parts[2].hasPrefix("v2.0.0 ") && parts[2].contains("  inputs of m.onnx have no x any more\n"))
        #expect(parts[2].contains("warning: the description's signature is not that of m.onnx any more\n"))
        #expect(parts[2].contains("hint: describe it anew: `git model describe --signature m.onnx`"), "\(parts[2])")
        #expect(parts[3].hasPrefix("v2.0.0 ") && parts[3].contains("  inputs of the signature have no x any more\n"))
        #expect(!parts[3].contains("warning") && !parts[3].contains("of m.onnx"), "\(parts[3])")
    }

    @Test func `Another name of a dimension is no new signature, and another dimension is`() async throws {
        let result = try await ScratchRepository().run(
            """
            git model init -q --name small && seq 9 > w.bin && git model add -q w.bin
            echo '{"inputs": [{"name": "x", "dtype": "float32", "shape": ["batch", 4]}], "outputs": []}' > ~/one.json
            git model describe -q --signature ~/one.json && git add -A && git commit -qm 1 && git model tag -q v1.0.0 2> ~/log
            next() {
                sed "s/.batch./$1/" ~/one.json > ~/next.json && git model describe -q --signature ~/next.json
                git add -A && git commit -qm "$1" && git model tag --bump auto -n
            }
            next '"N"' && next 8
            """
        ).expectSuccess()
        let parts = result.output.split(separator: "It would be small@").map(String.init)
        try #require(parts.count == 2, "\(result.output)")
        #expect(parts[0].hasPrefix("v1.0.1 "), "\(result.output)")
        #expect(parts[1].hasPrefix("v2.0.0 ") && parts[1].contains("  x of the signature's inputs is another\n"))
    }

    @Test func `What is not committed, or no artifact, is not taken for a new version of one`() async throws {
        let scratch = try await repository()
        let result = try await scratch.run(
            """
            git model tag -q v2.0.0 && printf x >> m.safetensors && git model tag v2.0.1 2>&1 || echo code $?
            git model add -q -u && git model tag v2.0.1 2>&1 || echo code $?
            first() { git model status 2> ~/hints | head -1; }
            first && git commit -qm Again && first && git model tag -q v2.0.1 2> ~/hints
            first && echo 1 > expected.json && git add expected.json && git commit -qm More
            first && git model tag --bump auto -n
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "hint: m.safetensors was changed and not added: `git model add -u`, then `git commit`\ncode 5\n",
            "hint: m.safetensors was added and not committed: `git commit`\ncode 5\n",
            "\nsmall v2.0.0\nsmall after v2.0.0\nsmall v2.0.1\nsmall v2.0.1\nIt would be small@v2.0.2 at ",
            "  no artifact changed; other files did\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
        #expect(!result.output.contains("--force"), "\(result.output)")
    }
}
