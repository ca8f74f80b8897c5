import ModelCore

/// A condition on a metric that a version has to meet before a stage gets it.
///
/// The names and the arithmetic are those of MLflow's `MetricThreshold` (mlflow/models/evaluation/validation.py), but
/// for baselines below zero, whose size counts here.
package struct MetricGate: Sendable, Hashable {
    /// The metric.
    package let name: String
    /// Whether more is better.
    package var isGreaterBetter = true
    /// What the metric has to reach.
    package var threshold: Double?
    /// Whether it has to get past the threshold.
    package var isStrict = false
    /// By how much it has to be better than that of the version in the stage.
    package var minAbsoluteChange: Double?
    /// By which share of it it has to be better than that of the version in the stage.
    package var minRelativeChange: Double?

    /// Reads `accuracy >= 0.9`, `loss <= 0.5`, or a name and words such as `threshold=0.9 min_relative_change=0.01
    /// greater_is_better=false`; a name alone says that the metric must not be worse than in the stage.
    ///
    /// A name may have blanks, but not where it stands alone: `f1 over 0.9` means something else.
    package init(_ text: String) throws(GatePolicyError) {
        let operators = ["<", "<=", ">", ">="]
        let words = text.split(whereSeparator: \.isWhitespace)
        let isComparison = words.count >= 3 && operators.contains(String(words[words.count - 2]))
        let count = isComparison ? words.count - 2 : words.firstIndex { $0.contains("=") } ?? words.count
        let named = words.prefix(count)
        guard let first = named.first, let last = named.last, count == 1 || count < words.count,
            !named.contains(where: { $0.contains("=") || operators.contains(String($0)) })
        else { throw .metric(text) }
        name = String(text[first.startIndex..<last.endIndex])
        if isComparison {
            guard let number = Double(words[words.count - 1]), number.isFinite else { throw .metric(text) }
            isGreaterBetter = words[count].hasPrefix(">")
            isStrict = words[count].count == 1
            threshold = number
            return
        }
        for word in words.dropFirst(count) {
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { throw .metric(text) }
            try set(parts[0], parts[1], of: text)
        }
        if threshold == nil, minAbsoluteChange == nil, minRelativeChange == nil { minAbsoluteChange = 0 }
    }

    private mutating func set(_ key: String, _ value: String, of text: String) throws(GatePolicyError) {
        if key == "greater_is_better" {
            guard let truth = ["true": true, "yes": true, "false": false, "no": false][value] else {
                throw .metric(text)
            }
            isGreaterBetter = truth
            return
        }
        guard let number = Double(value), number.isFinite else { throw .metric(text) }
        switch key {
        case "threshold": threshold = number
        case "min_absolute_change": minAbsoluteChange = number
        case "min_relative_change": minRelativeChange = number
        default: throw .metric(text)
        }
    }

    /// Whether it compares with the version in the stage.
    package var isRelative: Bool { minAbsoluteChange != nil || minRelativeChange != nil }

    /// What the gate asks for, as people write it.
    package var description: String {
        var parts: [String] = []
        if let threshold { parts.append("\(name) \(isGreaterBetter ? ">" : "<")\(isStrict ? "" : "=") \(threshold)") }
        let better = isGreaterBetter ? "above" : "below"
        if let change = minAbsoluteChange {
            parts.append(change == 0 ? "\(name) not worse than now" : "\(name) at least \(change) \(better) now")
        }
        if let change = minRelativeChange {
            parts.append("\(name) at least \((change * 100).shortText) % \(better) now")
        }
        return parts.joined(separator: ", ")
    }

    /// Returns what is wrong with a version's value, beside that of the version in the stage; `nil` where nothing is.
    package func objection(to value: Double?, against baseline: Double?) -> String? {
        guard let value else { return "the version has no such metric" }
        // What is no number, or none that can be compared, is never good enough.
        guard value.isFinite else { return "it is \(value.shortText)" }
        if let threshold {
            let margin = isGreaterBetter ? value - threshold : threshold - value
            if isStrict ? margin <= 0 : margin < 0 { return "it is \(value.shortText)" }
        }
        guard isRelative, let baseline, baseline.isFinite else { return nil }
        let change = isGreaterBetter ? value - baseline : baseline - value
        if let least = minAbsoluteChange, change < least {
            return "it is \(value.shortText), and \(baseline.shortText) now"
        }
        guard let least = minRelativeChange else { return nil }
        // A share of nothing is nothing: then it only has to be better.
        let isEnough = baseline == 0 ? change >= 1e-10 : change / baseline.magnitude >= least
        return isEnough ? nil : "it is \(value.shortText), and \(baseline.shortText) now"
    }
}
