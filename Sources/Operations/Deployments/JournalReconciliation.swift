import Deployment
import Registry
import SystemIO

/// Finds out what became of deployments whose processes ended in the middle.
struct JournalReconciliation {
    let session: TargetSession

    /// What was found out.
    struct Outcome {
        /// Whether something happened that was not noted before.
        var isNews = false
        /// The seals as they are now.
        var seals: [ReleaseSeal]
        var warnings: [String] = []
    }

    /// Notes what happened for everything that was only announced.
    ///
    /// Has to run under the target's lock: nobody else is at it then.
    func run(_ seals: [ReleaseSeal]) async throws -> Outcome {
        var outcome = Outcome(seals: seals)
        var warnings: [String] = []
        for journal in session.journals {
            let contents = try journal.contents()
            warnings += contents.warnings
            guard !contents.pending.isEmpty else { continue }
            let current = try await session.driver.current()
            let canary = try await session.driver.canary()
            for event in contents.pending { try await find(event, in: journal, current, canary, &outcome) }
        }
        if seals.contains(where: \.notesEvent) {
            let current = try await session.driver.current()
            try noteUnknown(current, &outcome)
            try await forgetUnswitched(current, &outcome)
        }
        outcome.warnings += warnings
        return outcome
    }

    /// Finds out what became of one event that was announced in a journal.
    private func find(
        _ event: DeploymentEvent,
        in journal: DeploymentJournal,
        _ current: ReleaseID?,
        _ canary: Canary?,
        _ outcome: inout Outcome
    ) async throws {
        // Another clone found out first.
        if session.isRecorded(event) { return try journal.withdraw(event) }
        if event.release == current, try isSuperseded(event, outcome.seals) {
            try journal.withdraw(event)
            return outcome.warnings.append(JournalReconciliation.superseded(event))
        }
        let seal = outcome.seals.first { $0.release == current }
        if event.state == .paused, try await isDivided(as: event, canary, beside: seal) {
            return try note(event, in: journal, &outcome)
        }
        if event.endsCanary, event.release == current { return try await end(canary, by: event, in: journal, &outcome) }
        guard event.release == current, let seal else {
            guard try await restore(current, event, &outcome) else { return }
            // Of one that is gone back to, the seal tells of the time before.
            if event.action == .deploy { await forget(event.release, &outcome) }
            try journal.withdraw(event)
            return outcome.warnings.append(JournalReconciliation.nothing(of: event))
        }
        let settled: DeploymentEvent
        do { settled = try await settle(event, seal, &outcome) } catch {
            try session.workspace.context.cancellation.check()
            settled = try await given(up: event, because: error)
            outcome.warnings.append("what was under way on \(event.target) could not be put right: \(error)")
        }
        try note(settled, in: journal, &outcome)
    }

    /// Whether what others did since put there what runs, or divided its traffic: a clone's own journal is seen by
    /// that clone alone, so that nobody who came after it settled what was announced there.
    ///
    /// Where the last of them put another release there, that is not what runs, and the announced one came later.
    private func isSuperseded(_ event: DeploymentEvent, _ seals: [ReleaseSeal]) throws -> Bool {
        let since = try session.history(seals).events.filter { $0.id != event.id && $0.sequence >= event.sequence }
        if event.endsCanary, since.contains(where: { $0.state == .paused }) { return true }
        return since.last { $0.state == .succeeded }?.release == event.release
    }

    private func note(_ event: DeploymentEvent, in journal: DeploymentJournal, _ outcome: inout Outcome) throws {
        try journal.note(event)
        outcome.isNews = true
        outcome.warnings.append("\(JournalReconciliation.what(event)): \(event.state.rawValue)")
    }

    /// Whether a release has the part of the traffic that it was to get; one that the gateway does not know of gets it
    /// now.
    private func isDivided(
        as event: DeploymentEvent,
        _ canary: Canary?,
        beside stable: ReleaseSeal?
    ) async throws -> Bool {
        guard let canary, canary.release == event.release, canary.percent == event.canaryPercent, let stable else {
            return false
        }
        do {
            try await session.driver.share(canary, beside: stable)
            return true
        } catch {
            try session.workspace.context.cancellation.check()
            try await session.driver.endCanary(canary.release)
            return false
        }
    }

    /// Ends a canary for whoever did not get to the end of that; what runs stays, whether it works or not: it had the
    /// rest of the traffic.
    ///
    /// Where that cannot be done now, it stays under way, and keeps nobody from anything.
    private func end(
        _ canary: Canary?,
        by event: DeploymentEvent,
        in journal: DeploymentJournal,
        _ outcome: inout Outcome
    ) async throws {
        do {
            if let canary, canary.release == event.abandoned { try await session.driver.endCanary(canary.release) }
        } catch {
            try session.workspace.context.cancellation.check()
            outcome.warnings.append("\(event.abandoned?.text ?? "") still has its part on \(event.target): \(error)")
            return
        }
        try note(event, in: journal, &outcome)
    }

    /// Lets what runs be all there is again, where a switch to another release got half of the way; returns whether it
    /// is.
    ///
    /// Where that cannot be done now, it stays under way, and keeps nobody from anything.
    private func restore(
        _ current: ReleaseID?,
        _ event: DeploymentEvent,
        _ outcome: inout Outcome
    ) async throws -> Bool {
        guard let seal = outcome.seals.first(where: { $0.release == current }) else { return true }
        do { try await session.driver.restore(seal) } catch {
            try session.workspace.context.cancellation.check()
            outcome.warnings.append("what was under way on \(event.target) could not be put right: \(error)")
            return false
        }
        return true
    }

    private static func what(_ event: DeploymentEvent) -> String {
        "a deployment of \(event.version) to \(event.target) ended before it was recorded"
    }

    private static func nothing(of event: DeploymentEvent) -> String {
        "a deployment of \(event.version) to \(event.target) ended before it changed anything"
    }

    private static func superseded(_ event: DeploymentEvent) -> String {
        "\(what(event)), and others deployed since: what runs is left as it is"
    }

    /// Notes what put there what runs, where only the target knows: the clone that did it may be gone.
    private func noteUnknown(_ current: ReleaseID?, _ outcome: inout Outcome) throws {
        guard let event = try session.unknownEvent(of: current, among: outcome.seals) else { return }
        do { try session.journal.note(event) } catch {
            outcome.warnings.append("what happened to \(event.target) on \(event.at) could not be noted: \(error)")
            return
        }
        outcome.isNews = true
        outcome.warnings.append(
            "what put \(event.version) into \(event.target) on \(event.at) was not recorded here yet"
        )
    }

    /// Lets no seal tell of a release that it came to be current after the one that is, where nobody else says so:
    /// whoever sealed it got no further, and may have told nobody, or only a clone that is elsewhere.
    private func forgetUnswitched(_ current: ReleaseID?, _ outcome: inout Outcome) async throws {
        let now = session.event(of: current, in: try session.history(outcome.seals))
        // Where nobody knows since when it is there, nobody knows what came after it.
        guard current == nil || now != nil else { return }
        let noted = Set(try session.journals.contents().events.map(\.id))
        for seal in outcome.seals where seal.release != current {
            guard let event = seal.notedEvent(of: session.target.name), event.sequence > now?.sequence ?? 0,
                !noted.contains(event.id), !session.isRecorded(event)
            else { continue }
            await forget(seal.release, &outcome)
            outcome.warnings.append(JournalReconciliation.nothing(of: event))
        }
    }

    /// Lets the seal of a release say no more that it came to be current, or stayed it.
    private func forget(_ release: ReleaseID, _ outcome: inout Outcome) async {
        guard let position = outcome.seals.firstIndex(where: { $0.release == release }) else { return }
        await session.forget(outcome.seals[position])
        outcome.seals[position] = outcome.seals[position].notingNoArrival
    }

    /// What cannot be put right keeps nobody from deploying something that works, or from going back.
    private func given(up event: DeploymentEvent, because error: any Error) async throws -> DeploymentEvent {
        var event = event
        event.state = try await session.driver.current() == event.release ? .failed : .rolledBack
        event.abandoned = nil
        event.reason = [event.reason, "\(error)"].compactMap(\.self).joined(separator: "; ")
        return event
    }

    private func settle(
        _ event: DeploymentEvent,
        _ seal: ReleaseSeal,
        _ outcome: inout Outcome
    ) async throws -> DeploymentEvent {
        var event = event
        do { try await session.driver.checkHealth(of: seal) } catch {
            let history = try session.history(outcome.seals)
            let before = history.events.last { $0.id == event.previous }?.release
            // What was current already has no other one to go back to, and gets what it was to get.
            guard before != seal.release else { return try await finish(event, seal) }
            let old = outcome.seals.first { $0.release == before }
            let change = TargetSwitch(session: session)
            let canary = try await canary(beside: before)
            if case .returned(let why, _) = try await change.goBack(from: seal, to: old, because: error) {
                event.state = old == nil ? .failed : .rolledBack
                event.abandoned = nil
                await forget(seal.release, &outcome)
                if let canary, !(await change.shareAgain(canary, beside: old)) {
                    let lost = outcome.seals.first { $0.release == canary.release }
                    let name = lost?.version ?? canary.release.text
                    outcome.warnings.append("\(name) does not get its part of the traffic any more")
                }
                // What it was for stays: automatic rollbacks are told by it.
                event.reason = [event.reason, why].compactMap(\.self).joined(separator: "; ")
            }
        }
        return event
    }

    /// Returns what had a part of the traffic beside what ran, and has it still where the switch changed only the link.
    private func canary(beside stable: ReleaseID?) async throws -> Canary? {
        guard let stable, let driver = session.driver as? ProcessTarget else { return nil }
        return try await driver.canary(beside: stable)
    }

    /// Switches to a release again, and returns the event where it works.
    private func finish(_ event: DeploymentEvent, _ seal: ReleaseSeal) async throws -> DeploymentEvent {
        try await session.driver.activate(seal)
        try await session.driver.checkHealth(of: seal)
        return event
    }
}
