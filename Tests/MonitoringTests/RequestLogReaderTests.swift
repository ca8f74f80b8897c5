import ModelCore
import Monitoring
import SystemIO
import SystemPackage
import TestSupport
import Testing

/// What is counted of a log of requests.
@Suite struct RequestLogReaderTests {
    /// 2026-01-02T03:04:05Z.
    private static let now: Int64 = 1_767_323_045_000_000_000

    private static func line(
        _ second: Int,
        status: Int = 200,
        version: String = "v1.0.0",
        milliseconds: Double = 20.5,
        more: String = ""
    ) -> String {
        let time = CivilDate.time(secondsSince1970: now / 1_000_000_000 + Int64(second))
        return #"{"ts": "\#(time)", "request_id": "r", "model": "m", "version": "\#(version)", "status": \#(status), "#
            + #""latency_ms": \#(milliseconds)\#(more)}"# + "\n"
    }

    private static func statistics(
        _ text: String,
        over seconds: Int = 300,
        profile: ReferenceProfile? = nil
    ) async throws -> WindowStatistics {
        let scratch = try await ScratchRepository(initialized: false)
        try scratch.write(text, to: "log")
        return try RequestLogReader(scratch.path.appending("log"), profile: profile, paths: PayloadPaths())
            .statistics(over: seconds, at: now, model: "m", version: "v1.0.0")
    }

    @Test func `Lines of the window and of the version count`() async throws {
        let text =
            Self.line(-301) + Self.line(-299) + Self.line(-1, status: 500) + Self.line(-1, version: "v2.0.0")
            + "no JSON\n[]\n{}\n" + Self.line(0) + String(Self.line(0).dropLast(20))
        let statistics = try await Self.statistics(text)
        #expect(statistics.requests == 3 && statistics.errors == 1)
        #expect(abs(statistics.latencySum - 0.0615) < 1e-9)
    }

    @Test func `What a gateway had no room for counts for no version`() async throws {
        let away = Self.line(-10, status: 503, more: #", "turned_away": true"#)
        let statistics = try await Self.statistics(
            Self.line(-20) + away + away + Self.line(-5, status: 503) + Self.line(-1, more: #", "turned_away": false"#)
        )
        #expect(statistics.requests == 3 && statistics.errors == 1)
    }

    @Test func `A clock that was set back loses nothing, and one that was far ahead adds nothing`() async throws {
        let statistics = try await Self.statistics(Self.line(200) + Self.line(86_400) + Self.line(-86_400))
        #expect(statistics.requests == 1)
    }

    @Test func `Of a large log the end is read, from before the window on`() async throws {
        let before = String(repeating: Self.line(-1000), count: 60_000)
        let within = String(repeating: Self.line(-10), count: 40_000)
        #expect(try await Self.statistics(before + within).requests == 40_000)
    }

    @Test func `What hung longer than the window is in it when it ends, and no longer than others`() async throws {
        let text = Self.line(-61, status: 504, milliseconds: 60_000) + Self.line(-91, status: 504, milliseconds: 60_500)
        let statistics = try await Self.statistics(text, over: 30)
        #expect(statistics.requests == 1 && statistics.errors == 1 && statistics.covered == 30)
        // What came before the log was begun anew, and ended after that, is its first line.
        #expect(try await Self.statistics(Self.line(-80, milliseconds: 60_000), over: 300).covered == 20)
    }

    @Test func `Slow requests in front of the others of a large log are read`() async throws {
        let slow = String(repeating: Self.line(-40, milliseconds: 39_000), count: 50_000)
        #expect(try await Self.statistics(slow, over: 30).requests == 50_000)
    }

    @Test(arguments: ["-1e300", "1e300", "NaN", "1e999", "\"x\""])
    func `A request takes no longer than a day, whatever its line says`(text: String) async throws {
        let line = Self.line(-1).replacing("20.5", with: text)
        let isLong = text.hasPrefix("1e300")
        #expect(try await Self.statistics(line).requests == (isLong ? 0 : 1))
        #expect(try await Self.statistics(line).covered == 1)
    }

    @Test(arguments: [
        ([-20, -1], 20), ([-20, -299], 299), ([-20, -301], 300), ([0], 1), ([30], 1), ([-20, -86_400], 300),
    ])
    func `Of what was before a log was begun anew nothing is known`(lines: [Int], covered: Int) async throws {
        let statistics = try await Self.statistics(lines.map { Self.line($0, version: "v2.0.0") }.joined())
        #expect(statistics.covered == covered)
    }

    @Test(arguments: [(20, MonitorVerdict.inconclusive), (299, .inconclusive), (300, .breached), (-20, .inconclusive)])
    func `An empty log tells of the time since it was made`(age: Int, verdict: MonitorVerdict) async throws {
        let scratch = try await ScratchRepository(initialized: false)
        try scratch.write("", to: "log")
        let path = scratch.path.appending("log")
        let made = try #require(try FileStatus.of(path)).modified
        let statistics = try RequestLogReader(path, profile: nil, paths: PayloadPaths())
            .statistics(over: 300, at: made + Int64(age) * 1_000_000_000, model: nil, version: nil)
        #expect(try MonitorRule("requests >= 100 over 5m").evaluate(statistics, nil).verdict == verdict)
    }

    @Test func `Payloads are compared, as documents and as text`() async throws {
        let feature = FeatureProfile(categories: ["a", "b"], counts: [50, 50, 0], missing: 0)
        let profile = ReferenceProfile(rows: 100, columns: ["u"], features: ["u": feature], predictions: feature)
        let more = #", "inputs": {"instances": [["a"], ["b"]]}, "outputs": "{\"predictions\": [\"b\", \"c\"]}""#
        let statistics = try await Self.statistics(Self.line(-1, more: more) + Self.line(-1), profile: profile)
        #expect(statistics.observed == 2)
        #expect(statistics.features["u"] == [1, 1, 0, 0] && statistics.predictions == [0, 1, 1, 0])
    }

    @Test func `A log that is not there is an error`() throws {
        let reader = RequestLogReader(FilePath("/nonexistent/log"), profile: nil, paths: PayloadPaths())
        #expect(throws: ReferenceDataError.self) { try reader.statistics(over: 1, at: 0, model: nil, version: nil) }
    }
}
