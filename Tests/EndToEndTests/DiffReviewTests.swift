import TestSupport
import Testing

/// What a reviewer reads in a terminal: large models by layers, what is around them, and what `git` itself shows of
/// pointers.
@Suite struct DiffReviewTests {
    /// The names of a model like those of 70 billion parameters have.
    private static let largeNames: [String] = {
        let parts = [
            "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj", "mlp.gate_proj",
            "mlp.up_proj", "mlp.down_proj", "input_layernorm",
        ]
        let layers = (0..<87).flatMap { layer in parts.map { "model.layers.\(layer).\($0).weight" } }
        return layers + ["model.embed_tokens.weight", "model.norm.weight", "lm_head.weight", "model.rope.freqs"]
    }()

    @Test func `700 tensors fit a screen, and all of them are there for who asks`() async throws {
        let scratch = try await ScratchRepository()
        var model = SafetensorsBytes(Self.largeNames.map { ($0, 100) }, seed: 1)
        #expect(model.tensors.count == 700)
        try scratch.write(model.bytes, to: "../1")
        model.train(seed: 2)
        try scratch.write(model.bytes, to: "../2")
        let result = try await scratch.run(
            """
            git model init -q --name large && git commit -qm 'Set up'
            for version in 1 2; do
                cp ~/$version m.safetensors && git model add -q m.safetensors && git commit -qm $version
            done
            git model diff HEAD~1 HEAD && echo ---- && git model diff --all HEAD~1 HEAD && echo ----
            git model diff --md HEAD~1 HEAD && echo ---- && git model diff --recompute HEAD~1 HEAD
            """
        ).expectSuccess()
        let parts = result.output.split(separator: "----\n").map { $0.split(separator: "\n") }
        try #require(parts.count == 4)
        for part in [parts[0], parts[3]] {
            #expect(part.count <= 30 && part.allSatisfy { $0.count <= 100 })
            #expect(part.contains("  tensors: 700 changed"))
            #expect(part.contains { $0.contains("model.layers.") && $0.contains("8 tensors") })
            #expect(part.contains("  … 71 layers more; each tensor: `--all`"))
        }
        #expect(parts[0].contains { $0.contains("by author") } && parts[3].contains { $0.contains("recomputed") })
        #expect(parts[1].count { $0.contains("changed  ") } >= 700)
        // A strip shows all layers, and a table each.
        #expect(parts[2].contains { $0.contains("91 layers changed, by relative L2 distance, by author") })
    }

    private static let setUp = """
        git model init -q --name small && git commit -qm 'Set up'
        echo '{"inputs": [{"name": "x", "dtype": "float32", "shape": [-1, 4]}], "outputs": []}' > ~/one.json
        echo '{"inputs": [{"name": "x", "dtype": "float32", "shape": [-1, 8]}], "outputs": []}' > ~/two.json
        train() {
            printf 'lr: %s\\nname: "<b>|`x`"\\n' $1 > params.yaml && echo "rows of $1" > rows.csv
            echo "echo '{\\"accuracy\\": $2, \\"loss\\": 0.5}' > metrics.json; seq $2 9999 > w.bin" > train.sh
            git model run -q --data rows.csv -o w.bin -- sh train.sh 2>/dev/null
        }
        train 0.1 0.8 && git model describe -q --signature ~/one.json && git add -A && git commit -qm one && git tag one
        train 0.01 0.9 && git model describe -q --signature ~/two.json && git add -A && git commit -qm two && git tag two

        """

    @Test func `What is around the artifacts is compared as well`() async throws {
        let result = try await ScratchRepository().run(
            Self.setUp + """
                git model diff one two; git model diff --md one two; git model diff --json one two
                echo ---- && git model diff one two -- w.bin && git model diff --stat one two
                """
        ).expectSuccess()
        let parts = result.output.split(separator: "----\n").map(String.init)
        try #require(parts.count == 2)
        for text in [
            "\nmetrics\n  accuracy  0.8 → 0.9  better\n", "\nparameters\n  lr  0.1 → 0.01\n",
            "\ndata\n  rows.csv  sha256:",
            "\nsignature\n  inputs.x  float32 [-1,4] → float32 [-1,8]\n", "#### Metrics\n",
            "| `accuracy` | `0.8` | `0.9` | better |",
            #""facts":{"data":[{"#, #"{"after":0.9,"before":0.8,"isBetter":true,"name":"accuracy"}"#,
        ] { #expect(parts[0].contains(text), "\(text): \(parts[0])") }
        #expect(!parts[0].contains("  loss") && !parts[0].contains("name  "))
        #expect(!parts[1].contains("accuracy") && !parts[1].contains("lr"))
    }

    @Test(arguments: [
        ("one two", 1), ("two two", 0), ("two", 0), ("one one -- w.bin", 0), ("one two -- w.bin", 1),
    ])
    func `The exit code tells whether anything differs`(versions: String, exitCode: Int32) async throws {
        let result = try await ScratchRepository().run(Self.setUp + "git model diff --exit-code \(versions) >/dev/null")
        #expect(result.exitCode == exitCode, "\(result.output)")
    }

    @Test func `A metric that differs is a difference, and so is a file of the work tree`() async throws {
        let result = try await ScratchRepository().run(
            Self.setUp + """
                echo '{"accuracy": 0.7}' > metrics.json; git model diff --exit-code; echo "exit $?"
                git model diff --exit-code -- w.bin; echo "exit $?"
                """,
            goesOn: true
        )
        #expect(result.output.contains("\nmetrics\n  accuracy  0.9 → 0.7  worse\n"))
        #expect(result.output.contains("exit 1\n") && result.output.hasSuffix("exit 0\n"))
    }

    @Test func `A metric that was no number and is one now is better, whichever is`() async throws {
        let result = try await ScratchRepository().run(
            Self.setUp + """
                echo '{"accuracy": NaN}' > metrics.json && git commit -qam three && git tag three
                git model diff three one; git model diff one three; git model diff --json three three
                """
        )
        #expect(result.output.contains("\n  accuracy  NaN → 0.8  better\n"), "\(result.output)")
        #expect(result.output.contains("\n  accuracy  0.8 → NaN  worse\n"), "\(result.output)")
        #expect(!result.output.contains("isBetter"), "\(result.output)")
    }

    @Test func `Whoever has no manifests is told which, and never that anything is unchanged`() async throws {
        let scratch = try await ScratchRepository()
        var model = SafetensorsBytes([("a", 80_000), ("b", 30_000)], seed: 1)
        try scratch.write(model.bytes, to: "../1")
        model.train(["b"], seed: 2)
        try scratch.write(model.bytes, to: "../2")
        let result = try await scratch.run(
            """
            git model init -q --name small && git commit -qm 'Set up' && mkdir tree
            for version in 1 2; do
                cp ~/$version m.safetensors && cp ~/$version tree/m.safetensors
                git model add -q m.safetensors tree && git commit -qm $version
            done
            git clone -q . ~/review && cd ~/review
            for how in '' --stat --md --json --recompute; do git model diff $how HEAD~1 HEAD || echo "exit $?"; done
            cat m.safetensors.mver tree.mver
            """
        ).expectSuccess()
        let oids = result.output.matches(of: /oid sha256:([0-9a-f]{12})/).map(\.output.1)
        #expect(oids.count == 2)
        for oid in oids { #expect(result.output.contains("\(oid) are missing"), "\(result.output)") }
        // JSON counts artifacts that are the same, of which there is none.
        let words = result.output.replacing(#""unchanged":0"#, with: "")
        #expect(!words.contains("unchanged") && !words.contains("No artifact differs"))
        #expect(result.output.contains("error: m.safetensors: the bytes of ") && result.output.contains("exit 3\n"))
    }

    @Test func `A reviewer's clone is told of elements that are no numbers, or that none were counted`() async throws {
        let scratch = try await ScratchRepository()
        var model = SafetensorsBytes([("layers.0.w", 80_000), ("layers.1.w", 30_000)], seed: 1)
        try scratch.write(model.bytes, to: "../1")
        model.tensors[0].values[0] = .nan
        model.tensors[1].values[7] = .infinity
        try scratch.write(model.bytes, to: "../2")
        let result = try await scratch.run(
            """
            git model init -q --name small --remote ~/models && git commit -qm 'Set up' && mkdir tree
            for version in 1 2; do
                cp ~/$version m.safetensors && cp ~/$version tree/m.safetensors
                git model add -q m.safetensors tree && git commit -qm $version && git model push -q
            done
            for path in m.safetensors tree; do
                git clone -q . ~/review && cd ~/review && git model diff HEAD~1 HEAD -- $path
                git model diff --no-fetch --md HEAD~1 HEAD -- $path && cd "$OLDPWD" && rm -rf ~/review && echo ----
            done
            git clone -q . ~/review && cd ~/review && git model report HEAD~1..HEAD && du -sk .git/model/store | cut -f1
            """
        ).expectSuccess()
        let parts = result.output.split(separator: "----\n").map(String.init)
        try #require(parts.count == 3, "\(result.output)")
        for part in parts[..<2] {
            #expect(part.contains("  NaN 0 → 1\n") && part.contains("  Inf 0 → 1\n"), "\(part)")
            #expect(part.contains("NaN and infinities were not counted: the manifest of "), "\(part)")
        }
        #expect(parts[2].ranges(of: "| 1 NaN or Inf |").count == 4, "\(parts[2])")
        #expect(!parts[2].contains("were not counted"), "\(parts[2])")
        let stored = try #require(parts[2].split(separator: "\n").last.flatMap { Int($0) })
        #expect(stored < 500, "\(parts[2])")
    }

    @Test func `A layer of which not all was compared has no figures, and names of frames give none`() async throws {
        let scratch = try await ScratchRepository()
        var model = SafetensorsBytes([("layers.0.w", 80_000), ("layers.0.scale", 2), ("layers.1.scale", 2)], seed: 1)
        for version in 1...3 {
            try scratch.write(model.bytes, to: "../\(version)")
            model.train(seed: UInt64(version))
            for layer in 1...2 { model.tensors[layer].values[0] += 1 }
        }
        let result = try await scratch.run(
            """
            git model init -q --name small --remote ~/models && git commit -qm 'Set up'
            for version in 1 2 3; do
                cp ~/$version m.safetensors && git model add -q m.safetensors && git commit -qm $version
            done
            git model push -q && git model report HEAD~2..HEAD && echo ----
            git model diff --stat HEAD~1 HEAD && git model diff --stat --md HEAD~1 HEAD
            """
        ).expectSuccess()
        let parts = result.output.split(separator: "----\n").map(String.init)
        try #require(parts.count == 2, "\(result.output)")
        #expect(parts[0].contains("| `layers.0` | 2 |  |  |  |  | 1 not compared |"), "\(parts[0])")
        #expect(parts[0].contains("`?█` 2 layers changed"), "\(parts[0])")
        #expect(parts[1].ranges(of: "its values were not compared\n").count == 3, "\(parts[1])")
        #expect(parts[1].contains("| `layers.1` | 1 |  |  |  |  | 1 not compared |"), "\(parts[1])")
        #expect(!parts[1].contains(" %"), "\(parts[1])")
    }

    @Test func `Git shows a line for each tensor of a pointer, wherever it is`() async throws {
        let scratch = try await ScratchRepository()
        var model = SafetensorsBytes([("embedding", 1_200_000), ("layer.0", 30_000), ("a b", 2)], seed: 1)
        try scratch.write(model.bytes, to: "../1")
        model.train(["layer.0"], seed: 2)
        model.tensors[2].values.append(1)
        try scratch.write(model.bytes, to: "../2")
        let result = try await scratch.run(
            """
            git model init -q --name small && git commit -qm 'Set up' && mkdir -p deep/er tree
            for version in 1 2; do
                cp ~/$version deep/er/m.safetensors && cp ~/$version tree/m.safetensors && echo same > tree/notes
                git model add -q deep/er/m.safetensors tree && git commit -qm $version
            done
            git diff HEAD~1 -- deep && echo ---- && git show HEAD -- deep && echo ---- && git log -p -1 -- deep && echo ----
            git diff HEAD~1 -- tree.mver
            """
        ).expectSuccess()
        let parts = result.output.split(separator: "----\n").map(String.init)
        try #require(parts.count == 4)
        let hex = try Regex("[0-9a-f]{12}")
        for part in parts {
            let lines = part.split(separator: "\n").filter { $0.contains("tensor ") }.map {
                $0.replacing(hex, with: "<oid>")
            }
            #expect(
                lines == [
                    " tensor embedding f32 [1200000] <oid>", "-tensor layer.0 f32 [30000] <oid>",
                    #"-tensor "a b" f32 [2] <oid>"#, "+tensor layer.0 f32 [30000] <oid>",
                    #"+tensor "a b" f32 [3] <oid>"#,
                ],
                "\(part)"
            )
        }
        #expect(parts[3].contains("\n 644 5 ") && parts[3].contains(" notes\n"))
    }
}
