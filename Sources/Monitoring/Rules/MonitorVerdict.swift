/// What came of comparing traffic with rules.
package enum MonitorVerdict: String, Sendable, Hashable, Codable {
    /// Everything that has to hold does.
    case ok
    /// Something does not hold.
    case breached
    /// Too little is known: too few requests, or no answer from where they are counted. Nothing says that all is well.
    case inconclusive

    /// Returns the verdict on several rules: breached where one is, ok where all are; that of no rules is inconclusive.
    package static func all(_ verdicts: some Sequence<MonitorVerdict>) -> MonitorVerdict {
        let verdicts = Set(verdicts)
        if verdicts.contains(.breached) { return .breached }
        return verdicts == [.ok] ? .ok : .inconclusive
    }
}

/// What came of one rule.
package struct MonitorFinding: Sendable, Hashable, Codable {
    /// The rule as it was written.
    package var rule: String
    /// The verdict.
    package var verdict: MonitorVerdict
    /// The value that was compared, the worst of several; `nil` where there is none.
    package var value: Double?
    /// What it was compared with.
    package var threshold: Double
    /// The feature that the value is of, for rules about features.
    package var feature: String?
    /// How many requests there were in the window, or values of the feature where these are compared.
    package var count: Int
    /// How many the rule needs.
    package var minimum: Int
    /// How many seconds were looked at.
    package var seconds: Int
    /// Why it is inconclusive, in a clause.
    package var reason: String?

    /// Creates the finding that nothing is known.
    package init(_ rule: MonitorRule, inconclusive reason: String, count: Int = 0) {
        self.init(rule, .inconclusive, count: count)
        self.reason = reason
    }

    init(_ rule: MonitorRule, _ verdict: MonitorVerdict, value: Double? = nil, feature: String? = nil, count: Int) {
        self.rule = rule.text
        self.verdict = verdict
        self.value = value
        threshold = rule.threshold
        self.feature = feature
        self.count = count
        minimum = rule.minimum
        seconds = rule.window
    }
}
