import TestSupport
import Testing

/// What is compared of commits with several models: each with what it was itself.
@Suite struct ModelComparisonTests {
    /// `beta` trained, then `alpha`, which is a version; on a branch `beta` alone is trained on, and is better.
    private static let setUp = """
        git model init -q --name alpha --remote ~/store && seq 1 > a.bin && seq 2 > b.bin && echo 1 > one.csv && echo 2 > two.csv
        git model add -q a.bin && git model add -q --model beta b.bin && echo '{"loss": 0.5}' > metrics.json
        cat > train.sh <<'END'
        for accuracy in 0.1 $2; do echo "{\\"accuracy\\": $accuracy}" >> "$GIT_MODEL_RUN_DIR/metrics.jsonl"; done
        for artifact in $1; do seq $2 9 > $artifact; echo $artifact >> $artifact; done
        END
        train() { git model run -q $(printf ' -o %s' $1) --set lr=$2 --data $3 -- sh train.sh "$1" $2 > ~/log 2>&1 && git commit -qm "Train $1"; }
        git add -A && git commit -qm 'Set up' && train b.bin 0.80 one.csv && first=$(basename .mver/runs/*.json .json)
        train a.bin 0.95 two.csv && git model push -q && git model tag -q alpha@v1.0.0 && git checkout -q -b longer
        echo '{"loss": 0.4}' > metrics.json && git commit -qam 'Less loss' && train b.bin 0.82 one.csv && git model push -q

        """

    private func run(_ script: String) async throws -> ShellResult {
        try await ScratchRepository().run(Self.setUp + script)
    }

    @Test func `A report compares each model with what it was, and says which it is`() async throws {
        let result = try await run(
            """
            git model report main..longer && git model report main..longer --json | grep -o "\\"run\\":\\"$first\\"" | wc -l
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "| beta accuracy | 0.8 | 0.82 | +0.02 🟢 |\n", "| `beta lr` | `0.8` | `0.82` |\n",
            "| beta accuracy | ▁█ 0.1 → 0.8 ",
            // A file that is nobody's own is told of once.
            "| loss | 0.5 | 0.4 | -0.1 🟢 |\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
        for text in ["🔴", "0.95", "alpha", "### Data", "beta loss"] {
            #expect(!result.output.contains(text), "\(text): \(result.output)")
        }
        #expect(result.output.hasSuffix("\n1\n"), "\(result.output)")
    }

    @Test func `A report of one of several models tells of that one`() async throws {
        let result = try await run(
            """
            git model report main..longer --model beta && echo =====
            git model report main..longer --model alpha && echo =====
            git model report main..longer --model gamma || echo code $?
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let parts = result.output.split(separator: "=====\n").map(String.init)
        try #require(parts.count == 3, "\(result.output)")
        #expect(parts[0].contains("| accuracy | 0.8 | 0.82 | +0.02 🟢 |\n"), "\(parts[0])")
        #expect(parts[1].contains("| loss | 0.5 | 0.4 |") && !parts[1].contains("accuracy"), "\(parts[1])")
        #expect(parts[2].contains("there is no model 'gamma'") && parts[2].hasSuffix("code 5\n"), "\(parts[2])")
    }

    @Test func `Commits differ by what became of each model`() async throws {
        let result = try await run("git model diff main longer")
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "  beta accuracy  0.8 → 0.82  better\n", "  loss           0.5 → 0.4   better\n", "  beta lr  0.8 → 0.82\n",
        ] {
            #expect(result.output.contains(text), "\(text): \(result.output)")
        }
        #expect(!result.output.contains("0.95") && !result.output.contains("\ndata\n"), "\(result.output)")
    }

    @Test func `Metrics and parameters of commits differ by model, and those of a version by its own`() async throws {
        let result = try await run(
            """
            git model metrics diff main longer --filter 'acc*' && git model params diff main longer
            git model metrics diff --exit-code alpha@v1.0.0 longer --filter '*accuracy' && echo same
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in ["beta accuracy   0.8    0.82   +0.02", "beta lr   0.8    0.82\n", "same\n"] {
            #expect(result.output.contains(text), "\(text): \(result.output)")
        }
        #expect(!result.output.contains("0.95") && !result.output.contains(".bin/"), "\(result.output)")
    }

    @Test func `What one run made of all models is told of once`() async throws {
        let result = try await run(
            """
            train 'a.bin b.bin' 0.6 one.csv && git model push -q && git checkout -q -b joint
            train 'a.bin b.bin' 0.7 two.csv && git model push -q && git model report longer..joint
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in ["| accuracy | 0.6 | 0.7 | +0.1 🟢 |\n", "| `lr` | `0.6` | `0.7` |\n", "| `two.csv` | – |"] {
            #expect(result.output.contains(text), "\(text): \(result.output)")
        }
        #expect(!result.output.contains("alpha "), "\(result.output)")
    }
}
