package import Deployment
import ModelCore
import Registry
import SystemIO

/// `git model deployments status`: what runs on a target, since when, from which commit, and whether its files are what
/// they were.
package struct ShowTarget: Sendable {
    /// What runs.
    package struct Report: Operations.Report {
        /// The target.
        package let target: String
        /// Its kind.
        package let kind: DeploymentTarget.Kind
        /// The release that is current there; `nil` where none is.
        package var release: ReleaseID?
        /// The model.
        package var model: String?
        /// The version, as `v1.2.3`.
        package var version: String?
        /// The version's tag.
        package var tag: String?
        /// The commit, in hexadecimal digits.
        package var commit: String?
        /// The SHA-256 of the listing of its files, as `sha256:` and digits.
        package var digest: String?
        /// Since when, as RFC 3339 has it; `nil` where no record says so.
        package var since: String?
        /// Who put it there.
        package var by: String?
        /// What trying it gave.
        package var smoke: SmokeOutcome?
        /// What is not as it was sealed, a line each; `nil` where nobody looked.
        package var differences: [String]?
        /// A release and its part of the traffic.
        package struct Share: Encodable, Sendable {
            /// The release.
            package let release: ReleaseID
            /// Its version, as `v1.2.3`.
            package let version: String
            /// Its part, of a hundred.
            package let percent: Int
            /// What its process is at.
            package let state: GatewayStatus.Child.State
        }

        /// Who gets how much of the traffic; `nil` where no gateway says so.
        package var traffic: [Share]?
        /// Whether somebody who asks its gateway gets an answer of a release; `nil` where nothing was deployed, and for
        /// kinds without one.
        package var isServed: Bool?
        /// Whether what runs is what the records say.
        package var isRecorded = true
        /// Whether nobody here was told what put it there, and what ran before.
        package var isUntold = false
        /// The version that a rollback would go back to.
        package var previousGood: String?
        /// How many events others do not know yet.
        package var unshared = 0
        package var warnings: [String] = []
        package var hints: [String] = []

        private enum CodingKeys: CodingKey {
            case target, kind, release, model, version, tag, commit, digest, since, by, smoke, differences, isRecorded
            case previousGood, unshared, traffic, isServed
        }

        package var outcome: Outcome {
            if differences?.isEmpty == false { return .verificationFailed }
            return isServed == false ? .negative : .ok
        }
    }

    private let target: String?
    private let isQuick: Bool

    /// Creates the operation on a target, or the only one; a quick one does not read the release's files.
    package init(_ target: String?, isQuick: Bool = false) {
        self.target = target
        self.isQuick = isQuick
    }

    /// Asks the target, which is left as it is; the Git remote is asked only where nobody else says what others put
    /// there.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.openForDeployments(in: context)
        let configured = try await workspace.deployedTarget(named: target)
        try workspace.requireAgreement(toReach: configured)
        var session = try await TargetSession(configured.target, in: workspace)
        if !configured.target.kind.keepsSeals {
            session = try await session.fetchingRecords(within: TargetSession.fetchPatience)
        }
        let seals = try await session.driver.seals()
        let history = try session.history(seals)
        let current = try await session.driver.current()
        var report = Report(target: configured.target.name.text, kind: configured.target.kind, release: current)
        report.warnings = session.warnings
        report.previousGood = history.previousGood(before: current)?.version
        let journal = try session.journals.contents()
        report.unshared = journal.events.count
        if report.unshared > 0 { report.hints = ["tell others: `git model deployments sync \(report.target)`"] }
        if !journal.pending.isEmpty {
            report.warnings.append("a deployment is under way, or ended before it was recorded")
        }
        let event = session.event(of: current, in: history)
        report.since = event?.at
        report.by = event?.by
        try await addTraffic(of: session, &report)
        report.isRecorded = history.current?.release == current
        if !report.isRecorded {
            report.warnings.append("what runs on \(report.target) is not what was recorded last here")
            report.hints.append("get what others did: `git model deployments sync \(report.target)`")
        }
        report.isUntold = session.isUntold(of: current, in: history)
        // A rollback refuses to guess, too.
        if report.isUntold { report.previousGood = nil }
        if let seal = seals.first(where: { $0.release == current }) {
            try await take(seal, from: session, &report)
        } else if let current, !report.isUntold {
            report.differences = ["\(current) has no seal"]
        }
        return report
    }

    private func addTraffic(of session: TargetSession, _ report: inout Report) async throws {
        guard let driver = session.driver as? ProcessTarget else { return }
        let children: [GatewayStatus.Child]?
        do { children = try await driver.traffic() } catch {
            try session.workspace.context.cancellation.check()
            if report.release != nil { report.isServed = false }
            return report.warnings.append("\(error)")
        }
        // What the gateway does not do as the keys say now is a remark.
        if report.release != nil, (try? driver.gateway()) != nil { report.warnings += driver.remarks }
        report.traffic = children?.map {
            Report.Share(release: $0.release, version: $0.version, percent: $0.percent, state: $0.state)
        }
        if report.release != nil {
            report.isServed = children?.contains { $0.state == .ready && $0.percent > 0 } ?? false
            if children == nil {
                report.warnings.append("no gateway serves \(report.target)")
                report.hints.append("start it: `git model serve --target \(report.target)`")
            } else if report.isServed == false {
                report.warnings.append("no release is ready on \(report.target): see \(driver.layout.gatewayLog)")
            }
        }
        let canary = try await driver.canary()
        for child in children ?? [] where child.state == .ready && child.isOutdated == true {
            report.warnings.append(
                "\(child.version) is served from files in whose place others came since, as they were put right"
            )
            let deploying = "git model deploy \(child.model)@\(child.version) \(report.target)"
            if child.release == report.release {
                report.hints.append("start it anew: `\(deploying)`")
            } else if let canary, child.release == canary.release {
                report.hints.append("start it anew: `\(deploying) --canary \(canary.percent)`")
            }
        }
        guard let canary else { return }
        if let children, !children.contains(where: { $0.release == canary.release }) {
            report.warnings.append(
                "\(canary.release) was to have \(canary.percent) % of the traffic, and gets none: see \(driver.layout.gatewayLog)"
            )
        }
        report.hints += ["take the part of \(canary.release) back: `git model rollback \(report.target)`"]
    }

    private func take(_ seal: ReleaseSeal, from session: TargetSession, _ report: inout Report) async throws {
        report.model = seal.model
        report.version = seal.version
        report.tag = seal.tag
        report.commit = seal.commit
        report.digest = seal.digest
        report.smoke = seal.smoke
        if !isQuick { report.differences = try await session.driver.differences(of: seal) }
        guard report.differences?.isEmpty == false else { return }
        report.hints.append("put it right: `git model deploy \(seal.tag) \(report.target)`")
        if report.previousGood != nil { report.hints.append("or go back: `git model rollback \(report.target)`") }
    }
}
