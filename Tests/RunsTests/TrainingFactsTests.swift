import ModelCore
import Runs
import Testing

@Suite struct TrainingFactsTests {
    private func files(
        _ metrics: [(path: String, text: String)],
        parameters: [(path: String, text: String)] = []
    ) throws -> TrainingFacts.Files {
        var files = TrainingFacts.Files()
        files.metrics = try metrics.map { path, text in
            (file: try #require(MetricFile(named: path) ?? MetricFile(declared: path)), bytes: Array(text.utf8))
        }
        files.parameters = parameters.map { (path: $0.path, bytes: Array($0.text.utf8)) }
        return files
    }

    private func run(_ digit: Character, _ metrics: [String: Double]) throws -> RunRecord {
        var run = RunRecord(
            id: try #require(RunID(String(repeating: digit, count: 32))),
            name: nil,
            started: Timestamp(milliseconds: 0),
            command: [],
            directory: "",
            origin: RunOrigin(host: nil, user: nil),
            code: RunCode(commit: nil, branch: nil, remote: nil, isDirty: false, difference: nil)
        )
        run.metrics = metrics.mapValues { MetricSummary(value: $0) }
        run.parameters = ["lr": .real(0.5)]
        return run
    }

    @Test func `A name is the nearest file's to the top, and another directory's has the directory in front`() throws {
        let found = TrainingFacts(
            of: try files([
                ("eval/b/metrics.json", #"{"f1": 3}"#), ("eval/metrics.json", #"{"accuracy": 0.8, "f1": 0.7}"#),
                ("metrics.json", #"{"accuracy": 0.9, "train": {"loss": NaN}}"#),
                ("metrics.csv", "step,accuracy\n1,0.1\n"),
            ])
        )
        let expected = ["accuracy": 0.1, "eval/accuracy": 0.8, "f1": 0.7, "eval/b/f1": 3]
        #expect(found.metrics.mapValues(\.value).filter { $0.key != "train.loss" } == expected)
        #expect(found.metrics["train.loss"]?.value.isNaN == true)
        #expect(found.metrics["accuracy"]?.source == .file("metrics.csv"))
        #expect(found.problems.isEmpty)
    }

    @Test func `DVCLive's tables and its last values tell the same`() throws {
        let found = TrainingFacts(
            of: try files([
                ("dvclive/metrics.json", #"{"train": {"loss": 0.2}, "step": 1}"#),
                ("dvclive/plots/metrics/train/loss.tsv", "step\ttrain/loss\n0\t0.5\n1\t0.2\n"),
            ])
        )
        #expect(found.metrics.mapValues(\.value) == ["train/loss": 0.2])
    }

    @Test func `Of the Trainer's states the one of the last step counts`() throws {
        let states = [500, 1000].map { step in
            (
                path: "out/checkpoint-\(step)/trainer_state.json",
                text: #"{"log_history": [{"loss": \#(step), "step": \#(step)}]}"#
            )
        }
        #expect(TrainingFacts(of: try files(states)).metrics.mapValues(\.value) == ["loss": 1000])
        #expect(TrainingFacts(of: try files(states.reversed())).metrics.mapValues(\.value) == ["loss": 1000])
    }

    @Test func `Runs tell what files do not, and two of them what their artifacts are`() throws {
        let (last, first) = (try run("b", ["accuracy": 0.1, "loss": 0.2]), try run("a", ["loss": 0.3, "auc": 0.4]))
        let found = TrainingFacts(
            of: try files([("metrics.json", #"{"accuracy": 0.9}"#)], parameters: [("params.yaml", "epochs: 3\n")]),
            madeBy: [TrainingFacts.Maker(last, of: "w/b.bin"), TrainingFacts.Maker(first, of: "w/a.bin")]
        )
        let expected = ["accuracy": 0.9, "loss": 0.2, "w/a.bin/loss": 0.3, "auc": 0.4]
        #expect(found.metrics.mapValues(\.value) == expected)
        #expect(found.metrics["loss"]?.source.description == "run:\(last.id)")
        let parameters: [String: ParameterValue] = [
            "epochs": .integer(3), "lr": .real(0.5), "w/a.bin/lr": .real(0.5),
        ]
        #expect(found.parameters.mapValues(\.value) == parameters)
        #expect(TrainingFacts(of: first).metrics.mapValues(\.value) == ["loss": 0.3, "auc": 0.4])
    }

    @Test func `A file that cannot be read costs only itself, and secrets are taken out`() throws {
        let found = TrainingFacts(
            of: try files(
                [("metrics.json", "{\"a\": "), ("scores.json", "[1]"), ("x/metrics.json", #"{"b": 1}"#)],
                parameters: [("params.json", "[]"), ("params.yaml", "lr: 1\nhf_token: abc\n"), ("p.toml", "a = ")]
            )
        )
        // Either may tell of that name, too.
        #expect(found.metrics.mapValues(\.value) == ["x/b": 1])
        #expect(found.doubt(aboutMetric: "b")?.hasPrefix("metrics.json has no metrics") == true)
        #expect(found.parameters.mapValues(\.value) == ["lr": .integer(1), "hf_token": .text("[redacted]")])
        #expect(found.problems.count == 4)
        #expect(found.problems.contains { $0.hasPrefix("scores.json has no metrics that can be read: ") })
    }

    @Test(arguments: [
        ("metrics.json", "f1", true), ("metrics.json", "x/auc", true),
        ("scores.json", "f1", false), ("scores.json", "none", true), ("x/metrics.json", "f1", false),
        ("x/metrics.json", "x/auc", true), ("x/metrics.json", "x.auc", true), ("y/metrics.json", "auc", false),
    ])
    func `What a damaged file may tell otherwise is in doubt`(damaged: String, name: String, isInDoubt: Bool) throws {
        var all = ["metrics.json": #"{"f1": 1}"#, "x/scores.json": #"{"f1": 2, "auc": 3}"#]
        all[damaged] = "{"
        let found = TrainingFacts(of: try files(all.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }))
        #expect((found.doubt(aboutMetric: name) != nil) == isInDoubt)
    }

    @Test(arguments: [
        ("metrics.json", true), ("a/b/scores.json", true), ("results.csv", true), ("my-metrics.json", false),
        ("dvclive/plots/metrics/a.tsv", true), ("plots/metrics/a.tsv", false), ("node_modules/x/metrics.json", false),
        ("a/b/c/d/e/f/metrics.json", true), ("a/b/c/d/e/f/g/metrics.json", false),
        ("logs/events.out.tfevents.1.host", false), ("out/checkpoint-5/trainer_state.json", true),
    ])
    func `Files are told by their names and places`(path: String, isOne: Bool) {
        #expect((MetricFile(named: path) != nil) == isOne)
    }

    @Test(arguments: [
        ("my.json", true), ("a/m.yaml", true), ("m.yml", true), ("m.toml", true), ("m.tsv", true), ("m.txt", false),
    ])
    func `What somebody declares is read by what its name ends with`(path: String, isRead: Bool) {
        #expect((MetricFile(declared: path) != nil) == isRead)
    }
}
