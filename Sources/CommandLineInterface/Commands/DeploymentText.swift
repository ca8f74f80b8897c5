import Deployment
import Operations

extension Text {
    /// Prints what a deployment or rollback came to, a line for each state that it went through.
    mutating func deployment(_ report: DeploymentReport, isQuiet: Bool) {
        let name = "\(report.model)@\(report.version)"
        if report.isUnchanged { return isQuiet ? () : line("\(report.target) runs \(name) already") }
        if report.isRefused {
            line("\(report.target) does not take \(name): \(DisplayText.sanitized(report.reason ?? ""))")
            return stillRunning(report)
        }
        if report.isDryRun { return dryRun(report, name) }
        let isPlaced = report.state == .succeeded || report.state == .paused
        guard !isQuiet || !isPlaced else { return }
        var table = Table([.left, .left])
        if report.action == .deploy { table.row("Verifying", DisplayText.sanitized(verified(report))) }
        if let smoke = report.smoke { table.row("Running", DisplayText.sanitized(tried(smoke, report.action))) }
        switch report.state {
        case .succeeded: table.row(painted("Succeeded", .green), succeeded(report, name))
        case .paused: table.row(painted("Paused", .yellow), paused(report, name))
        case .failed, .rolledBack:
            let reason = DisplayText.sanitized(report.reason ?? "")
            table.row(painted(report.state?.rawValue ?? "", .red), "\(name) on \(report.target): \(reason)")
        case nil: break
        }
        self.table(table)
        if !isPlaced { stillRunning(report) }
        if let tag = report.stageTag {
            let place = report.remote.map { "pushed to \(DisplayText.quoted($0))" }
            line("The stage went along: \(tag), \(place ?? "a draft, which only this clone has")")
        }
    }

    private func verified(_ report: DeploymentReport) -> String {
        let size = Quantity.bytes(report.size ?? 0)
        return "\(report.verified), \(Quantity.count(report.files ?? 0, "file")), \(size)"
    }

    private func tried(_ smoke: SmokeOutcome, _ action: DeploymentEvent.Action) -> String {
        let place = smoke.place == .deployer ? " on this machine" : ""
        let found = smoke.found.isEmpty || smoke.result == .failed ? "" : ": \(smoke.found)"
        switch smoke.result {
        case .passed:
            return action == .rollback
                ? "the smoke test passed when it was deployed" + found
                : "the smoke test passed\(place) in \(Quantity.duration(milliseconds: smoke.milliseconds))" + found
        case .failed: return "the smoke test failed\(place)"
        case .unchecked: return "unchecked" + (smoke.found.isEmpty ? "" : ": it \(smoke.found)")
        case .skipped: return "the smoke test was skipped"
        }
    }

    private func succeeded(_ report: DeploymentReport, _ name: String) -> String {
        if let canary = report.canary {
            return "\(report.target) runs \(name) alone now (\(canary.version) had a part)\(place(of: report))"
        }
        let before = previous(of: report).map { " (before: \($0))" } ?? ""
        return "\(report.target) runs \(name) now\(before)\(place(of: report))"
    }

    private func paused(_ report: DeploymentReport, _ name: String) -> String {
        let rest = previous(of: report).map { " (the rest: \($0))" } ?? ""
        return
            "\(report.target) gives \(name) \(report.canary?.percent ?? 0) % of its traffic\(rest)\(place(of: report))"
    }

    /// Where everybody finds it; nothing where it could not be noted anywhere.
    private func place(of report: DeploymentReport) -> String {
        guard report.event != nil else { return "" }
        return report.remote.map { ", recorded at \(DisplayText.quoted($0))" } ?? ", recorded here"
    }

    /// What ran before, with its model where that is another one.
    private func previous(of report: DeploymentReport) -> String? {
        guard let version = report.previous else { return nil }
        guard let model = report.previousModel, model != report.model else { return DisplayText.sanitized(version) }
        return DisplayText.sanitized("\(model)@\(version)")
    }

    private mutating func stillRunning(_ report: DeploymentReport) {
        switch report.remaining {
        case .itself:
            line("\(report.target) runs \(report.model)@\(report.version), for there was nothing to put back")
        case .nothing: line("\(report.target) runs nothing")
        case .previous:
            let model = report.previousModel.map { "\($0)@" } ?? ""
            let running = report.previous.map { DisplayText.sanitized(model + $0) }
            line("\(report.target) runs \(running ?? "nothing")")
        }
    }

    private mutating func dryRun(_ report: DeploymentReport, _ name: String) {
        let part = report.canary.map { " for \($0.percent) % of the traffic, beside " } ?? " in place of "
        let before = previous(of: report).map { part + $0 } ?? ""
        line("Would deploy \(name) to \(report.target)\(before): \(DisplayText.sanitized(verified(report)))")
        var table = Table([.left, .right], indent: 2)
        for file in report.restores { table.row(DisplayText.quoted(file.path), Quantity.bytes(file.size)) }
        self.table(table)
        if report.restores.isEmpty { line("Its files are on \(report.target) already") }
        for manifest in report.manifests?.split(separator: "\n") ?? [] { line(DisplayText.sanitized(String(manifest))) }
    }
}
