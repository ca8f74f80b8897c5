import TestSupport
import Testing

/// The README's commands, word for word.
@Suite struct WalkThroughTests {
    @Test func `From a training to production`() async throws {
        let result = try await ScratchRepository(named: "sentiment").run(
            """
            mkdir ~/bin && ln -s "$(command -v python3)" ~/bin/python && export PATH=$HOME/bin:$PATH
            git init -q --bare ~/origin.git && git remote add origin ~/origin.git
            git model init -q --name sentiment --remote ~/store && mkdir weights
            cat > train.py <<'EOF'
            import json, os, struct, sys
            rate = float(sys.argv[2])
            header = json.dumps({"layers.0.w": {"dtype": "F32", "shape": [50000], "data_offsets": [0, 200000]}}).encode()
            with open("weights/model.safetensors", "wb") as file:
                file.write(struct.pack("<Q", len(header)) + header + struct.pack("<50000f", *(rate * i for i in range(50000))))
            with open(os.path.join(os.environ["GIT_MODEL_RUN_DIR"], "metrics.jsonl"), "a") as file:
                file.write(json.dumps({"accuracy": 0.9 - rate}) + "\\n")
            EOF
            git config -f .mver/config gate.production.metric accuracy
            git config -f .mver/config gate.production.require 'run clean remote'
            git add -A && git commit -qm 'Set up'
            git model run -q -o weights/model.safetensors -- python train.py --lr 1e-4 && git commit -qm 'Train'
            git push -q -u origin main && git model tag -q v1.0.0 --push && git model promote -q v1.0.0 production
            git checkout -q -b smaller && git push -q -u origin smaller

            """ + (try PackageFiles.shellBlock(below: "From a training to production", in: "README.md"))
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "pass  accuracy not worse than now", "may be merged\n", "Tagged sentiment@v1.0.1",
            "production has sentiment@v1.0.1 now (before: v1.0.0): sentiment#production#2, pushed to origin\nsentiment@v1.0.1\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }
}
