import Deployment
import ModelCore
import Registry
import SystemIO

/// One rollback: to what ran before, by what is recorded, or to a version that the target still has.
///
/// Until the old release runs again, nobody but the target is asked anything.
struct RollbackRun {
    let session: TargetSession
    let options: RollBackTarget.Options

    private var target: DeploymentTarget { session.target }
    private var driver: any TargetDriver { session.driver }

    /// What is gone back to, and from what.
    private struct Plan {
        let history: DeploymentHistory
        var old: ReleaseSeal
        let left: ReleaseID?
        let leftSeal: ReleaseSeal?
        /// The event that put there what is left.
        let leftEvent: DeploymentEvent?
        /// What has a part of the traffic.
        let canary: Canary?

        /// Whether what is left is not what runs, but has a part of its traffic.
        var endsCanary: Bool { left != nil && left == canary?.release }
    }

    /// Goes back; throws, with everything as it was, where there is nothing to go back to.
    func run() async throws -> DeploymentReport {
        progress("going back")
        var report = try await session.locked { try await goBack() }
        session.workspace.context.progress.finish()
        report.warnings += driver.remarks
        report.take(await session.sharing.settle(pushes: options.pushes))
        return report
    }

    private func goBack() async throws -> DeploymentReport {
        let seals = try await driver.seals()
        let found = try await JournalReconciliation(session: session).run(seals)
        var plan = try await plan(found.seals)
        try requireExpected(plan)
        var report = DeploymentReport(goingBackTo: plan.old, on: target)
        report.warnings = session.warnings + found.warnings
        report.previous = plan.leftSeal?.version ?? plan.leftEvent?.version ?? plan.left?.text
        report.previousModel = plan.leftSeal?.model ?? plan.leftEvent?.model
        if plan.left == plan.old.release {
            report.isUnchanged = true
            return report
        }
        // What has the rest of the traffic already is not asked whether it could have all.
        if !plan.endsCanary { try await driver.requireUsable(plan.old) }
        if options.skipsSmoke { plan.old.smoke = SmokeOutcome(.skipped) }
        let smoke = plan.old.smoke
        report.smoke = smoke
        var event = try await event(plan)
        event.smoke = smoke
        let journal = announce(event, &report)
        do {
            let outcome = try await change(plan)
            if case .returned(let why, let remaining) = outcome {
                report.remaining = remaining
                // Nothing was put back where nobody here knows what that would be.
                event.state = plan.leftSeal == nil ? .failed : .rolledBack
                event.abandoned = nil
                // What it was for stays: automatic rollbacks are told by it.
                event.reason = [options.reason, why].compactMap(\.self).joined(separator: "; ")
                report.reason = why
                report.warnings += await restoreCanary(plan)
            }
        } catch {
            await withdraw(event, plan, in: journal)
            throw error
        }
        report.state = event.state
        if plan.endsCanary { report.canary = DeploymentReport.Canary(version: report.previous ?? "", percent: 0) }
        do {
            try journal.note(event)
            report.event = event.id
            if event.state == .succeeded { for journal in session.journals { try journal.withdrawUnsettled() } }
        } catch {
            report.warnings.append("what happened to \(target.name) could not be noted: \(error)")
        }
        if event.state == .succeeded {
            if let canary = plan.canary, !plan.endsCanary, canary.release != plan.old.release {
                report.warnings.append(RollbackRun.endedCanaryWarning(canary))
            }
            await session.remember(event, in: plan.old)
            await session.noteLeaving(plan.leftSeal, by: event)
            try await check(plan.old, &report)
        }
        return report
    }

    private func change(_ plan: Plan) async throws -> TargetSwitch.Outcome {
        guard plan.endsCanary, let left = plan.left else {
            return try await TargetSwitch(session: session).activate(plan.old, before: plan.leftSeal)
        }
        do { try await session.uninterruptedDriver.endCanary(left) } catch {
            // Whoever interrupted it in the middle does not want half of it.
            guard session.workspace.context.cancellation.isCancelled else { throw error }
            try await session.uninterruptedDriver.endCanary(left)
        }
        return .running
    }

    /// Takes back that something was about to happen, where everything is as it was.
    private func withdraw(_ event: DeploymentEvent, _ plan: Plan, in journal: DeploymentJournal) async {
        guard plan.endsCanary else {
            await TargetSwitch(session: session).withdraw(event, before: plan.left, in: journal)
            if let canary = plan.canary {
                _ = await TargetSwitch(session: session).shareAgain(canary, beside: plan.leftSeal)
            }
            return
        }
        if let now = try? await session.uninterruptedDriver.canary(), now == plan.canary {
            try? journal.withdraw(event)
        }
    }

    /// Lets a canary have its part again that the way back ended, and that came to nothing; returns what to say where
    /// it has not.
    private func restoreCanary(_ plan: Plan) async -> [String] {
        guard let canary = plan.canary else { return [] }
        if canary.release != plan.old.release,
            await TargetSwitch(session: session).shareAgain(canary, beside: plan.leftSeal)
        {
            return []
        }
        return [RollbackRun.endedCanaryWarning(canary)]
    }

    private static func endedCanaryWarning(_ canary: Canary) -> String {
        "\(canary.release) does not get its part of the traffic any more"
    }

    /// Announces it at the target, or, where that takes nothing more, as a disk that is full, in this clone: the way
    /// back is free.
    private func announce(_ event: DeploymentEvent, _ report: inout DeploymentReport) -> DeploymentJournal {
        for journal in session.journals {
            do {
                try journal.announce(event)
                return journal
            } catch {
                report.warnings.append("\(journal.directory) cannot note what is about to happen: \(error)")
            }
        }
        return session.workspace.journal(of: target.name)
    }

    /// Reads all of it again, now that it runs: that takes its time.
    private func check(_ seal: ReleaseSeal, _ report: inout DeploymentReport) async throws {
        progress("checking")
        do {
            report.problems = try await driver.differences(of: seal).map { Problem(seal.release.text, message: $0) }
        } catch {
            try session.workspace.context.cancellation.check()
            report.warnings.append("\(seal.release) runs, and could not be read again: \(error)")
        }
        if !report.problems.isEmpty {
            report.hints.append("deploy another version: `git model deploy VERSION \(target.name)`")
        }
    }

    /// Asks again, under the lock, what was true before it was taken: of two monitors only one may go back.
    private func requireExpected(_ plan: Plan) throws {
        if let expected = options.expected, plan.left != expected {
            throw Failure(.failed, "somebody put another version into \(target.name) meanwhile")
        }
        let time = session.workspace.context.taggerTime
        guard
            let objection = options.brake?.objection(to: plan.history, at: time, endingCanary: plan.endsCanary)
        else { return }
        throw Failure(.failed, "\(plan.leftSeal?.version ?? "what runs in \(target.name)") stays: \(objection)")
    }

    private func plan(_ seals: [ReleaseSeal]) async throws -> Plan {
        let history = try session.history(seals)
        let current = try await driver.current()
        let canary = try await driver.canary()
        if let canary, let stable = try stable(beside: canary, seals, current, history) {
            return Plan(
                history: history,
                old: stable,
                left: canary.release,
                leftSeal: seals.first { $0.release == canary.release },
                leftEvent: history.events.last { $0.state == .paused && $0.release == canary.release },
                canary: canary
            )
        }
        let old = try seal(seals, current, history)
        return Plan(
            history: history,
            old: old,
            left: current,
            leftSeal: seals.first { $0.release == current },
            leftEvent: session.event(of: current, in: history),
            canary: canary
        )
    }

    /// Returns what runs where that is to have all traffic again; `nil` where it is to be left itself, by its name or
    /// as it was judged.
    private func stable(
        beside canary: Canary,
        _ seals: [ReleaseSeal],
        _ current: ReleaseID?,
        _ history: DeploymentHistory
    ) throws -> ReleaseSeal? {
        guard options.expected == nil || options.expected == canary.release,
            let stable = seals.first(where: { $0.release == current })
        else { return nil }
        guard let wanted = options.version else { return stable }
        return try seal(named: wanted, among: seals, history).release == stable.release ? stable : nil
    }

    private func seal(
        _ seals: [ReleaseSeal],
        _ current: ReleaseID?,
        _ history: DeploymentHistory
    ) throws -> ReleaseSeal {
        if let wanted = options.version { return try seal(named: wanted, among: seals, history) }
        if let current, session.isUntold(of: current, in: history) { throw untold(current, seals) }
        guard let event = history.previousGood(before: current) else {
            throw Failure(
                .failed,
                "there is nothing to go back to on \(target.name): no other version that is good ran there",
                hints: choices(seals, current)
            )
        }
        guard let seal = seals.first(where: { $0.release == event.release }) else {
            throw Failure(
                .failed,
                "\(event.version) ran on \(target.name) before, and is not kept there any more",
                hints: ["deploy it again: `git model deploy \(event.tag) \(target.name)`"] + choices(seals, current)
            )
        }
        return seal
    }

    /// That it is not known here what to go back to: what ran last, by what is known, may be what somebody left as bad.
    private func untold(_ current: ReleaseID, _ seals: [ReleaseSeal]) -> Failure {
        Failure(
            .failed,
            "cannot tell what to go back to on \(target.name): no record that is here says who put \(current) there",
            hints: ["get what others did: `git model deployments sync \(target.name)`"] + choices(seals, current)
        )
    }

    /// Of several releases of one version the one that was deployed last; that two models have such a version is an
    /// error.
    private func seal(
        named text: String,
        among seals: [ReleaseSeal],
        _ history: DeploymentHistory
    ) throws -> ReleaseSeal {
        let found = seals.filter { [$0.version, $0.tag, "\($0.model)@\($0.version)", $0.release.text].contains(text) }
        let models = Set(found.map(\.model)).sorted()
        guard models.count < 2 else {
            let tags = Set(found.map(\.tag)).sorted()
            throw Failure(
                .usage,
                "\(target.name) keeps \(QuotedPath.encode(text)) of several models: \(models.joined(separator: ", "))",
                hints: tags.map { "name one: `git model rollback \(target.name) --to \(ShellWord.quoted($0))`" }
            )
        }
        let order = history.events.map(\.release)
        let last = found.max { left, right in
            (order.lastIndex(of: left.release) ?? -1, left.release.text)
                < (order.lastIndex(of: right.release) ?? -1, right.release.text)
        }
        guard let last else {
            throw Failure(
                .failed,
                "\(target.name) does not keep \(QuotedPath.encode(text))",
                hints: ["deploy it: `git model deploy \(ShellWord.quoted(text)) \(target.name)`"] + choices(seals, nil)
            )
        }
        return last
    }

    private func choices(_ seals: [ReleaseSeal], _ current: ReleaseID?) -> [String] {
        let others = seals.filter { $0.release != current }.map(\.version)
        guard !others.isEmpty else { return [] }
        return ["it keeps \(others.sorted().joined(separator: ", ")): `git model rollback \(target.name) --to VERSION`"]
    }

    private func event(_ plan: Plan) async throws -> DeploymentEvent {
        var event = try await session.event(
            .rollback,
            .succeeded,
            of: plan.old,
            after: plan.history,
            previous: plan.leftEvent,
            reason: options.reason
        )
        event.abandoned = plan.left
        if plan.endsCanary { event.noteEndOfCanary() }
        // Who names a version that is bad insists on it.
        event.isForced = plan.history.isBad(plan.old.release)
        if let stage = target.stage, let left = plan.leftSeal?.tag ?? plan.leftEvent?.tag {
            event.details.merge(StageReturn.details(of: stage, leaving: left)) { $1 }
        }
        return event
    }

    private func progress(_ phase: String) {
        session.workspace.context.progress.update(Progress(phase: phase, name: target.name.text))
    }
}
