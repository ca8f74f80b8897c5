@testable import Migration
import ModelCore
import Testing

@Suite struct MLflowTests {
    private static let run = "2e2fdf453a3143fdba7e23d35d92f639"

    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test func `A run's meta.yaml says how it ended, by a number, and its tags say the rest better`() throws {
        let text = """
            artifact_uri: file:///elsewhere/mlruns/3/\(Self.run)/artifacts
            end_time: 1795718943754
            experiment_id: '3'
            lifecycle_stage: active
            run_name: first
            run_uuid: \(Self.run)
            start_time: 1795718943716
            status: 4
            tags: []
            user_id: root
            """
        var facts = try MLflowRunFacts(info: MLflowFields(yaml: bytes(text)))
        #expect(facts.id == Self.run && facts.experiment == "3" && facts.status == .failed && !facts.isDeleted)
        #expect(facts.started == 1_795_718_943_716 && facts.ended == 1_795_718_943_754)
        #expect(facts.name == "first" && facts.user == "root")
        facts.take(tags: ["mlflow.runName": "better", "mlflow.user": "", "team": "x"])
        #expect(facts.name == "better" && facts.user == "root" && facts.tags["team"] == "x")
    }

    @Test(arguments: [
        "", "- a", "run_id: &a [*a]", "a: b: c", "run_id: ''", "status: 3",
        "a: &a [x]\nb: &b [*a, *a]\n" + String(repeating: "[", count: 200),
    ])
    func `What is no run is an error`(_ text: String) {
        #expect(throws: FormatError.self) { try MLflowRunFacts(info: MLflowFields(yaml: bytes(text))) }
    }

    @Test(arguments: [
        ("0.5", 0.5), ("-1e3", -1000), ("nan", .nan), ("inf", .infinity), ("-Infinity", -.infinity),
        // What databases have in place of the infinities.
        ("1.7976931348623157e+308", .infinity), ("-1.7976931348623157e+308", -.infinity),
    ])
    func `Numbers may be spelled out`(_ text: String, _ expected: Double) throws {
        let written = Double(text)?.isFinite == true ? text : "\"\(text)\""
        let fields = try MLflowFields(json: bytes("{\"value\": \(written), \"step\": \"7\", \"timestamp\": 12}"))
        let point = try #require(MLflowPoint(fields))
        #expect(point.value == expected || point.value.isNaN && expected.isNaN)
        #expect(point.step == 7 && point.milliseconds == 12)
    }

    @Test func `A server's answer has parameters, tags, data sets and last values`() throws {
        let text = """
            {"info": {"run_id": "r", "status": "RUNNING", "lifecycle_stage": "deleted"},
             "data": {"params": [{"key": "opt/name", "value": "adam"}, {"key": "lr"}], "tags": [{"key": "a", "value": "b"}],
                      "metrics": [{"key": "bad", "value": "NaN", "timestamp": 1, "step": 2}, {"key": "none"}]},
             "inputs": {"dataset_inputs": [
               {"dataset": {"name": "train", "digest": "5953ff51", "source": "{\\"url\\": \\"http://127.0.0.1/x\\"}"}},
               {"dataset": {"name": "plain", "source": "no JSON"}}, {"dataset": {}}]}}
            """
        let facts = try MLflowRunFacts(answer: MLflowFields(json: bytes(text)))
        #expect(facts.status == .running && facts.isDeleted && facts.ended == nil)
        #expect(facts.parameters == ["opt/name": "adam", "lr": ""] && facts.tags == ["a": "b"])
        #expect(facts.lastValues.keys.sorted() == ["bad"])
        #expect(facts.datasets.map(\.source) == ["http://127.0.0.1/x", "plain"])
        #expect(facts.datasets.map(\.digest) == ["5953ff51", nil])
    }

    @Test func `An exported run has all points, and counts those that are none`() throws {
        let text = """
            {"mlflow": {"info": {"run_id": "\(Self.run)", "status": "FINISHED"}, "params": {"depth": "1"},
              "metrics": {"loss": [{"value": NaN, "timestamp": 5, "step": 1}, {"value": 0.5, "timestamp": 6, "step": 2},
                                   {"step": 3}]},
              "tags": {"mlflow.runName": "n"}}}
            """
        let export = try MLflowRunExport(parsing: bytes(text))
        #expect(export.run.name == "n" && export.run.parameters == ["depth": "1"])
        #expect(export.metrics["loss"]?.map(\.step) == [1, 2] && export.unreadableCount == 1)
        #expect(throws: FormatError.self) { try MLflowRunExport(parsing: bytes("{\"mlflow\": {}}")) }
    }

    @Test(arguments: [
        ("runs:/\(run)/model", MLflowPlace.run(run, path: "model")),
        ("runs:/\(run)", .run(run, path: "")),
        ("models:/m-\(run)", .loggedModel("m-\(run)", path: "")),
        ("models:/m-\(run)/sub/x", .loggedModel("m-\(run)", path: "sub/x")),
        ("models:/bert/3", .elsewhere("models:/bert/3")),
        ("file:///gone/mlruns/3/\(run)/artifacts/model", .run(run, path: "model")),
        ("/opt/mlruns/2/\(run)/artifacts/artifacts/m", .run(run, path: "artifacts/m")),
        ("mlflow-artifacts:/1/models/m-\(run)/artifacts", .loggedModel("m-\(run)", path: "")),
        ("s3://bucket/x/\(run)/artifacts/a b", .run(run, path: "a b")),
        ("file:///etc/passwd", .elsewhere("file:///etc/passwd")),
        ("file:///home/artifacts/\(run)", .elsewhere("file:///home/artifacts/\(run)")),
        ("", .elsewhere("")),
    ])
    func `Addresses of any machine say whose artifacts they are`(_ address: String, _ place: MLflowPlace) {
        #expect(MLflowPlace(address) == place)
    }

    @Test func `Versions have tags, aliases and the number of a version`() throws {
        let text = """
            {"mlflow": {"registered_model": {"name": "bert", "description": "d",
              "aliases": [{"alias": "champion", "version": "2"}],
              "versions": [
                {"name": "bert", "version": "2", "current_stage": "None", "source": "runs:/r/m", "aliases": ["best"]},
                {"name": "bert", "version": 1, "current_stage": "Production", "tags": {"semver": "1.2.0"}, "run_id": "r"},
                {"name": "bert", "version": "3", "current_stage": "Deleted_Internal"}, {"name": "bert"}],
              "latest_versions": [{"name": "bert", "version": "1"}]}}}
            """
        let model = try MLflowModel(export: bytes(text))
        #expect(model.versions.map(\.number) == [1, 2] && model.aliases == ["champion": 2, "best": 2])
        #expect(model.versions.map { $0.semanticVersion?.description } == ["v1.2.0", "v0.2.0"])
        #expect(model.versions[0].stage == "Production" && model.versions[1].stage == nil)
        #expect(model.versions[1].places == ["runs:/r/m"])
    }
}
