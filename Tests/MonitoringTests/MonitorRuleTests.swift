import ModelCore
import Monitoring
import TestSupport
import Testing

/// Rules as people write them, and what comes of them.
@Suite struct MonitorRuleTests {
    @Test(arguments: [
        ("error_rate <= 0.01", MonitorRule.Metric.errorRate, 300, 200),
        ("  p99   <  0.5  over 1h  min 10 ", .latency(percent: 99), 3600, 10),
        ("requests >= 5 over 30s", .requests, 30, 0), ("psi(*) < 0.2 min 500", .drift(.psi, .everyFeature), 300, 500),
        ("js(prediction) < 0.1", .drift(.js, .predictions), 300, 200),
        ("ks(age (years)) <= 1e-1", .drift(.ks, .feature("age (years)")), 300, 200),
        ("chi2(city)>= 0.05".replacing(">=", with: " >="), .drift(.chi2, .feature("city")), 300, 200),
        ("missing(age) < 0.5", .missing(.feature("age")), 300, 200),
        ("missing(*) < 0.5", .missing(.everyFeature), 300, 200),
        ("missing(prediction) < 0.5", .missing(.predictions), 300, 200),
    ]) func `Rules are read`(text: String, metric: MonitorRule.Metric, window: Int, minimum: Int) throws {
        let rule = try MonitorRule(text)
        #expect(rule.metric == metric && rule.window == window && rule.minimum == minimum)
    }

    @Test(arguments: [
        "", "error_rate", "error_rate <=", "error_rate = 1", "error_rate <= x", "error_rate <= nan", "latency < 1",
        "p98 < 1", "psi < 1", "psi() < 1", "psi(a < 1", "psi(a) < 1 over", "error_rate < 1 over 5",
        "error_rate < 1 over 5s",
        "error_rate < 1 over 2h", "error_rate < 1 min -1", "error_rate < 1 for 5m", "wasserstein(a) < 1",
        String(repeating: "x", count: 2000),
    ]) func `What is no rule is refused`(text: String) {
        #expect(throws: MonitorRuleError.self) { try MonitorRule(text) }
    }

    private static func statistics(_ counts: [Int], errors: Int = 0) -> WindowStatistics {
        var statistics = WindowStatistics(seconds: 300, bounds: [0.1, 0.2, 0.4])
        statistics.latencyCounts = counts
        statistics.requests = counts.reduce(0, +)
        statistics.errors = errors
        return statistics
    }

    @Test func `Below the least number of requests nothing is known, however bad it looks`() throws {
        let statistics = Self.statistics([0, 0, 0, 199], errors: 199)
        for text in ["error_rate <= 0.01", "p99 < 0.1", "error_rate >= 0.5"] {
            let finding = try MonitorRule(text).evaluate(statistics, nil)
            #expect(finding.verdict == .inconclusive && finding.value == nil)
            #expect(finding.reason == "only 199 of 200 requests to judge by")
        }
        #expect(try MonitorRule("requests >= 1").evaluate(Self.statistics([0, 0, 0, 0]), nil).verdict == .breached)
        #expect(
            try MonitorRule("error_rate < 1 min 0").evaluate(Self.statistics([0, 0, 0, 0]), nil).verdict
                == .inconclusive
        )
    }

    @Test func `What is not known is not taken for no requests`() throws {
        var statistics = Self.statistics([5, 0, 0, 0])
        statistics.covered = 60
        #expect(try MonitorRule("requests >= 6").evaluate(statistics, nil).verdict == .inconclusive)
        #expect(try MonitorRule("requests >= 5").evaluate(statistics, nil).verdict == .ok)
        #expect(try MonitorRule("requests < 5").evaluate(statistics, nil).verdict == .breached)
        // Of the seconds before nobody knows that there were none.
        for text in ["requests < 6", "requests <= 5"] {
            #expect(try MonitorRule(text).evaluate(statistics, nil).verdict == .inconclusive, "\(text)")
        }
        statistics.covered = 0
        #expect(try MonitorRule("requests < 6").evaluate(statistics, nil).verdict == .inconclusive)
        var nothing = WindowStatistics(seconds: 300)
        nothing.covered = 0
        let none = try MonitorRule("requests < 6").evaluate(nothing, nil)
        #expect(none.reason == "nothing is known of the last 300 seconds")
    }

    @Test func `Of less than a second what was counted is judged`() throws {
        var statistics = Self.statistics([400, 400, 140, 60], errors: 20)
        statistics.covered = 0
        #expect(try MonitorRule("error_rate <= 0.01").evaluate(statistics, nil).verdict == .breached)
        #expect(try MonitorRule("error_rate <= 0.02").evaluate(statistics, nil).verdict == .ok)
    }

    @Test(arguments: [
        ("error_rate <= 0.01", MonitorVerdict.breached, 0.02), ("error_rate <= 0.02", .ok, 0.02),
        ("error_rate < 0.02", .breached, 0.02), ("requests >= 1000", .ok, 1000), ("requests > 1000", .breached, 1000),
        // Half of 1000 is the 100th of 400 between 0.1 and 0.2; beyond the last bound nothing is known but the bound.
        ("p50 < 0.13", .ok, 0.125), ("p99 < 0.4", .breached, 0.4), ("p95 <= 0.4", .ok, 0.4),
    ]) func `Values are compared`(text: String, verdict: MonitorVerdict, value: Double) throws {
        let finding = try MonitorRule(text).evaluate(Self.statistics([400, 400, 140, 60], errors: 20), nil)
        #expect(finding.verdict == verdict)
        #expect(abs(try #require(finding.value) - value) < 1e-12)
    }

    private static var profile: ReferenceProfile {
        let feature = FeatureProfile(categories: ["a", "b"], counts: [50, 50, 0], missing: 0)
        return ReferenceProfile(rows: 100, columns: ["u", "v"], features: ["u": feature, "v": feature])
    }

    @Test func `Of every feature the worst counts, and one that cannot be compared is never fine`() throws {
        var statistics = WindowStatistics(seconds: 300)
        statistics.observed = 200
        statistics.features = ["u": [100, 100, 0, 0], "v": [190, 10, 0, 0]]
        let finding = try MonitorRule("psi(*) < 0.2").evaluate(statistics, Self.profile)
        #expect(finding.verdict == .breached && finding.feature == "v")
        #expect(try MonitorRule("psi(u) < 0.2").evaluate(statistics, Self.profile).verdict == .ok)
        statistics.features["v"] = [0, 0, 0, 200]
        #expect(try MonitorRule("psi(*) < 0.2").evaluate(statistics, Self.profile).verdict == .inconclusive)
        #expect(try MonitorRule("missing(v) < 0.2").evaluate(statistics, Self.profile).verdict == .breached)
        #expect(try MonitorRule("missing(u) < 0.2").evaluate(statistics, Self.profile).verdict == .ok)
        #expect(try MonitorRule("missing(*) < 0.2").evaluate(statistics, Self.profile).verdict == .breached)
        for text in ["psi(w) < 1", "ks(*) < 1", "psi(prediction) < 1", "missing(w) < 1"] {
            let finding = try MonitorRule(text).evaluate(statistics, Self.profile)
            #expect(finding.verdict == .inconclusive && finding.reason != nil, "\(text)")
        }
        #expect(try MonitorRule("psi(*) < 1").evaluate(statistics, nil).verdict == .inconclusive)
        statistics.features = [:]
        #expect(try MonitorRule("psi(u) < 1").evaluate(statistics, Self.profile).verdict == .inconclusive)
    }

    @Test func `Of a feature its own values have to be enough, whatever others have`() throws {
        var statistics = WindowStatistics(seconds: 300)
        statistics.observed = 1000
        statistics.features = ["u": [199, 0, 0, 801], "v": [100, 100, 0, 0]]
        let finding = try MonitorRule("psi(u) < 0.2").evaluate(statistics, Self.profile)
        #expect(finding.verdict == .inconclusive && finding.count == 199)
        #expect(try MonitorRule("psi(u) < 0.2 min 199").evaluate(statistics, Self.profile).verdict == .breached)
        #expect(try MonitorRule("missing(u) < 0.2").evaluate(statistics, Self.profile).verdict == .breached)
    }

    @Test func `One breach outweighs all else, and nothing at all is inconclusive`() {
        #expect(MonitorVerdict.all([.ok, .inconclusive, .breached]) == .breached)
        #expect(MonitorVerdict.all([.ok, .inconclusive]) == .inconclusive)
        #expect(MonitorVerdict.all([.ok, .ok]) == .ok)
        #expect(MonitorVerdict.all([]) == .inconclusive)
    }

    @Test func `promtool takes the alert rules of every metric`() async throws {
        let rules = try [
            "error_rate <= 0.01", "p99 < 0.5 min 10", "requests >= 5 min 0", "psi(*) < 0.2", "ks(a \"b\\c\") < 0.2",
            "js(prediction) < 0.1", "chi2(city {{ x }}) >= 0.05", "missing(age) < 0.5", "missing(*) < 0.5",
            "missing(prediction) < 0.5",
        ].map { (text) throws(MonitorRuleError) in try MonitorRule(text) }
        let document = AlertRules.document(rules, target: "prod", model: "churn")
        let scratch = try await ScratchRepository(initialized: false)
        try scratch.write(document.encoded, to: "rules.yml")
        let result = try await scratch.run("promtool check rules rules.yml").expectSuccess()
        #expect(result.output.contains("SUCCESS: \(rules.count) rules found"), "\(result.output)")
    }
}
