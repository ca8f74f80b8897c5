import Deployment
import ModelCore
import SystemIO

extension DeploymentRun {
    /// Returns the seal of what runs and would keep the rest of the traffic; throws where nothing does.
    func stable(in situation: Situation) throws -> ReleaseSeal {
        guard situation.current != release.id else {
            throw Failure(
                .failed,
                "\(release.version) is what runs on \(target.name): there is nothing that it could have a part beside",
                hints: ["see who gets what: `git model deployments status \(target.name)`"]
            )
        }
        guard let old = situation.old else {
            throw Failure(
                .failed,
                "nothing runs on \(target.name) that could have the rest of the traffic",
                hints: ["leave out `--canary`"]
            )
        }
        return old
    }

    /// Gives the release, which was tried, a part of the traffic; whatever is thrown left all of it to what ran before.
    func share(
        _ percent: Int,
        _ seal: ReleaseSeal,
        _ situation: Situation,
        _ report: DeploymentReport
    ) async throws -> DeploymentReport {
        var report = report
        let old = try stable(in: situation)
        let canary = Canary(release: seal.release, percent: percent, stickyField: options.stickyField)
        var event = try await event(.paused, seal, situation, reason: options.reason)
        event.isForced = options.isForced && situation.history.isBad(release.id)
        event.note(canary)
        // The seal says nothing of it: a release with a part of the traffic is not current.
        try await driver.seal(seal, release.files)
        try await requireUntouched(seal)
        try session.journal.announceOrWarn(event, driver.journal != nil, &report.warnings)
        progress("running")
        do { try await driver.share(canary, beside: old) } catch {
            try await takeBack(event, because: error)
            throw error
        }
        report.state = event.state
        report.canary = DeploymentReport.Canary(version: release.version, percent: percent)
        if situation.canary?.release != release.id { report.warnings += endedCanaryWarning(situation) }
        report.hints = [
            "let it have all: `git model deploy \(release.tag) \(target.name)`",
            "take it back: `git model rollback \(target.name)`",
        ]
        note(event, &report)
        return report
    }

    /// Lets what ran before have all traffic again, also once the user has interrupted.
    private func takeBack(_ event: DeploymentEvent, because error: any Error) async throws {
        do { try await session.uninterruptedDriver.endCanary(event.release) } catch let second {
            throw Failure(
                .failed,
                "\(event.release) does not get its part on \(target.name) (\(error)), and could not be taken back",
                hints: ["see who gets what: `git model deployments status \(target.name)`"],
                cause: second
            )
        }
        try? session.journal.withdraw(event)
    }

    /// What is said where the version runs already, and is not alone.
    func canaryWarning(_ situation: Situation) -> [String] {
        guard let canary = situation.canary else { return [] }
        let name = version(of: canary, in: situation)
        return ["\(name) gets \(canary.percent) % of its traffic; `git model rollback \(target.name)` takes it back"]
    }

    /// What is said where a version lost its part to another one.
    func endedCanaryWarning(_ situation: Situation) -> [String] {
        guard let canary = situation.canary, canary.release != release.id else { return [] }
        return ["\(version(of: canary, in: situation)) does not get its part of the traffic any more"]
    }

    private func version(of canary: Canary, in situation: Situation) -> String {
        situation.seals.first { $0.release == canary.release }?.version ?? canary.release.text
    }
}
