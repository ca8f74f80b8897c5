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
        ("p50 < 0.13", .ok, 0.125), ("p99 < 0.4", .breached, 0.4), ("p95 <= 0.4", .breached, 0.4),
        ("p99 <= 0.3", .breached, 0.4), ("p99 > 0.4", .ok, 0.4), ("p99 >= 0.3", .ok, 0.4),
    ]) func `Values are compared`(text: String, verdict: MonitorVerdict, value: Double) throws {
        let finding = try MonitorRule(text).evaluate(Self.statistics([400, 400, 140, 60], errors: 20), nil)
        #expect(finding.verdict == verdict)
        #expect(abs(try #require(finding.value) - value) < 1e-12)
    }

    @Test(arguments: ["p99 < 0.5", "p99 <= 30", "p95 > 0.5", "p95 >= 30"])
    func `How much longer than the last bound a request takes is not known`(text: String) throws {
        let finding = try MonitorRule(text).evaluate(Self.statistics([400, 400, 140, 60]), nil)
        #expect(finding.verdict == .inconclusive && finding.count == 1000)
        #expect(finding.reason == "it is more than 0.4 seconds, and how much more is not known")
        // Where fewer are beyond it, it is not about these.
        let others = try MonitorRule(text).evaluate(Self.statistics([500, 490, 10, 0]), nil)
        #expect(others.verdict == (text.contains("<") ? .ok : .breached))
    }

    @Test func `Of requests that hang it is known how long they do`() throws {
        let window = TrafficWindow(profile: nil, paths: PayloadPaths())
        for _ in 0..<200 { window.note(status: 504, seconds: 60.1, at: 0) }
        let statistics = window.statistics(over: 300, at: 0)
        #expect(try MonitorRule("p99 < 30").evaluate(statistics, nil).verdict == .breached)
        #expect(try MonitorRule("p99 <= 60").evaluate(statistics, nil).verdict == .breached)
        #expect(try MonitorRule("p99 < 120").evaluate(statistics, nil).verdict == .ok)
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

    @Test func `A constant column is as it was, and one that was empty is not compared`() throws {
        let constant = FeatureProfile(categories: ["a"], counts: [100, 0], missing: 0)
        let empty = FeatureProfile(categories: [], counts: [0], missing: 100)
        let features = ["u": constant, "v": empty]
        var statistics = WindowStatistics(seconds: 300)
        statistics.observed = 200
        statistics.features = ["u": [200, 0, 0], "v": [0, 200]]
        let profile = ReferenceProfile(rows: 100, columns: ["u", "v"], features: features)
        for text in ["chi2(*) >= 0.01", "psi(*) < 0.2", "js(*) < 0.1"] {
            let finding = try MonitorRule(text).evaluate(statistics, profile)
            #expect(finding.verdict == .ok && finding.feature == "u", "\(text)")
        }
        #expect(try MonitorRule("psi(v) < 0.2").evaluate(statistics, profile).verdict == .inconclusive)
        #expect(try MonitorRule("missing(*) < 0.2").evaluate(statistics, profile).feature == "v")
        let nothing = ReferenceProfile(rows: 100, columns: ["v"], features: ["v": empty])
        #expect(try MonitorRule("psi(*) < 0.2").evaluate(statistics, nothing).verdict == .inconclusive)
        statistics.features["u"] = [0, 200, 0]
        #expect(try MonitorRule("chi2(*) >= 0.01").evaluate(statistics, profile).verdict == .breached)
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
        let document = try AlertRules.document(rules, target: "prod", model: "churn")
        let scratch = try await ScratchRepository(initialized: false)
        try scratch.write(document.encoded, to: "rules.yml")
        let result = try await scratch.run("promtool check rules rules.yml").expectSuccess()
        #expect(result.output.contains("SUCCESS: \(rules.count) rules found"), "\(result.output)")
    }

    @Test(arguments: [
        ("p99 < 120", true), ("p99 >= 120", true), ("p99 <= 119", true), ("p99 <= 120", false), ("p99 > 120", false),
        ("p99 < 121", false), ("p50 >= 600", false),
    ]) func `An alert rule that could never say whether it fires is refused`(text: String, isTaken: Bool) throws {
        let rule = try MonitorRule(text)
        let document = try? AlertRules.document([rule], target: "prod", model: "churn")
        #expect((document != nil) == isTaken)
    }

    /// Three hundred errors within one scrape, the first that there are.
    private static let firstErrors = #"""
        rule_files: [rules.yml]
        tests:
        - interval: 15s
          input_series:
          - {series: 'gitmodel_request_duration_seconds_count{model="churn",version="v1"}', values: '0 10000 10000 10300 10300'}
          - {series: 'gitmodel_request_errors_total{model="churn",version="v1"}', values: '0 0 0 300 300'}
          alert_rule_test:
          - {eval_time: 30s, alertname: GitModelErrorRate, exp_alerts: []}
          - eval_time: 1m
            alertname: GitModelErrorRate
            exp_alerts:
            - exp_labels: {severity: warning, target: prod, rule: error_rate <= 0.01}
              exp_annotations: {summary: 'Model churn in prod: error_rate <= 0.01 does not hold'}

        """#

    /// First one row, which lacks its value, then thirty of forty.
    private static let fewRows = #"""
        rule_files: [rules.yml]
        evaluation_interval: 15s
        tests:
        - interval: 15s
          input_series:
          - {series: 'gitmodel_feature_values_total{model="churn",version="v1",feature="city",bin="(missing)"}', values: '0 0 1 1 1 1 1 1 1 31 31'}
          - {series: 'gitmodel_feature_values_total{model="churn",version="v1",feature="city",bin="a"}', values: '0 0 0 0 0 0 0 0 0 10 10'}
          alert_rule_test:
          - {eval_time: 45s, alertname: GitModelMissingValues, exp_alerts: []}
          - eval_time: 150s
            alertname: GitModelMissingValues
            exp_alerts:
            - exp_labels: {severity: warning, target: prod, feature: city, rule: 'missing(*) < 0.2 over 1m min 20'}
              exp_annotations: {summary: 'Model churn in prod: missing(*) < 0.2 over 1m min 20 does not hold'}

        """#

    @Test func `Fewer rows than a rule asks for fire no alert`() async throws {
        let rules = [try MonitorRule("missing(*) < 0.2 over 1m min 20")]
        let scratch = try await ScratchRepository(initialized: false)
        try scratch.write(try AlertRules.document(rules, target: "prod", model: "churn").encoded, to: "rules.yml")
        try scratch.write(Self.fewRows, to: "test.yml")
        try await scratch.run("promtool test rules test.yml").expectSuccess()
    }

    @Test func `The first errors of a version fire an alert`() async throws {
        let rules = [try MonitorRule("error_rate <= 0.01")]
        let scratch = try await ScratchRepository(initialized: false)
        try scratch.write(try AlertRules.document(rules, target: "prod", model: "churn").encoded, to: "rules.yml")
        try scratch.write(Self.firstErrors, to: "test.yml")
        try await scratch.run("promtool test rules test.yml").expectSuccess()
    }
}
