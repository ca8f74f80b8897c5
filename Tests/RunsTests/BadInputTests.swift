import ModelCore
import Runs
import SystemIO
import SystemPackage
import Testing

/// What scripts write when they are killed, count wrongly, or count to a million.
@Suite struct BadInputTests {
    private func temporary() -> FilePath { FilePath("/tmp/runs-tests-\(UInt64.random(in: .min ... .max))") }

    @Test func `A million points are all there, and exact`() throws {
        var log = MetricLog()
        for step in 0..<1_000_000 as Range<Int64> { log.add("loss", 1 / Double(step + 3), step: step) }
        let lines = log.lines
        #expect(lines.count(where: { $0 == UInt8(ascii: "\n") }) == 1_000_000)
        // Reading all of them back takes an unoptimised program too long: the last ones have to do.
        let again = MetricLines.log(of: Array(lines.suffix(50_000).drop { $0 != UInt8(ascii: "\n") }))
        let points = try #require(again.series["loss"])
        #expect(points.count > 500 && points.last?.step == 999_999 && again.unreadableCount == 0)
        for point in points { #expect(point.value == 1 / Double(point.step + 3)) }
        let summary = try #require(log.summaries["loss"])
        #expect(summary.count == 1_000_000 && summary.maximum == 1.0 / 3 && summary.step == 999_999)
    }

    @Test func `Steps that come twice are kept, and the later of them is the last value`() throws {
        let csv = "step,loss\n1,0.5\n2,0.4\n2,0.3\n1,0.9\n"
        let log = DelimitedMetrics.log(of: Array(csv.utf8), separator: UInt8(ascii: ","))
        #expect(log.series["loss"]?.map(\.step) == [1, 2, 2, 1])
        #expect(log.summaries["loss"]?.value == 0.3)
        let again = MetricLines.log(of: log.lines)
        #expect(again.series == log.series)
    }

    @Test(arguments: [
        #"{"loss": 0.5, "step": 1}"# + "\n" + #"{"loss": 0."#, #"{"loss": 0.5, "step": 1}"# + "\n\0\0\0",
        "\u{feff}{}\n" + #"{"loss": 0.5, "step": 1}"# + "\r\n", #"{"loss": 0.5, "step": 1}"# + "\n{\"a\": [[[[",
    ])
    func `A line that is cut short costs only itself`(text: String) {
        let log = MetricLines.log(of: Array(text.utf8))
        #expect(log.series == ["loss": [MetricPoint(step: 1, value: 0.5)]])
        #expect(log.unreadableCount == 1)
    }

    @Test func `A table that is cut short, and one with numbers that are none, lose only what is missing`() {
        let text = "step,loss,acc\n1,nan,0.5\n2,inf,-Infinity\n3,0."
        let log = DelimitedMetrics.log(of: Array(text.utf8), separator: UInt8(ascii: ","))
        #expect(log.series["loss"]?.count == 2 && log.series["loss"]?[0].value.isNaN == true)
        #expect(log.series["loss"]?[1].value == .infinity)
        #expect(log.series["acc"]?.map(\.value) == [0.5, -.infinity])
        #expect(log.unreadableCount == 1)
    }

    @Test func `A file of metrics that cannot be read is named, and the others are read`() throws {
        let root = temporary()
        defer { try? Directories.removeTree(root) }
        let files = [
            "metrics.json": "{half", "a/scores.json": "[{\"f1\": 1}]", "b/trainer_state.json": "{}",
            "c/metrics.csv": "step,loss\n1\n", "d/results.csv": "step;acc\n1;0.5\n2;0.75\n",
            "e/metrics.json": "{\"f1\": 2}",
        ]
        for (path, text) in files {
            try Directories.create(root.appending(path).removingLastComponent(), durable: false)
            try DurableFile.write(Array(text.utf8), to: root.appending(path), durable: false)
        }
        let run = RunDirectory(root.appending("record"))
        try Directories.create(run.path, durable: false)
        let sources = MetricSources(run, workingDirectory: root, since: Timestamp(milliseconds: 0))
        let findings = sources.findings()
        for path in ["metrics.json", "a/scores.json", "b/trainer_state.json"] {
            #expect(findings.problems.contains { $0.contains(" \(path) cannot be read: ") }, "\(findings.problems)")
        }
        #expect(findings.problems.count == 3)
        #expect(findings.log.unreadableCount == 1)
        #expect(findings.log.series["acc"]?.map(\.value) == [0.5, 0.75])
        #expect(findings.log.summaries["f1"]?.value == 2)
    }

    @Test func `Lists in lists are parameters, and come back`() throws {
        let yaml = "grid: [[1, 2.5], [a, [true, null]]]\nstages: [{w: [[8]]}]\n"
        let parameters = try Parameters.read(Array(yaml.utf8), named: "p.yaml")
        let inner: ParameterValue = .list([.text("a"), .list([.truth(true), .none])])
        #expect(parameters["grid"] == .list([.list([.integer(1), .real(2.5)]), inner]))
        #expect(parameters["stages.0.w"] == .list([.list([.integer(8)])]))
        var run = RunRecord(
            id: try #require(RunID(String(repeating: "a", count: 32))),
            name: nil,
            started: Timestamp(milliseconds: 0),
            command: [],
            directory: "",
            origin: RunOrigin(host: nil, user: nil),
            code: RunCode(commit: nil, branch: nil, remote: nil, isDirty: false, difference: nil)
        )
        run.parameters = parameters
        #expect(RunRecord(parsing: try run.encoded())?.parameters == parameters)
        let deep = String(repeating: "[", count: 5000)
        #expect(throws: FormatError.self) { try Parameters.read(Array("{\"a\": \(deep)".utf8), named: "p.json") }
        #expect(throws: FormatError.self) { try Parameters.read(Array("a = \(deep)".utf8), named: "p.toml") }
    }

    @Test
    func `A run whose directory is gone, or whose record is half written, is not read and keeps nobody from others`()
        async throws
    {
        let root = temporary()
        defer { try? Directories.removeTree(root) }
        let catalog = RunCatalog(root)
        #expect(try await catalog.contents(on: .shared).records.isEmpty)
        let ids = try ["a", "b", "c"].map { try #require(RunID(String(repeating: $0, count: 32))) }
        for id in ids {
            let directory = try catalog.create(id)
            var run = RunRecord(
                id: id,
                name: nil,
                started: Timestamp(milliseconds: 0),
                command: [],
                directory: "",
                origin: RunOrigin(host: nil, user: nil),
                code: RunCode(commit: nil, branch: nil, remote: nil, isDirty: false, difference: nil)
            )
            run.status = .finished
            try directory.write(run)
        }
        let record = catalog.directory(of: ids[1]).path.appending("run.json")
        try DurableFile.write(Array(DurableFile.read(record, limit: 1 << 20).dropLast(9)), to: record)
        try catalog.remove(ids[0])
        let contents = try await catalog.contents(on: .shared)
        #expect(contents.records.map(\.id) == [ids[2]] && contents.unreadable == [ids[1]])
        #expect(catalog.current(ids[0]) == nil)
    }
}
