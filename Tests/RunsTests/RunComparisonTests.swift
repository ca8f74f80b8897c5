import ModelCore
import Runs
import Testing

/// What a run that is done again is compared by.
@Suite struct RunComparisonTests {
    static let metrics: [(Double, Double, Double, MetricTolerance.Agreement)] = [
        (1, 1, 0, .same), (1, 1.0000001, 0, .different), (1, 1.0009, 1e-3, .near), (1, 1.0011, 1e-3, .different),
        (-1, 1, 1, .different), (0, 1e-10, 1e-3, .near), (0, 1e-8, 1e-3, .different), (.nan, .nan, 0, .same),
        (.nan, 1, 1, .different), (.infinity, .infinity, 0, .same), (.infinity, -.infinity, 9, .different),
        (1e300, 1.0001e300, 1e-3, .near),
    ]

    @Test(arguments: metrics)
    func `A metric agrees as far as it may be off`(
        before: Double,
        after: Double,
        share: Double,
        agreement: MetricTolerance.Agreement
    ) throws {
        #expect(try #require(MetricTolerance(share: share)).agreement(before, after) == agreement)
    }

    @Test func `A tolerance is a share, and a metric that is not there agrees with none`() {
        #expect(MetricTolerance(share: -1) == nil && MetricTolerance(share: .nan) == nil)
        #expect(MetricTolerance.none.agreement(1, nil) == .missing)
    }

    @Test func `Packages are read as pip and conda list them`() {
        let pip = PackageList(Array("Torch==2.1.0\nmy_package @ file:///x?a=b\nscikit.learn==1.4\n\n-e .\n".utf8))
        #expect(pip.versions == ["torch": "2.1.0", "my-package": "file:///x?a=b", "scikit-learn": "1.4"])
        let conda = "channels:\n  - conda-forge\ndependencies:\n  - numpy=1.26=py311_0\n  - pip:\n    - torch==2.1\n"
        #expect(PackageList(Array(conda.utf8)).versions == ["numpy": "1.26=py311_0", "torch": "2.1"])
    }

    @Test func `What is different around a run is named, and nothing else`() {
        var before = RunEnvironment(kind: .venv)
        before.python = RunEnvironment.Python(executable: "/a/python", version: "3.11.2", implementation: "CPython")
        before.locks = ["uv.lock": "sha256:1", "gone.lock": "sha256:2"]
        before.variables = ["SEED": "1"]
        var after = before
        #expect(after.differences(from: before, packages: nil, earlierPackages: nil).isEmpty)
        after.python = RunEnvironment.Python(executable: "/b/python", version: "3.12.0", implementation: "CPython")
        after.locks = ["uv.lock": "sha256:3"]
        after.accelerators = ["A100", "A100"]
        let found = after.differences(
            from: before,
            packages: PackageList(Array("a==2\nb==1\n".utf8)),
            earlierPackages: PackageList(Array("a==1\nc==1\n".utf8))
        )
        let lines = found.map { "\($0.kind.rawValue) \($0.name): \($0.before ?? "none") \($0.after ?? "none")" }
        #expect(
            lines == [
                "python python: CPython 3.11.2 CPython 3.12.0", "package a: 1 2", "package b: none 1",
                "package c: 1 none", "lock gone.lock: sha256:2 none", "lock uv.lock: sha256:1 sha256:3",
                "accelerator devices: none A100, A100",
            ]
        )
    }

    @Test func `Points that are written as lines are read back`() {
        var log = MetricLog()
        log.add("train.loss \"x\"", 0.5, step: 1, time: Timestamp(milliseconds: 5))
        log.add("train.loss \"x\"", -.infinity, step: 1)
        log.add("a", .nan, step: -3)
        log.add("a", 1e300)
        let again = MetricLines.log(of: log.lines)
        #expect(again.series["train.loss \"x\""] == log.series["train.loss \"x\""])
        #expect(again.series["a"]?.map(\.step) == [-3, -2] && again.series["a"]?[0].value.isNaN == true)
        #expect(again.unreadableCount == 0 && again.series.count == 2)
    }

    @Test func `A summary is found by its path, and names no machine`() throws {
        let id = try #require(RunID(String(repeating: "a", count: 32)))
        #expect(KeptRun.run(ofSummaryAt: KeptRun.summary(of: id)) == id)
        for path in [KeptRun.directory(of: id), "\(KeptRun.directory(of: id))/code.diff.mver", ".mver/runs/a.json"] {
            #expect(KeptRun.run(ofSummaryAt: path) == nil)
        }
        var run = RunRecord(
            id: id,
            name: nil,
            started: Timestamp(milliseconds: 0),
            command: ["true"],
            directory: "",
            origin: RunOrigin(host: "host", user: "user"),
            code: RunCode(commit: nil, branch: nil, remote: nil, isDirty: false, difference: nil)
        )
        run.series = RunFile(path: RunDirectory.seriesName, oid: Digest.zero, size: 3)
        #expect(run.summary.origin == RunOrigin(host: nil, user: "user"))
        #expect(run.summary.series?.path == "metrics.jsonl" && run.summary.series?.digest == Digest.zero)
        #expect(RunRecord(parsing: try run.summary.encoded()) == run.summary)
    }
}
