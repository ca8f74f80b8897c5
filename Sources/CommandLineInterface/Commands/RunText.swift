import Runs

/// What several verbs print of runs.
enum RunText {
    /// How a run ended, as the end of a sentence.
    static func end(of run: RunRecord) -> String {
        switch run.status {
        case .running: "is running"
        case .finished: "finished"
        case .failed: run.exitCode.map { "failed with \($0)" } ?? "failed"
        case .killed: run.signal.map { "was killed by signal \($0)" } ?? "was killed"
        }
    }

    /// Prints metrics, a line each.
    static func table(of metrics: [String: MetricSummary], to text: inout Text) {
        var table = Table([.left, .right, .left], indent: 2)
        for (name, metric) in metrics.sorted(by: { $0.key < $1.key }) {
            let history =
                metric.count > 1 ? "\(metric.count) points, \(number(metric.minimum)) to \(number(metric.maximum))" : ""
            table.row(DisplayText.sanitized(name), number(metric.value), history)
        }
        text.table(table)
    }

    /// A number with as many digits as tell it from its neighbours in a table.
    static func number(_ number: Double) -> String {
        guard number.isFinite else { return number.isNaN ? "NaN" : number < 0 ? "-Infinity" : "Infinity" }
        if number == number.rounded(), abs(number) < 1e15 { return "\(Int64(number))" }
        switch abs(number) {
        case 1e-3..<1e9: return "\((number * 1e6).rounded() / 1e6)"
        case 1e-6..<1e-3: return "\((number * 1e10).rounded() / 1e10)"
        default: return "\(number)"
        }
    }
}
