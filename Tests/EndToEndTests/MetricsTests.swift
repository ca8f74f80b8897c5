import ModelCore
import TestSupport
import Testing

/// Metrics and parameters of versions, commits, runs and the working copy, and how they differ.
@Suite struct MetricsTests {
    /// Two commits, the first of them a version, whose metrics and parameters differ.
    private static let setUp = """
        git model init -q --name small && seq 100000 > w.bin && git model add -q w.bin
        printf '{"accuracy": 0.8, "loss": 0.5, "speed": 3, "eval": {"f1": 0.75}}' > metrics.json
        printf 'lr: 0.1\\nmodel: {depth: 2, name: a}\\n' > params.yaml
        git add -A && git commit -qm One && git model tag -q v1.0.0
        printf '{"accuracy": 0.9, "loss": NaN, "speed": 4, "eval": {"f1": 0.75}}' > metrics.json
        printf 'lr: 0.01\\nmodel: {depth: 2, name: a}\\n' > params.yaml
        git add -A && git commit -qm Two

        """

    private func run(_ script: String) async throws -> ShellResult {
        try await ScratchRepository().run(Self.setUp + script)
    }

    private func document(of result: ShellResult) throws -> [String: JSONValue] {
        let line = try #require(result.output.split(separator: "\n").last)
        return try #require(try JSONValue(parsing: Array(line.utf8)).object)
    }

    typealias Case = ScriptCase

    static let showing = [
        Case("git model metrics show", says: "accuracy   0.9  metrics.json\n", "eval.f1   0.75  ", "loss       NaN  "),
        Case("git model metrics v1.0.0", says: "accuracy   0.8  metrics.json\n"),
        Case("git model metrics show v1.0.0 HEAD", says: "small@v1.0.0  HEAD\n", "accuracy           0.8   0.9\n"),
        Case("git model metrics show --filter 'eval*'", says: "eval.f1  0.75  metrics.json\n"),
        Case("git model metrics show --precision 1 HEAD~1", says: "eval.f1   0.8  "),
        Case("git model metrics show --precision 99", says: "--precision is a number from 0 to 15", exits: 2),
        Case("git model metrics show --md", says: "| Metric | work tree |\n| --- | ---: |\n| accuracy | 0.9 |\n"),
        Case("git model metrics show nope", says: "nope is no version, no revision and no run", "runs`", exits: 5),
        Case("git model metrics show v9.0.0", says: "small has no version v9.0.0", exits: 5),
        Case("git model metrics show run:nope", says: "there is no run nope", exits: 5),
        Case("git rm -q metrics.json; git model metrics show", says: "hint: write some to metrics.json"),
        Case(
            "mkdir eval node_modules; echo '{\"accuracy\": 0.5}' | tee eval/scores.json > node_modules/scores.json;"
                + " git model metrics show",
            says: "accuracy        0.9  metrics.json\n",
            "eval/accuracy   0.5  eval/scores.json\n"
        ),
        Case(
            "echo out > .gitignore; mkdir out; printf 'auc: .5\\nbad: .nan\\n' > out/m.yaml;"
                + " printf 'metrics:\\n- out/m.yaml\\n' > dvc.yaml; git model metrics show --filter '[ab]*'",
            says: "auc       0.5  out/m.yaml\n",
            "bad       NaN  out/m.yaml\n"
        ),
        Case(
            "printf '{\"a\": ' > metrics.json; git model metrics show; git model metrics diff",
            says: "warning: work tree: metrics.json has no metrics that can be read: ",
            "loss       NaN"
        ),
        Case("git model params show", says: "lr           0.01  params.yaml\n", "model.depth  2     params.yaml\n"),
        Case("git model params show HEAD~1 HEAD --filter lr", says: "    HEAD~1  HEAD\nlr     0.1  0.01\n"),
        Case("git rm -q params.yaml; git model params", says: "hint: write some to params.yaml"),
    ]

    @Test(arguments: showing)
    func `Metrics and parameters are shown with where they are from`(test: Case) async throws {
        test.check(try await run(test.script))
    }

    static let comparing = [
        Case(
            "git model metrics diff v1.0.0 HEAD",
            says: "small@v1.0.0 → HEAD\n",
            "accuracy           0.8   0.9    +0.1   +12.5 %  better\n",
            "loss               0.5   NaN                    worse\n",
            "speed                3     4      +1   +33.3 %\n"
        ),
        Case("git model metrics diff", says: "HEAD → work tree\nNo metric differs\n"),
        Case("git model metrics diff --exit-code", says: "No metric differs\n"),
        Case("git model metrics diff --exit-code v1.0.0", says: "small@v1.0.0 → work tree\n", exits: 1),
        Case("git model metrics diff --exit-code --filter 'eval*' v1.0.0", says: "No metric differs\n"),
        Case(
            "git model metrics diff --all --filter eval.f1 v1.0.0",
            says: "eval.f1          0.75       0.75       0       0 %\n"
        ),
        Case(
            "printf '{\"eval/f1\": 0.8}' > metrics.json; git config -f .mver/config metric.eval/f1.direction lower;"
                + " git model metrics diff --filter 'eval?f1'; git model metrics show --filter 'eval.*'",
            says: "eval/f1  0.75        0.8   +0.05   +6.67 %  worse\n",
            "eval/f1  0.8  metrics.json\n"
        ),
        Case("git model metrics diff a b c", says: "two sides are compared, not 3", exits: 2),
        Case(
            "git config -f .mver/config metric.speed.direction lower; git model metrics diff v1.0.0",
            says: "+33.3 %  worse\n"
        ),
        Case(
            "git config -f .mver/config metric.speed.direction up; git model metrics diff v1.0.0",
            says: "warning: metric.speed.direction is up, which is neither lower nor higher",
            "+33.3 %\n"
        ),
        Case(
            "printf '{\"a|b\": 1}' > metrics.json; git model metrics diff --md --filter 'a|*'",
            says: "| Metric | HEAD | work tree | Change | Relative |  |\n| --- | ---: | ---: | ---: | ---: | --- |\n",
            "| a\\|b |  | 1 |  |  |  |\n"
        ),
        Case("git model params diff v1.0.0", says: "small@v1.0.0 → work tree\n", "lr           0.1       0.01\n"),
        Case("git model params diff --exit-code HEAD~1 HEAD", says: "lr", exits: 1),
        Case(
            "git model params diff --exit-code; git model params diff --all",
            says: "No parameter differs",
            "model.name"
        ),
        Case(
            "printf 'lr: \"0.01\"\\nmodel: {depth: 2, name: a}\\n' > params.yaml; git model params diff",
            says: "lr  0.01     \"0.01\"\n"
        ),
        Case(
            "printf 'lr: 1.0e-2\\nmodel: {depth: 2.0, name: a}\\n' > params.yaml; git model params diff",
            says: "No parameter differs"
        ),
        Case(
            "git clone -q --bare . ~/bare.git && cd ~/bare.git && git model metrics diff v1.0.0 HEAD"
                + " && git model metrics show --filter speed",
            says: "+12.5 %  better\n",
            "speed  4  metrics.json\n"
        ),
    ]

    @Test(arguments: comparing)
    func `Differences are shown with what is better`(test: Case) async throws {
        test.check(try await run(test.script))
    }

    @Test func `Before the first commit there is nothing to compare with`() async throws {
        let result = try await ScratchRepository().run(
            """
            git model init -q --name small && echo '{"a": 1}' > metrics.json && git model metrics show
            git model metrics diff
            """
        )
        #expect(result.output.contains("a  1  metrics.json\n"))
        #expect(result.output.contains("there is no commit yet"))
        #expect(result.exitCode == 5)
    }

    @Test func `Numbers that JSON has no digits for are texts`() async throws {
        let result = try await run("git model metrics diff --json v1.0.0 HEAD")
        #expect(result.exitCode == 0)
        let document = try document(of: result)
        #expect(document["differs"] == .bool(true))
        #expect(document["from"]?.object?["kind"] == "version" && document["to"]?.object?["kind"] == "revision")
        let rows = (document["rows"]?.array ?? []).compactMap(\.object)
        #expect(rows.map { $0["name"]?.string } == ["accuracy", "loss", "speed"])
        try #require(rows.count == 3)
        #expect(rows[0]["verdict"] == "better" && rows[0]["better"] == "higher" && rows[0]["old"]?.double == 0.8)
        #expect(rows[1]["new"] == "NaN" && rows[1]["change"] == nil && rows[1]["verdict"] == "worse")
        #expect(rows[2]["verdict"] == nil && rows[2]["change"]?.double == 1)
    }

    @Test func `Types of parameters stay`() async throws {
        let result = try await run(
            "printf 'lr: \"0.01\"\\nmodel: {depth: ~, layers: [1, 2]}\\n' > params.yaml && git model params diff --json"
        )
        let rows = (try document(of: result)["rows"]?.array ?? []).compactMap(\.object)
        #expect(rows.map { $0["name"]?.string } == ["lr", "model.depth", "model.layers", "model.name"])
        try #require(rows.count == 4)
        #expect(rows[0]["old"]?.double == 0.01 && rows[0]["new"] == "0.01")
        #expect(rows[1]["old"]?.integer == 2 && rows[1]["new"] == .null)
        #expect(rows[2]["old"] == nil && rows[2]["new"]?.array?.count == 2)
        #expect(rows[3]["new"] == nil)
    }

    @Test func `The kept run that made a commit's artifact tells what files do not`() async throws {
        let result = try await run(
            """
            cat > train.sh <<'END'
            git model record metric throughput=7 accuracy=0.1 && git model record param width=8
            seq 5 > w.bin
            END
            git model run -q --name first -o w.bin -- sh train.sh && git add -A && git commit -qm Trained
            git model metrics show HEAD && git model params show HEAD --filter width
            git model metrics show && git branch first HEAD~1
            git model metrics show first && git model metrics show run:first && git model metrics diff HEAD run:first
            git clone -q . ~/clone && cd ~/clone && git model metrics show HEAD --filter throughput
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let parts = result.output.split(separator: "throughput  ")
        // Of HEAD, the work tree, the run, and HEAD in the clone: the branch has no run, and the comparison no
        // difference.
        #expect(parts.count == 5, "\(result.output)")
        #expect(result.output.contains("accuracy     0.9  metrics.json\n"))
        #expect(result.output.contains("accuracy    0.1  run:"))
        #expect(result.output.contains("width  8  run:"))
        #expect(result.output.contains("HEAD → first\n"))
        #expect(result.output.contains("-88.9 %  worse\n"))
    }
}
