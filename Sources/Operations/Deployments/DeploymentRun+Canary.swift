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
            let isRestored = await restoresCanary(situation)
            // A part that the release had before is not taken away.
            if !isRestored || situation.canary?.release != event.release { try await takeBack(event, because: error) }
            try? session.journal.withdraw(event)
            throw isRestored ? error : hinting(at: situation, error)
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

    /// Lets others have what the release may have got of the traffic, also once the user has interrupted.
    private func takeBack(_ event: DeploymentEvent, because error: any Error) async throws {
        do { try await session.uninterruptedDriver.endCanary(event.release) } catch let second {
            throw Failure(
                .failed,
                "\(event.release) does not get its part on \(target.name) (\(error)), and could not be taken back",
                hints: ["see who gets what: `git model deployments status \(target.name)`"],
                cause: second,
                leavesHalfDone: true
            )
        }
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
        return [endedCanaryWarning(canary, situation)]
    }

    private func endedCanaryWarning(_ canary: Canary, _ situation: Situation) -> String {
        "\(version(of: canary, in: situation)) does not get its part of the traffic any more"
    }

    /// Lets the canary that was there, if any, have its part again, after a deployment that came to nothing; returns
    /// whether all is as it was.
    func restoresCanary(_ situation: Situation) async -> Bool {
        guard let canary = situation.canary else { return true }
        return await TargetSwitch(session: session).shareAgain(canary, beside: situation.old)
    }

    /// Says in an error that the canary which was there has no part any more.
    func hinting(at situation: Situation, _ error: any Error) -> any Error {
        guard let canary = situation.canary else { return error }
        let tag = situation.seals.first { $0.release == canary.release }?.tag ?? canary.release.text
        let hint = "give it its part again: `git model deploy \(tag) \(target.name) --canary \(canary.percent)`"
        guard let failure = error as? Failure else {
            return Failure(nil, "cannot deploy \(release.tag) to \(target.name)", hints: [hint], cause: error)
        }
        return Failure(
            failure.kind,
            failure.message,
            hints: failure.hints + [hint],
            cause: failure.cause,
            leavesHalfDone: failure.leavesHalfDone
        )
    }

    /// Lets the canary that was there have its part again where the release had to leave; returns what to say where it
    /// has not.
    ///
    /// The release itself gets none: with all of the traffic it did not work.
    func restoreCanary(_ situation: Situation) async -> [String] {
        guard let canary = situation.canary else { return [] }
        if canary.release != release.id, await restoresCanary(situation) { return [] }
        return [endedCanaryWarning(canary, situation)]
    }

    private func version(of canary: Canary, in situation: Situation) -> String {
        situation.seals.first { $0.release == canary.release }?.version ?? canary.release.text
    }
}
