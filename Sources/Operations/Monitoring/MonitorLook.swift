import Deployment
import ModelCore
import Monitoring
import Registry
import SystemIO

/// One look at a target: what runs, what went on, whether the rules hold, and, where that is wanted, what is done about
/// it.
struct MonitorLook: Sendable {
    let workspace: Workspace
    let target: DeploymentTarget
    let settings: MonitorSettings
    /// Whether anything may be done.
    let acts: Bool
    /// Whether it is about the version that has a part of the traffic, and not about the one that has the rest.
    var isCanary = false
    /// Whether webhooks are told: not again and again of the same.
    var mayTell = true
    /// Whether a rollback may be tried: not again and again where one could not be done.
    var mayRollBack = true

    /// Looks once; what cannot be asked makes rules inconclusive.
    ///
    /// Throws only where the user stopped it.
    func run() async throws -> MonitorReport {
        let time = CivilDate.time(secondsSince1970: workspace.context.now() / 1_000_000_000)
        var report = MonitorReport(
            target: target.name.text,
            time: time,
            isCanary: isCanary,
            source: settings.source.text,
            verdict: .inconclusive,
            rules: []
        )
        let release: MonitoredRelease
        do {
            try workspace.requireAgreement(toReach: try workspace.target(named: target.name.text))
            release = try await MonitoredRelease(in: try await TargetSession(target, in: workspace), isCanary: isCanary)
        } catch {
            try workspace.context.cancellation.check()
            report.rules = settings.rules.map { MonitorFinding($0, inconclusive: "\(error)") }
            report.isAnswered = false
            report.warnings = ["what runs in \(target.name) is not known: \(error)"]
            return report
        }
        report.model = release.model
        report.version = release.version
        report.warnings = release.warnings
        report.rules = try await findings(of: release, &report)
        report.verdict = .all(report.rules.map(\.verdict))
        if report.verdict == .breached { try await MonitorReaction(look: self, release: release).run(&report) }
        return report
    }

    private func findings(of release: MonitoredRelease, _ report: inout MonitorReport) async throws -> [MonitorFinding]
    {
        let statistics = MonitorStatistics(
            workspace: workspace,
            target: target,
            settings: settings,
            release: release
        )
        var windows: [Int: Result<WindowStatistics, any Error>] = [:]
        var remark: String?
        for seconds in Set(settings.rules.map(\.window)).sorted() {
            do {
                let answer = try await statistics.ask(over: seconds)
                windows[seconds] = .success(answer.statistics)
                remark = answer.remark ?? remark
            } catch {
                try workspace.context.cancellation.check()
                windows[seconds] = .failure(error)
                report.isAnswered = false
                let warning = "\(settings.source.text) does not say what went on: \(error)"
                if !report.warnings.contains(warning) { report.warnings.append(warning) }
            }
        }
        if let remark { report.warnings.append(remark) }
        return settings.rules.map { rule in
            switch windows[rule.window] {
            case .success(let window): rule.evaluate(window, release.profile)
            case .failure(let error): MonitorFinding(rule, inconclusive: "\(error)")
            case nil: MonitorFinding(rule, inconclusive: "nobody asked")
            }
        }
    }
}
