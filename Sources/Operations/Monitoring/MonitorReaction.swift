import Deployment
import ModelCore
import Monitoring
import SystemIO

/// What is done where rules are breached: the webhooks first, so that somebody knows, then the rollback.
struct MonitorReaction: Sendable {
    let look: MonitorLook
    let release: MonitoredRelease

    private var context: Context { look.workspace.context }

    /// Does it where that is wanted, and notes in the report what was done, or why not.
    func run(_ report: inout MonitorReport) async throws {
        for action in look.settings.actions {
            if case .webhook(let url) = action { try await tell(url, &report) }
        }
        if look.settings.actions.contains(.rollback) { try await rollBack(&report) }
        if !look.acts, look.settings.actions.contains(where: { $0 != .warn }) {
            report.hints.append(
                "let it act: `git model monitor \(look.target.name)\(look.isCanary ? " --canary" : "") --act`"
            )
        }
    }

    private func tell(_ url: String, _ report: inout MonitorReport) async throws {
        guard look.acts else { return report.actions.append(.init("webhook", url, reason: "--act is not given")) }
        guard look.mayTell else { return report.actions.append(.init("webhook", url, reason: "it was told already")) }
        do {
            try await MonitorWebhook(workspace: look.workspace).post(report, to: url)
            report.actions.append(.init("webhook", url))
        } catch {
            try context.cancellation.check()
            report.actions.append(.init("webhook", url, reason: "\(error)"))
            report.problems.append(Problem(url, error))
        }
    }

    private func rollBack(_ report: inout MonitorReport) async throws {
        guard look.acts else {
            return report.actions.append(.init("rollback", nil, reason: "--act is not given"))
        }
        guard look.mayRollBack else {
            let reason = "it was tried less than \(look.settings.cooldown) seconds ago, and could not be done"
            return report.actions.append(.init("rollback", nil, reason: reason))
        }
        let brake = RollbackBrake(cooldown: look.settings.cooldown, limit: look.settings.limit)
        if let objection = brake.objection(
            to: release.history,
            at: context.taggerTime,
            endingCanary: look.isCanary
        ) {
            report.warnings.append("\(release.version) stays: \(objection)")
            return report.actions.append(.init("rollback", nil, reason: objection))
        }
        do {
            let version = try await AutomaticRollback(look: look).run(because: reason(report), from: release.release)
            report.actions.append(.init("rollback", version))
        } catch {
            try context.cancellation.check()
            report.actions.append(.init("rollback", nil, reason: "\(error)"))
            report.problems.append(Problem(look.target.name.text, error))
        }
    }

    /// What the record says of why.
    private func reason(_ report: MonitorReport) -> String {
        let breached = report.rules.filter { $0.verdict == .breached }.map { finding in
            let value = finding.value.map { ": \($0.shortText)" } ?? ""
            let feature = finding.feature.map { finding.rule.contains("(\($0))") ? "" : " of \($0)" } ?? ""
            return "\(finding.rule)\(value)\(feature)"
        }
        return RollbackBrake.reasonPrefix + breached.joined(separator: "; ")
    }
}

extension MonitorReport.ActionTaken {
    init(_ action: String, _ subject: String?, reason: String? = nil) {
        self.init(action: action, subject: subject, isDone: reason == nil, reason: reason)
    }
}
