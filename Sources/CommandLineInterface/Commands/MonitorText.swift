import ModelCore
import Monitoring
import Operations

/// What a look at a target gave, in lines.
enum MonitorText {
    /// Writes a line for each rule, and one for each thing that was done or not.
    static func write(_ report: MonitorReport, to text: inout Text) {
        var table = Table([.left, .left, .left], indent: 2)
        for finding in report.rules {
            table.row(
                finding.verdict.rawValue,
                DisplayText.sanitized(finding.rule),
                DisplayText.sanitized(found(finding))
            )
        }
        text.table(table)
        for action in report.actions { text.line("  \(DisplayText.sanitized(line(on: action)))") }
    }

    private static func found(_ finding: MonitorFinding) -> String {
        guard let value = finding.value else { return finding.reason ?? "" }
        let feature = finding.feature.map { " of \(DisplayText.quoted($0))" } ?? ""
        return
            "\(value.shortText)\(finding.rule.contains("*") ? feature : "") (\(finding.count) in \(finding.seconds) s)"
    }

    private static func line(on action: MonitorReport.ActionTaken) -> String {
        let subject = action.subject.map { " \($0)" } ?? ""
        if let reason = action.reason { return "not done: \(action.action)\(subject): \(reason)" }
        return action.action == "rollback" ? "rolled back:\(subject) runs again" : "told\(subject)"
    }
}
