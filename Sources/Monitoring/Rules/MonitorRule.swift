/// What has to hold of live traffic: `error_rate <= 0.01 over 5m min 200`.
package struct MonitorRule: Sendable, Hashable {
    /// What is compared.
    package enum Metric: Sendable, Hashable {
        /// The share of requests that were answered with a status of 500 or more.
        case errorRate
        /// So many percent of requests take no longer, in seconds.
        case latency(percent: Int)
        /// How many requests there are.
        case requests
        /// How far values are from the reference.
        case drift(DriftMethod, Subject)
        /// The share of rows that lack values.
        case missing(Subject)
    }

    /// Whose values are looked at.
    package enum Subject: Sendable, Hashable {
        /// Those of a feature.
        case feature(String)
        /// Those of each feature by itself.
        case everyFeature
        /// The predictions.
        case predictions
    }

    /// How the value is compared with the threshold.
    package enum Comparison: String, Sendable, Hashable, CaseIterable {
        case less = "<"
        case atMost = "<="
        case greater = ">"
        case atLeast = ">="

        /// Whether a value is as it has to be; NaN never is.
        package func holds(_ value: Double, _ threshold: Double) -> Bool {
            switch self {
            case .less: value < threshold
            case .atMost: value <= threshold
            case .greater: value > threshold
            case .atLeast: value >= threshold
            }
        }

        /// What holds exactly where this does not.
        package var opposite: Comparison {
            switch self {
            case .less: .atLeast
            case .atMost: .greater
            case .greater: .atMost
            case .atLeast: .less
            }
        }
    }

    /// The window of a rule that names none, in seconds.
    package static let standardWindow = 300
    /// How many requests a rule needs that names no number.
    package static let standardMinimum = 200

    /// The rule as it was written.
    package let text: String
    /// What is compared.
    package let metric: Metric
    /// How.
    package let comparison: Comparison
    /// With what.
    package let threshold: Double
    /// How many seconds are looked back, from 10 to 3600.
    package let window: Int
    /// With fewer requests, or values of the feature where these are compared, nothing is known.
    package let minimum: Int

    /// Reads a rule; throws `MonitorRuleError` that says what is wrong with it.
    package init(_ text: String) throws(MonitorRuleError) {
        guard text.utf8.count <= 1000 else {
            throw MonitorRuleError(text: "\(text.prefix(40))…", problem: "it is too long")
        }
        func problem(_ what: String) -> MonitorRuleError { MonitorRuleError(text: text, problem: what) }
        self.text = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard let (metric, rest) = try MonitorRule.metric(of: text) else { throw problem("its metric is unknown") }
        self.metric = metric
        var words = rest.split(whereSeparator: \.isWhitespace).map(String.init)[...]
        guard let comparison = words.popFirst().flatMap(Comparison.init(rawValue:)) else {
            throw problem("the metric is followed by none of <, <=, > and >=")
        }
        self.comparison = comparison
        guard let threshold = words.popFirst().flatMap(Double.init), threshold.isFinite else {
            throw problem("there is no number to compare with")
        }
        self.threshold = threshold
        var window = MonitorRule.standardWindow
        var minimum = metric == .requests ? 0 : MonitorRule.standardMinimum
        while let word = words.popFirst() {
            guard let value = words.popFirst() else { throw problem("\(word) is followed by nothing") }
            switch word {
            case "over":
                guard let seconds = MonitorRule.seconds(value), (10...TrafficWindow.reach).contains(seconds) else {
                    throw problem("\(value) is no time from 10s to 1h")
                }
                window = seconds
            case "min":
                guard let number = Int(value), (0...1_000_000_000).contains(number) else {
                    throw problem("\(value) is no number of requests")
                }
                minimum = number
            default: throw problem("\(word) is unknown")
            }
        }
        self.window = window
        self.minimum = minimum
    }

    /// Reads a length of time such as `30s`, `5m` or `1h`, in seconds; `nil` for anything else, and for none at all.
    package static func seconds(_ text: String) -> Int? {
        guard let unit = text.last, let factor = ["s": 1, "m": 60, "h": 3600, "d": 86_400][unit],
            let number = Int(text.dropLast()), number > 0, number <= 1_000_000
        else { return nil }
        return number * factor
    }
}

extension MonitorRule {
    private static func metric(of text: String) throws(MonitorRuleError) -> (Metric, Substring)? {
        let text = text.drop { $0.isWhitespace }
        let name = text.prefix { !$0.isWhitespace && $0 != "(" && !"<>=".contains($0) }
        let rest = text[name.endIndex...]
        switch name {
        case "error_rate": return (.errorRate, rest)
        case "requests": return (.requests, rest)
        case "p50", "p90", "p95", "p99": return (.latency(percent: Int(name.dropFirst()) ?? 0), rest)
        default: break
        }
        // The name of a feature may have anything in it, parentheses too.
        guard rest.first == "(", let end = rest.lastIndex(of: ")") else { return nil }
        let word = rest[rest.index(after: rest.startIndex)..<end]
        guard !word.isEmpty else { return nil }
        let after = rest[rest.index(after: end)...]
        let subject: Subject =
            switch word {
            case "*": .everyFeature
            case ReferenceProfile.predictionName[...]: .predictions
            default: .feature(String(word))
            }
        if name == "missing" { return (.missing(subject), after) }
        return DriftMethod(rawValue: String(name)).map { (.drift($0, subject), after) }
    }
}

/// A text that is no rule.
package struct MonitorRuleError: Error, Sendable, Equatable {
    /// The text.
    package let text: String
    /// What is wrong with it.
    package let problem: String
}
