import ModelCore
import Monitoring
import TestSupport
import Testing

/// What is counted of traffic, and for how long.
@Suite struct TrafficWindowTests {
    private static let second: Int64 = 1_000_000_000

    private static func profile() -> ReferenceProfile {
        let quantiles = (0...100).map(Double.init)
        let x = FeatureProfile(
            numeric: quantiles,
            edges: stride(from: 10.0, through: 90, by: 10).map { $0 },
            counts: Array(repeating: 10, count: 10),
            missing: 0
        )
        let city = FeatureProfile(categories: ["a\"\\\nb", "c"], counts: [60, 40, 0], missing: 0)
        return ReferenceProfile(
            rows: 100,
            columns: ["x", "city"],
            features: ["x": x, "city": city],
            predictions: city
        )
    }

    private static func request(_ x: Double, _ city: String) -> [UInt8] {
        JSONValue.object(["instances": .array([.object(["x": JSONValue(real: x), "city": .string(city)])])]).line
    }

    @Test func `A window ends, and what was before it does not count`() {
        let window = TrafficWindow(profile: nil, paths: PayloadPaths())
        #expect(!window.wantsPayloads)
        for second in 0..<1000 {
            window.note(status: second % 10 == 0 ? 503 : 200, seconds: 0.02, at: Int64(second) * Self.second)
        }
        let now = 999 * Self.second
        let minute = window.statistics(over: 60, at: now)
        // Steps of ten seconds: no less than was asked for, and at most a step more.
        #expect((60...70).contains(minute.requests))
        #expect(minute.errors == minute.requests / 10)
        #expect(window.statistics(over: 3600, at: now).requests == 1000)
        #expect(window.statistics(over: 300, at: now + 2000 * Self.second).requests == 0)
        #expect(minute.latencyCounts.reduce(0, +) == minute.requests)
        #expect(minute.latencyCounts[4] == minute.requests)
    }

    @Test func `Times that go back, or begin below zero, take nothing from others`() {
        let window = TrafficWindow(profile: nil, paths: PayloadPaths())
        for time in [-25, -5, 0, 5, 4000, 3, 4001] as [Int64] {
            window.note(status: 200, seconds: -1, at: time * Self.second)
        }
        #expect(window.statistics(over: 30, at: 4001 * Self.second).requests == 2)
        #expect(window.statistics(over: 3600, at: 5 * Self.second).requests >= 4)
        #expect(window.statistics(over: Int.max, at: 4001 * Self.second).seconds == TrafficWindow.reach)
        window.note(status: 200, seconds: .nan, at: .min)
        window.note(status: 200, seconds: .infinity, at: .max)
    }

    @Test func `Values are counted in the bins of the profile`() throws {
        let profile = Self.profile()
        let window = TrafficWindow(profile: profile, paths: PayloadPaths())
        #expect(window.wantsPayloads)
        let answer = Array(#"{"predictions": ["c"]}"#.utf8)
        for x in 1...100 {
            window.observe(request: Self.request(Double(x), x <= 60 ? "a\"\\\nb" : "c"), answer: answer, at: 0)
        }
        window.observe(request: Self.request(1e9, "new"), answer: Array("oops".utf8), at: 0)
        window.observe(request: Array("oops".utf8), answer: Array("oops".utf8), at: 0)
        window.observe(request: Array(#"{"instances": [{"x": "text"}]}"#.utf8), answer: [], at: 0)
        let statistics = window.statistics(over: 300, at: 0)
        #expect(statistics.observed == 102)
        let x = try #require(profile.features["x"])
        let grouped = try #require(FeatureBins(x).grouped(statistics.features["x"] ?? []))
        #expect(grouped.counts == Array(repeating: 10, count: 9) + [11])
        #expect(grouped.missing == 1)
        let city = try #require(profile.features["city"])
        let cities = try #require(FeatureBins(city).grouped(statistics.features["city"] ?? []))
        #expect(cities.counts == [60, 40, 1] && cities.missing == 1)
        #expect(statistics.predictions == [0, 100, 0, 0])
        let comparison = try #require(FeatureComparison(x, FeatureBins(x), statistics.features["x"] ?? []))
        #expect(try #require(comparison.score(.psi)) < 0.01)
        #expect(try #require(comparison.score(.ks)) < 0.02)
    }

    @Test func `Values that moved are far in every measure`() throws {
        let profile = Self.profile()
        let window = TrafficWindow(profile: profile, paths: PayloadPaths())
        for x in 1...100 { window.observe(request: Self.request(Double(x) / 2, "c"), answer: [], at: 0) }
        let x = try #require(profile.features["x"])
        let statistics = window.statistics(over: 300, at: 0)
        let comparison = try #require(FeatureComparison(x, FeatureBins(x), statistics.features["x"] ?? []))
        #expect(try #require(comparison.score(.psi)) > 1)
        #expect(try #require(comparison.score(.js)) > 0.5)
        // At 50 all live values are below, and half of those of the reference.
        #expect(abs(try #require(comparison.score(.ks)) - 0.5) < 0.02)
        #expect(try #require(comparison.score(.chi2)) < 1e-6)
    }

    @Test func `promtool finds nothing wrong with what two windows say together`() async throws {
        let windows = (0..<2).map { _ in TrafficWindow(profile: Self.profile(), paths: PayloadPaths()) }
        for window in windows {
            for x in 1...300 {
                window.note(status: 200, seconds: Double(x) / 1000, at: 0)
                let answer = Array(#"{"predictions": ["c"]}"#.utf8)
                window.observe(request: Self.request(Double(x), "a\"\\\nb"), answer: answer, at: 0)
            }
        }
        var writer = PrometheusWriter()
        for (number, window) in windows.enumerated() {
            window.write(model: "m\"\\", version: "v\(number)", at: 0, to: &writer)
        }
        let text = writer.text
        let scratch = try await ScratchRepository(initialized: false)
        try scratch.write(text, to: "metrics")
        let result = try await scratch.run("promtool check metrics < metrics").expectSuccess()
        #expect(result.output.isEmpty, "\(result.output)")
        #expect(
            text.contains(
                "gitmodel_request_duration_seconds_bucket{model=\"m\\\"\\\\\",version=\"v1\",le=\"+Inf\"} 300\n"
            )
        )
        // It is there before there are any.
        #expect(text.contains("gitmodel_request_errors_total{model=\"m\\\"\\\\\",version=\"v1\"} 0\n"))
        #expect(text.contains("feature=\"prediction\",method=\"psi\"} "))
        #expect(text.split(separator: "\n").count { $0.hasPrefix("# TYPE gitmodel_drift_score") } == 1)
    }

    @Test func `A score goes when its ten minutes have run empty, and counters stay`() {
        let window = TrafficWindow(profile: Self.profile(), paths: PayloadPaths())
        func text(at time: Int64) -> String {
            var writer = PrometheusWriter()
            window.write(model: "m", version: "v1", at: time, to: &writer)
            return writer.text
        }
        for x in 1...300 { window.observe(request: Self.request(Double(x), "c"), answer: [], at: 0) }
        #expect(text(at: 0).contains("gitmodel_drift_score{"))
        #expect(text(at: 590 * Self.second).contains("gitmodel_drift_score{"))
        let later = text(at: 620 * Self.second)
        #expect(!later.contains("gitmodel_drift_score") && later.contains("gitmodel_observed_rows_total{"))
        for x in 1...199 { window.observe(request: Self.request(Double(x), "c"), answer: [], at: 700 * Self.second) }
        #expect(!text(at: 700 * Self.second).contains("gitmodel_drift_score"))
    }

    @Test func `What was before it counts is not known`() {
        let window = TrafficWindow(profile: nil, paths: PayloadPaths(), since: 100 * Self.second)
        #expect(window.statistics(over: 300, at: 100 * Self.second).covered == 0)
        #expect(window.statistics(over: 300, at: 140 * Self.second).covered == 40)
        #expect(window.statistics(over: 300, at: 1000 * Self.second).covered == 300)
        #expect(TrafficWindow(profile: nil, paths: PayloadPaths()).statistics(over: 300, at: 0).covered == 300)
    }
}
