import Deployment
import Git
import ModelCore
import Registry
import SystemIO

/// `git model deployments sync`: gets what others did to targets, and tells them what was done here.
package struct SyncDeployments: Sendable {
    /// What was brought together.
    package struct Report: Operations.Report {
        /// A target.
        package struct Target: Encodable, Sendable {
            /// The name.
            package let name: String
            /// How many events are recorded of it.
            package let events: Int
            /// The tag that moved its stage.
            package let stageTag: String?
        }

        /// The Git remote.
        package let remote: String
        /// The targets.
        package var targets: [Target] = []
        package var warnings: [String] = []
        package var problems: [Problem] = []

        private enum CodingKeys: CodingKey { case remote, targets }
    }

    private let target: String?

    /// Creates the operation for one target, or for all that are set up or recorded.
    package init(_ target: String? = nil) { self.target = target }

    /// Fetches, puts both together and pushes; a target for which that fails is a problem of the report.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.openForDeployments(in: context)
        let remote = try workspace.requireRegistryRemote()
        var report = Report(remote: GitURL.withoutLogin(remote))
        report.warnings = workspace.configurationWarning.map { [$0] } ?? []
        for name in try await names(in: workspace, remote) {
            let records = DeploymentRecords(workspace: workspace, target: name)
            do { try await records.fetch(from: remote) } catch {
                try context.cancellation.check()
                report.problems.append(Problem(name.text, error))
                continue
            }
            let (sharing, remarks) = try await sharing(name, in: workspace)
            report.warnings += remarks
            let outcome = await sharing.settle(pushes: true)
            if outcome.remote == nil {
                report.problems += outcome.warnings.map { Problem(name.text, message: $0) }
            } else {
                report.warnings += outcome.warnings
            }
            let known = try await workspace.deployments(of: name)
            report.warnings += known.warnings
            report.targets.append(
                Report.Target(name: name.text, events: known.history.events.count, stageTag: outcome.stageTag)
            )
        }
        return report
    }

    /// A target that is not set up here any more, or that nobody here agreed to, has only this clone's journal: a
    /// directory that a tracked file names could say anything, and stages would follow.
    private func sharing(
        _ name: TargetName,
        in workspace: Workspace
    ) async throws -> (sharing: RecordSharing, warnings: [String]) {
        guard let configured = try? workspace.target(named: name.text),
            (try? workspace.requireAgreement(to: configured)) != nil,
            let session = try? await TargetSession(configured.target, in: workspace)
        else {
            return (RecordSharing(workspace: workspace, target: name, journals: [workspace.journal(of: name)]), [])
        }
        do { return (session.sharing, try await SyncDeployments.settle(session)) } catch {
            try workspace.context.cancellation.check()
            return (session.sharing, ["what \(name) itself knows was left alone: \(error)"])
        }
    }

    /// Asks the directory of a target what happened there that nobody noted, as where a process, or a clone, is no
    /// more; returns warnings.
    private static func settle(_ session: TargetSession) async throws -> [String] {
        guard [.directory, .batch, .process].contains(session.target.kind) else { return [] }
        guard try await !session.driver.seals().isEmpty else { return [] }
        // Until the lock was there, somebody else may have been at it.
        return try await session.locked {
            let seals = try await session.driver.seals()
            return try await JournalReconciliation(session: session).run(seals).warnings
        }
    }

    private func names(in workspace: Workspace, _ remote: String) async throws -> [TargetName] {
        if let target { return [try TargetName(target)] }
        let theirs = try await workspace.repository.remoteReferences(
            of: remote,
            patterns: ["refs/git-model/deployments/*"]
        )
        let there = theirs.compactMap { try? TargetName($0.name.dropFirst("refs/git-model/deployments/".count)) }
        let here = try await workspace.recordedTargets() + workspace.targets().targets.map(\.target.name)
        return Set(there + here).sorted()
    }
}
