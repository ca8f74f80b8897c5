import Deployment
import ModelCore
import Registry
import SystemIO

/// One deployment, from a version that is known to what runs: Pending, Verifying, Running, and then Succeeded, Failed
/// or RolledBack.
struct DeploymentRun {
    /// Up to this size a release is read again after its trial, in bytes.
    private static let rereadByteCount: Int64 = 1 << 30

    let session: TargetSession
    let prepared: PreparedRelease
    let options: DeployVersion.Options
    /// Whether the stage that the target follows has a gate that asks for a smoke test.
    let requiresSmoke: Bool

    var release: Release { prepared.release }
    var target: DeploymentTarget { session.target }
    var driver: any TargetDriver { session.driver }

    /// What is known of the target at the moment, under its lock.
    struct Situation {
        let seals: [ReleaseSeal]
        let history: DeploymentHistory
        let current: ReleaseID?
        /// The seal of what runs.
        let old: ReleaseSeal?
        /// The event that put it there.
        let before: DeploymentEvent?
        /// What gets a part of the traffic beside it.
        let canary: Canary?
    }

    /// Deploys, or leaves everything as it was and says why.
    func run() async throws -> DeploymentReport {
        progress("pending")
        var (report, isNews) = try await session.locked { try await deploy() }
        session.workspace.context.progress.finish()
        report.warnings += driver.remarks
        // What somebody else did and has not told yet is theirs to tell.
        if report.state != nil || isNews { report.take(await session.sharing.settle(pushes: options.pushes)) }
        return report
    }

    /// Says what would be done.
    func dryRun() async throws -> DeploymentReport {
        var report = newReport()
        report.isDryRun = true
        let seals = try await driver.seals()
        let situation = try await situation(seals)
        report.warnings += movedTagWarning(situation)
        report.previous = situation.old?.version ?? situation.before?.version ?? situation.current?.text
        report.previousModel = situation.old?.model ?? situation.before?.model
        report.isUnchanged = try await isUnchanged(situation)
        refuse(situation, &report)
        if let percent = options.canary, !report.isUnchanged, !report.isRefused {
            _ = try stable(in: situation)
            report.canary = DeploymentReport.Canary(version: release.version, percent: percent)
        }
        if !report.isUnchanged, try await lacksFiles(situation) {
            report.restores = release.files.entries.map { DeploymentReport.File(path: $0.path.text, size: $0.size) }
        }
        report.manifests = try (driver as? KubernetesTarget)?.manifests(of: release, among: seals)
        return report
    }

    private func newReport() -> DeploymentReport {
        var report = DeploymentReport(release, on: target)
        report.verified = prepared.found
        report.warnings = prepared.warnings + session.warnings
        return report
    }

    private func situation(_ seals: [ReleaseSeal]) async throws -> Situation {
        let history = try session.history(seals)
        let current = try await driver.current()
        return Situation(
            seals: seals,
            history: history,
            current: current,
            old: seals.first { $0.release == current },
            before: session.event(of: current, in: history),
            canary: try await driver.canary()
        )
    }

    /// Deploys under the lock; says, too, whether something came to light that nobody noted before.
    private func deploy() async throws -> (report: DeploymentReport, isNews: Bool) {
        let seals = try await driver.seals()
        var report = newReport()
        let found = try await JournalReconciliation(session: session).run(seals)
        report.warnings += found.warnings
        return (try await deploy(try await situation(found.seals), report), found.isNews)
    }

    private func deploy(_ situation: Situation, _ report: DeploymentReport) async throws -> DeploymentReport {
        var report = report
        report.warnings += movedTagWarning(situation)
        report.previous = situation.old?.version ?? situation.before?.version ?? situation.current?.text
        report.previousModel = situation.old?.model ?? situation.before?.model
        if try await isUnchanged(situation) {
            report.isUnchanged = true
            report.warnings += canaryWarning(situation)
            return report
        }
        refuse(situation, &report)
        guard !report.isRefused else { return report }
        if options.canary != nil { _ = try stable(in: situation) }
        progress("verifying")
        let details = try await receive(situation, &report.warnings)
        let isNew = !situation.seals.contains { $0.release == release.id }
        if !options.skipsSmoke {
            progress("checking its environment")
            report.warnings += await EnvironmentCheck(session: session, prepared: prepared).warnings()
        }
        progress("trying out")
        let smoke = options.skipsSmoke ? SmokeOutcome(.skipped) : try await tryOut(isNew: isNew)
        report.smoke = smoke
        let seal = ReleaseSeal(release, smoke: smoke, details: details)
        if smoke.result == .failed {
            try await fail(seal, situation, &report)
        } else if smoke.result != .passed, requiresSmoke {
            report.isRefused = true
            report.reason = uncheckedReason(smoke)
        } else if let percent = options.canary {
            return try await share(percent, seal, situation, report)
        } else {
            return try await run(seal, situation, report)
        }
        if isNew { try await driver.discard(release.id) }
        return report
    }

    /// What was received for a trial that could not even be made, or was interrupted, goes again.
    private func tryOut(isNew: Bool) async throws -> SmokeOutcome {
        do {
            let outcome = try await driver.tryOut(release)
            try session.workspace.context.cancellation.check()
            return outcome
        } catch {
            if isNew { try? await session.uninterruptedDriver.discard(release.id) }
            throw error
        }
    }

    /// A release that runs without anybody knowing of it is tried and recorded as any other.
    private func isUnchanged(_ situation: Situation) async throws -> Bool {
        guard situation.current == release.id, situation.before != nil, let old = situation.old,
            try await driver.isServed(release, as: old)
        else { return false }
        return try await damage(of: old).isEmpty
    }

    /// What of a sealed release is not as it was sealed, a line each; that may be the seal itself.
    private func damage(of seal: ReleaseSeal) async throws -> [String] {
        do { return try await driver.differences(of: seal) } catch let failure as Failure
            where failure.kind == .verification
        { return [failure.message] }
    }

    /// Whether files have to be restored.
    private func lacksFiles(_ situation: Situation) async throws -> Bool {
        guard let sealed = situation.seals.first(where: { $0.release == release.id }) else { return true }
        if isToldAgain(situation) { return false }
        guard driver.hasSameKeys(as: sealed) else { return true }
        return try await !damage(of: sealed).isEmpty
    }

    private func uncheckedReason(_ smoke: SmokeOutcome) -> String {
        let why =
            release.plan.expectation == nil
            ? "nobody said what \(release.version) should give" : "\(release.version) \(smoke.found)"
        return "\(target.stage?.text ?? "") takes only what a smoke test passed, and \(why)"
    }

    private func refuse(_ situation: Situation, _ report: inout DeploymentReport) {
        guard !report.isUnchanged else { return }
        let bad = situation.history.events.last { $0.abandoned == release.id }
        if !options.isForced, situation.history.isBad(release.id), let bad {
            report.isRefused = true
            let why = bad.reason.map { ": \($0)" } ?? ""
            report.reason = "\(target.name) was rolled back from it on \(bad.at.prefix(10))\(why)"
            report.hints = ["deploy it all the same: `git model deploy \(release.tag) \(target.name) --force`"]
        } else if options.skipsSmoke, requiresSmoke {
            report.isRefused = true
            report.reason = "\(target.stage?.text ?? "") takes only what a smoke test passed"
            report.hints = ["leave out `--skip-smoke`"]
        }
    }

    /// Puts the files there, unless they are there as they were sealed.
    private func receive(_ situation: Situation, _ warnings: inout [String]) async throws -> [String: String] {
        let isCurrent = situation.current == release.id
        // What runs stays until something whole can take its place, and what was made by other keys is whole itself.
        var stays = isCurrent
        if !isToldAgain(situation), let sealed = situation.seals.first(where: { $0.release == release.id }) {
            if driver.hasSameKeys(as: sealed) {
                let damage = try await damage(of: sealed)
                guard let first = damage.first else { return sealed.notingNoArrival.details }
                if !isCurrent { try await driver.discard(release.id) }
                if isCurrent { warnings.append("what ran on \(target.name) was not as it was sealed: \(first)") }
            } else {
                stays = true
            }
        }
        do { return try await driver.receive(release, from: prepared.source) } catch {
            if !stays { try? await driver.discard(release.id) }
            throw error
        }
    }

    private func fail(_ seal: ReleaseSeal, _ situation: Situation, _ report: inout DeploymentReport) async throws {
        let event = try await event(.failed, seal, situation, reason: seal.smoke.found)
        note(event, &report)
        report.state = .failed
        report.reason = seal.smoke.found
    }

    private func run(
        _ seal: ReleaseSeal,
        _ situation: Situation,
        _ report: DeploymentReport
    ) async throws -> DeploymentReport {
        var report = report
        var event = try await event(.succeeded, seal, situation, reason: options.reason)
        event.isForced = options.isForced && situation.history.isBad(release.id)
        let noted = seal.noting(event)
        let change = TargetSwitch(session: session)
        do { try await announce(event, noted, &report.warnings) } catch {
            // Whoever goes back later does not go to what never ran.
            await change.withdraw(event, before: situation.current, noted)
            throw error
        }
        progress("running")
        let outcome: TargetSwitch.Outcome
        do { outcome = try await change.activate(noted, before: situation.old) } catch let failure as Failure
            where hasNoWayBack(failure, situation)
        {
            return await failed(event, noted, failure, report)
        } catch {
            await change.withdraw(event, before: situation.current, noted)
            throw await restoresCanary(situation) ? error : hinting(at: situation, error)
        }
        if case .returned(let why, let remaining) = outcome {
            report.remaining = remaining
            report.warnings += await restoreCanary(situation)
            event.state = situation.old == nil ? .failed : .rolledBack
            event.reason = why
            report.reason = why
            await session.forget(noted)
        }
        report.state = event.state
        note(event, &report)
        if event.state == .succeeded {
            report.warnings += endedCanaryWarning(situation)
            report.warnings += await ReleasePruning(session: session).run()
        }
        return report
    }

    private func announce(_ event: DeploymentEvent, _ noted: ReleaseSeal, _ warnings: inout [String]) async throws {
        try await driver.seal(noted, release.files)
        try await requireUntouched(noted)
        try session.journal.announceOrWarn(event, driver.journal != nil, &warnings)
    }

    /// Looks again at what was tried, for a trial runs commands that could have changed it; what was changed goes.
    func requireUntouched(_ seal: ReleaseSeal) async throws {
        guard target.kind.keepsSeals else { return }
        let found: String?
        do {
            try await driver.requireUsable(seal)
            let isReread = release.files.contentSize <= DeploymentRun.rereadByteCount
            found = try await isReread ? driver.differences(of: seal).first : nil
        } catch let failure as Failure where failure.kind == .verification { found = failure.message }
        guard let found else { return }
        try? await driver.discard(seal.release)
        // To deploy the same again would come to the same.
        throw Failure(
            .verification,
            "\(seal.release) was changed on \(target.name) while it was tried: \(found)",
            hints: ["let its commands write elsewhere than into their directory, and tag a new version"]
        )
    }

    func event(
        _ state: DeploymentEvent.State,
        _ seal: ReleaseSeal,
        _ situation: Situation,
        reason: String?
    ) async throws -> DeploymentEvent {
        try await session.event(
            .deploy,
            state,
            of: seal,
            after: situation.history,
            previous: situation.before,
            reason: reason
        )
    }

    /// What happened is told even where it cannot be noted.
    func note(_ event: DeploymentEvent, _ report: inout DeploymentReport) {
        do {
            try session.journal.note(event)
            report.event = event.id
            guard event.state == .succeeded || event.state == .paused else { return }
            for journal in session.journals { try journal.withdrawUnsettled() }
        } catch {
            report.warnings.append("what happened to \(target.name) could not be noted: \(error)")
        }
    }

    func progress(_ phase: String) {
        session.workspace.context.progress.update(Progress(phase: phase, name: "\(release.tag) on \(target.name)"))
    }
}

extension DeploymentJournal {
    /// Announces an event; a clone that cannot be written to keeps nobody from deploying, a target does.
    func announceOrWarn(_ event: DeploymentEvent, _ isAtTarget: Bool, _ warnings: inout [String]) throws {
        do { try announce(event) } catch {
            guard !isAtTarget else { throw error }
            warnings.append("this clone cannot note what is about to happen: \(error)")
        }
    }
}
