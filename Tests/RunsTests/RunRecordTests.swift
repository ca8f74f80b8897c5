import ModelCore
import SystemIO
import SystemPackage
import Testing

@testable import Runs

@Suite struct RunRecordTests {
    private func record(_ digit: Character = "a", name: String? = nil) throws -> RunRecord {
        RunRecord(
            id: try #require(RunID(String(repeating: digit, count: 32))),
            name: name,
            started: Timestamp(milliseconds: 1_700_000_000_123),
            command: ["python", "train.py"],
            directory: "sub",
            origin: RunOrigin(host: "host", user: "user"),
            code: RunCode(commit: "c0ffee", branch: "main", remote: nil, isDirty: true, difference: nil)
        )
    }

    @Test func `A record comes back as it was written, whatever its numbers are`() throws {
        var run = try record(name: "first")
        run.parameters = [
            "lr": .real(1e-3), "n": .integer(3), "t": .truth(false), "x": .none, "l": .list([.text("a")]),
        ]
        run.metrics = ["loss": MetricSummary(value: .infinity), "acc": MetricSummary(value: 0.1)]
        run.environment = RunEnvironment(kind: .venv)
        let bytes = try run.encoded()
        #expect(RunRecord(parsing: bytes) == run)
        #expect(try JSONValue(parsing: bytes).object?["started"]?.string == "2023-11-14T22:13:20.123Z")
        run.metrics["bad"] = MetricSummary(value: .nan)
        #expect(RunRecord(parsing: try run.encoded())?.metrics["bad"]?.value.isNaN == true)
        #expect(RunRecord(parsing: Array("{}".utf8)) == nil)
    }

    @Test(arguments: [
        ("2026-01-02T03:04:05Z", 1_767_323_045_000), ("2026-01-02T03:04:05.6Z", 1_767_323_045_600),
        ("2026-01-02T03:04:05.678999+01:00", 1_767_319_445_678), ("1969-12-31T23:59:59.999Z", -1),
    ])
    func `Times are read to the millisecond`(text: String, milliseconds: Int64) {
        #expect(Timestamp(text)?.milliseconds == milliseconds)
    }

    @Test func `A record whose id or time is none is no record`() throws {
        let text = String(decoding: try record().encoded(), as: UTF8.self)
        #expect(RunRecord(parsing: Array(text.utf8)) != nil)
        for (part, other) in [
            ("aaaaaaaa", "AAAAAAAA"), ("2023-11-14T", "2023-13-14T"), ("22:13:20.123Z", "22:13:20.123"),
        ] {
            #expect(RunRecord(parsing: Array(text.replacing(part, with: other).utf8)) == nil)
        }
    }

    @Test func `The latest run is none that was begun inside of another`() throws {
        var (outer, inner) = (try record("a"), try record("b"))
        inner.parent = outer.id
        outer.status = .finished
        var contents = RunCatalog.Contents(records: [outer, inner])
        contents.sort()
        #expect(try contents.find("latest").id == outer.id)
        #expect(try RunFilter("parent = aaaaaaaa").accepts(inner) && !RunFilter("parent = aaaaaaaa").accepts(outer))
        #expect(RunRecord(parsing: try inner.summary.encoded())?.parent == outer.id)
    }

    @Test func `A run that repeats another may be passed over, unless there is no other`() throws {
        var (first, repetition) = (try record("a"), try record("b"))
        repetition.reproduces = first.id
        let contents = RunCatalog.Contents(records: [first, repetition])
        #expect(try contents.find("latest").id == repetition.id)
        #expect(try contents.find("latest", passesRepetitions: true).id == first.id)
        #expect(try contents.find("bbbb", passesRepetitions: true).id == repetition.id)
        first.parent = repetition.id
        let others = RunCatalog.Contents(records: [first, repetition])
        #expect(try others.find("latest", passesRepetitions: true).id == repetition.id)
    }

    @Test func `A run that nobody records any more was killed`() async throws {
        let root = FilePath("/tmp/runs-tests-\(UInt64.random(in: .min ... .max))")
        defer { try? Directories.removeTree(root) }
        let catalog = RunCatalog(root)
        let run = try record()
        let directory = try catalog.create(run.id)
        try directory.write(run)
        try Directories.create(root.appending("other"))
        try Directories.create(root.appending(String(repeating: "b", count: 32)))
        do {
            let lock = try FileLock(directory.lock, mode: .exclusive, wait: nil)
            #expect(catalog.current(run.id)?.status == .running)
            extendLifetime(lock)
        }
        let contents = try await catalog.contents(on: .shared)
        #expect(contents.records.map(\.status) == [.killed])
        #expect(contents.unreadable.map(\.abbreviated) == ["bbbbbbbb"])
        #expect(try contents.find("aaaa").id == run.id)
        #expect(throws: RunLookupError.unknown("aaab")) { try contents.find("aaab") }
        try catalog.remove(run.id)
        #expect(try catalog.ids().map(\.abbreviated) == ["bbbbbbbb"])
    }

    @Test func `Lines that people record are read back`() throws {
        let root = FilePath("/tmp/runs-tests-\(UInt64.random(in: .min ... .max))")
        defer { try? Directories.removeTree(root) }
        let directory = try RunCatalog(root).create(try record().id)
        let lines = RunLines(directory)
        #expect(try lines.notes.isEmpty && lines.parameters.isEmpty)
        try lines.append(note: "a \"b\"")
        try lines.append(parameter: "lr", "0.1")
        try lines.append(parameter: "lr", "0.2")
        try lines.append("loss", .nan, step: 3, at: Timestamp(milliseconds: 5))
        #expect(try lines.notes == ["a \"b\""])
        #expect(try lines.parameters == ["lr": .real(0.2)])
        let point = MetricLines.log(of: try DurableFile.read(directory.metrics, limit: 1 << 20)).series["loss"]?.first
        #expect(point?.step == 3 && point?.value.isNaN == true && point?.time == Timestamp(milliseconds: 5))
    }

    @Test(arguments: [
        ("accuracy > 0.9", true), ("accuracy > 0.95", false), ("accuracy >= 0.92 and params.lr < 1e-2", true),
        ("lr == 1e-3", true), ("not accuracy > 0.9", false), ("(lr > 1 or accuracy > 0.9) and status = finished", true),
        ("name ~ ir", true), ("name != 'first one'", false), ("missing > 0", false), ("branch == \"main\"", true),
        ("lr > 1 or accuracy > 0.9 and status == failed", false), ("duration < 2", true), ("metrics.accuracy<1", true),
        ("commit = c0ff", true), ("params.flag = True", true), ("commit != c0ff", false), ("commit != beef", true),
        ("params.flag != True", false), ("params.flag != False", true), ("params.tag = '1e3'", true),
        ("params.tag != '1e3'", false), ("params.tag = '007'", false), ("lr != 1e-3", false), ("lr != 0.001", false),
        ("missing != 1", false), ("parent != c0ff", false), ("commit = ''", false), ("commit != ''", true),
        ("params.flag > 0", false), ("params.flag < 9", false), ("name > 0", false), ("branch >= main", true),
        ("started >= 2023-11-14T22:13:20Z", true), ("started > 2023-11-15", false), ("started > 2023-11-14", true),
        ("started >= 2023-11-14T23:13:20+01:00", true), ("started < '2023-11-14 22:13'", false),
        ("started > 2023", true),
        ("started = 2023-11-14T22:13:20.123Z", true), ("started != 2023-11-14", true), ("started ~ 2023-11-14", true),
        ("started < 2023-11-14T22:13Z", false), ("duration >= 1", true), ("duration ~ 1", true),
        ("nothing = NaN", true), ("nothing = nan", true), ("nothing != NaN", false), ("nothing != 1", true),
        ("nothing < NaN", false), ("most = Infinity", true), ("most = inf", true), ("most = -Infinity", false),
        ("most != Infinity", false), ("most > 1e300", true), ("accuracy < Infinity", true), ("accuracy = NaN", false),
    ])
    func `Conditions choose runs`(condition: String, isMet: Bool) throws {
        var run = try record(name: "first one")
        run.status = .finished
        run.ended = Timestamp(milliseconds: 1_700_000_001_123)
        run.parameters = ["lr": .real(1e-3), "flag": .truth(true), "tag": .text("1e3")]
        run.metrics = [
            "accuracy": MetricSummary(value: 0.92), "nothing": MetricSummary(value: .nan),
            "most": MetricSummary(value: .infinity),
        ]
        #expect(try RunFilter(condition).accepts(run) == isMet)
    }

    @Test func `What a record has goes by its name, whatever metrics and parameters are called`() throws {
        var run = try record(name: "first")
        run.ended = Timestamp(milliseconds: 1_700_000_001_123)
        let names = ["id", "name", "status", "started", "duration", "branch", "commit", "user", "parent"]
        let own = names.map { run.value(named: $0) }
        for name in names {
            run.metrics[name] = MetricSummary(value: 3)
            run.parameters[name] = .integer(7)
        }
        #expect(names.map { run.value(named: $0) } == own)
        #expect(own.last == .some(nil) && run.value(named: "duration") == .real(1))
        #expect(run.value(named: "metrics.duration") == .real(3) && run.value(named: "params.duration") == .integer(7))
        run.metrics["lr"] = MetricSummary(value: 1)
        run.parameters["lr"] = .integer(2)
        #expect(run.value(named: "lr") == .real(1))
    }

    @Test(arguments: [
        "duration > 5s", "started > yesterday", "started = ''", "started > 2023-13", "started < 20231",
        "started > 2026-1",
        "", "accuracy", "accuracy >", "accuracy > 1 2", "(a > 1", "a ? 1", "and", "a > 1 and",
        String(repeating: "(", count: 99),
    ])
    func `Half a condition is none`(condition: String) {
        #expect(throws: RunFilterError.self) { try RunFilter(condition) }
    }
}
