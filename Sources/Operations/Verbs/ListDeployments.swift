package import Deployment
import ModelCore
import Registry

/// `git model deployments`: what happened to targets, the last first.
package struct ListDeployments: Sendable {
    /// What happened.
    package struct Report: Operations.Report {
        /// The events, of each target the last first.
        package var events: [DeploymentEvent] = []
        package var warnings: [String] = []
        package var hints: [String] = []
        package var problems: [Problem] = []

        private enum CodingKeys: CodingKey { case events }
    }

    private let target: String?

    /// Creates the operation for one target, or for all.
    package init(_ target: String? = nil) { self.target = target }

    /// Reads what Git and the journals of targets on this machine say; contacts nobody.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.openForDeployments(in: context)
        var report = Report()
        report.warnings = workspace.configurationWarning.map { [$0] } ?? []
        for name in try await names(in: workspace, &report) {
            let known = try await workspace.deployments(of: name)
            var events = known.history.events
            report.warnings += known.warnings
            if let noted = try? await journaled(name, in: workspace) { events += noted }
            report.events += DeploymentHistory(name, events).events.reversed()
        }
        if report.events.isEmpty, report.problems.isEmpty {
            report.hints = [
                "deploy something: `git model deploy VERSION TARGET`",
                "get what others did: `git model deployments sync`",
            ]
        }
        return report
    }

    /// What only the target itself has, or this clone's journal where nobody here agreed to the target.
    private func journaled(_ name: TargetName, in workspace: Workspace) async throws -> [DeploymentEvent] {
        let configured = try workspace.target(named: name.text)
        guard (try? workspace.requireAgreement(to: configured)) != nil else {
            return try workspace.journal(of: name).contents().events
        }
        return try await TargetSession(configured.target, in: workspace).journal.contents().events
    }

    private func names(in workspace: Workspace, _ report: inout Report) async throws -> [TargetName] {
        let recorded = try await workspace.recordedTargets()
        let (targets, problems) = workspace.targets()
        let all = Set(recorded + targets.map(\.target.name)).sorted()
        guard let target else {
            report.problems = problems
            return all
        }
        let name = try TargetName(target)
        // Says what there is.
        if !all.contains(name) { _ = try workspace.target(named: target) }
        return [name]
    }
}
