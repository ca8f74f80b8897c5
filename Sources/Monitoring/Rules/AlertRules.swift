package import ModelCore

/// The alert rules of Prometheus that say what a monitor's rules say.
package enum AlertRules {
    /// Returns a rule file as a document: one group, an alert for each rule, which fires while the rule does not hold.
    ///
    /// Values are compared with the reference by the gateway, over ten minutes whatever the rule's window. Throws for a
    /// rule about a latency that the gateway's buckets do not reach.
    package static func document(
        _ rules: [MonitorRule],
        target: String,
        model: String
    ) throws(MonitorRuleError) -> JSONValue {
        for rule in rules { try requireReach(of: rule) }
        let alerts = rules.map { rule in
            JSONValue.object([
                "alert": .string("GitModel\(name(of: rule.metric))"),
                "expr": .string(expression(rule, model)),
                "labels": .object([
                    "severity": "warning", "target": .string(target), "rule": .string(literal(rule.text)),
                ]),
                "annotations": .object([
                    "summary": .string(literal("Model \(model) in \(target): \(rule.text) does not hold"))
                ]),
            ])
        }
        let group: [String: JSONValue] = ["name": .string("git-model \(target)"), "rules": .array(alerts)]
        return .object(["groups": .array([.object(group)])])
    }

    /// Of what is beyond the last bound, `histogram_quantile` says that it is the bound.
    private static func requireReach(of rule: MonitorRule) throws(MonitorRuleError) {
        guard case .latency = rule.metric, let last = WindowStatistics.bounds.last else { return }
        let isTold = rule.comparison == .less || rule.comparison == .atLeast
        guard rule.threshold > last || rule.threshold == last && !isTold else { return }
        let problem =
            "of requests that take longer than \(FeatureValue.text(of: last)) s Prometheus cannot tell how long"
        throw MonitorRuleError(text: rule.text, problem: problem)
    }

    private static func name(of metric: MonitorRule.Metric) -> String {
        switch metric {
        case .errorRate: "ErrorRate"
        case .latency: "Latency"
        case .requests: "Requests"
        case .drift: "Drift"
        case .missing: "MissingValues"
        }
    }

    /// Annotations are templates: what could be taken for one is written as a text in one.
    private static func literal(_ text: String) -> String { text.replacing("{{", with: "{{ `{{` }}") }

    private static func expression(_ rule: MonitorRule, _ model: String) -> String {
        func selector(_ labels: [(String, String)]) -> String {
            let all = [("model", model)] + labels
            return "{" + all.map { "\($0)=\"\(PrometheusWriter.escaped($1))\"" }.joined(separator: ",") + "}"
        }
        func increase(_ name: String, _ labels: [(String, String)] = []) -> String {
            "increase(\(name)\(selector(labels))[\(rule.window)s])"
        }
        // These are there before the first request: of a series that begins with one, the first would not count.
        let requests = "sum(\(increase("gitmodel_request_duration_seconds_count")))"
        let condition = "\(rule.comparison.opposite.rawValue) \(FeatureValue.text(of: rule.threshold))"
        let enough = rule.minimum > 0 ? " and \(requests) >= \(rule.minimum)" : ""
        switch rule.metric {
        case .errorRate:
            return "sum(\(increase("gitmodel_request_errors_total"))) / \(requests) \(condition)\(enough)"
        case .latency(let percent):
            let buckets = "sum by (le) (\(increase("gitmodel_request_duration_seconds_bucket")))"
            return "histogram_quantile(\(Double(percent) / 100), \(buckets)) \(condition)\(enough)"
        case .requests: return "(\(requests) or vector(0)) \(condition)\(enough)"
        case .missing(let subject):
            let name = subject == .predictions ? "gitmodel_predictions_total" : "gitmodel_feature_values_total"
            let bin = (subject == .predictions ? "class" : "bin", FeatureProfile.missingName)
            var labels: [(String, String)] = []
            if case .feature(let feature) = subject { labels = [("feature", feature)] }
            let sum = subject == .everyFeature ? "sum by (feature) " : "sum"
            let rows = "\(sum)(\(increase(name, labels)))"
            let enough = rule.minimum > 0 ? " and \(rows) >= \(rule.minimum)" : ""
            return "\(sum)(\(increase(name, labels + [bin]))) / \(rows) \(condition)\(enough)"
        case .drift(let method, let subject):
            let matcher =
                switch subject {
                case .feature(let name): "feature=\"\(PrometheusWriter.escaped(name))\""
                case .predictions: "feature=\"\(ReferenceProfile.predictionName)\""
                case .everyFeature: "feature!=\"\(ReferenceProfile.predictionName)\""
                }
            return "gitmodel_drift_score\(selector([("method", method.rawValue)]).dropLast()),\(matcher)} \(condition)"
        }
    }
}
