import Deployment
import Git
import ModelCore
import Registry
import SystemIO

/// Brings what happened to a target into Git, and from there to everybody; none of it can undo what happened.
struct RecordSharing {
    /// What came of it.
    struct Outcome: Sendable {
        /// The Git remote that has everything now.
        var remote: String?
        /// The tag that moved the target's stage.
        var stageTag: String?
        /// The names of the events that it has.
        var told: Set<String> = []
        var warnings: [String] = []
        var hints: [String] = []
    }

    private static let tries = 5

    let workspace: Workspace
    let target: TargetName
    /// Where the events are that are to be told.
    let journals: [DeploymentJournal]

    private var records: DeploymentRecords { DeploymentRecords(workspace: workspace, target: target) }
    private var repository: GitRepository { workspace.repository }

    /// Commits what the journals have, and pushes that where it is wanted; what fails is a warning, and stays in them.
    func settle(pushes: Bool) async -> Outcome {
        var outcome = Outcome()
        do { try await settle(pushes: pushes, &outcome) } catch {
            outcome.warnings.append("what happened is not known to others yet: \(error)")
            outcome.hints.append("tell them later: `git model deployments sync \(target)`")
        }
        return outcome
    }

    private func settle(pushes: Bool, _ outcome: inout Outcome) async throws {
        let events = try journals.contents().events
        _ = try await records.write(events)
        let stage = try await stageReturn(after: events)
        guard let remote = try workspace.registryRemote() else {
            if let stage { note(try await stage.plan(at: nil), &outcome) }
            return try remove(events)
        }
        guard pushes else {
            if let stage { note(try await stage.plan(at: nil), &outcome) }
            outcome.hints.append("tell others: `git model deployments sync \(target)`")
            return
        }
        do {
            if let stage {
                guard try await push(stage, to: remote, &outcome) else { return await draft(stage, &outcome) }
            } else {
                try await push(to: remote)
            }
        } catch {
            if let stage { await draft(stage, &outcome) }
            throw error
        }
        outcome.remote = remote
        // Of those that are not in the journals any more, too: another clone may have told of them meanwhile.
        outcome.told = Set(try await records.known().history.events.map(\.id))
        try remove(events)
    }

    private func remove(_ events: [DeploymentEvent]) throws {
        for journal in journals { try journal.remove(events) }
    }

    /// What the event that put there what runs does to a stage; what failed since changes nothing about that.
    private func stageReturn(after events: [DeploymentEvent]) async throws -> StageReturn? {
        guard let last = events.last(where: { $0.state == .succeeded }), let stage = StageReturn(last, in: workspace)
        else { return nil }
        // Others may have deployed since.
        return try await records.known().history.current?.id == last.id ? stage : nil
    }

    /// Makes the stage's tag all the same, so that this clone agrees with its target; what keeps others from getting it
    /// may be in its way, too.
    private func draft(_ stage: StageReturn, _ outcome: inout Outcome) async {
        if let plan = try? await stage.plan(at: nil) { note(plan, &outcome) }
    }

    private func note(_ plan: StageReturn.Plan, _ outcome: inout Outcome) {
        switch plan {
        case .nothing(let why): if let why { outcome.warnings.append(why) }
        case .push(let tag, _, _): outcome.stageTag = tag
        }
    }

    /// Pushes the records alone; where somebody else did meanwhile, with theirs, which are fetched where there are no
    /// others.
    private func push(to remote: String) async throws {
        for attempt in 1...RecordSharing.tries {
            guard let tip = try await records.write([]) else { return try await records.fetch(from: remote) }
            do {
                try await repository.pushReferences([try GitRefspec(target.reference)], to: remote)
                return await remember(tip, at: remote)
            } catch {
                try await lookAgain(after: error, at: remote, beside: tip, isLast: attempt == RecordSharing.tries)
            }
        }
    }

    /// Pushes the stage's tag and reference, and the records, all or none; where the tag cannot be made, the records
    /// alone, which say to others what the target is not to get again.
    ///
    /// Returns whether that is all; the journal keeps what is still to be done.
    private func push(_ stage: StageReturn, to remote: String, _ outcome: inout Outcome) async throws -> Bool {
        for attempt in 1...RecordSharing.tries {
            let place = try await stage.remote(remote)
            let plan: StageReturn.Plan
            do { plan = try await stage.plan(at: place) } catch {
                try workspace.context.cancellation.check()
                try await push(to: remote)
                outcome.warnings.append("\(stage.stage) of \(stage.model) was not moved: \(error)")
                outcome.hints += (error as? Failure)?.hints ?? []
                outcome.hints.append("then move it: `git model deployments sync \(target)`")
                return false
            }
            guard case .push(let tag, let id, let expected) = plan else {
                note(plan, &outcome)
                try await push(to: remote)
                return true
            }
            guard let tip = try await records.write([]) else { return true }
            let name = TagName.referencePrefix + tag
            do {
                try await repository.pushAtomically(
                    [
                        try GitRefspec(name), try GitRefspec(name, to: stage.reference),
                        try GitRefspec(target.reference),
                    ],
                    expecting: [stage.reference: expected],
                    to: remote,
                    isCaptured: true,
                    environment: repository.hookGuard
                )
                outcome.stageTag = tag
                await remember(tip, at: remote)
                return true
            } catch {
                let now = try? await stage.remote(remote)
                // The answer may have got lost.
                if now?.has(tag, id) == true {
                    outcome.stageTag = tag
                    try await push(to: remote)
                    return true
                }
                let isMoved = now.map { $0.has(tag) } ?? false
                try await lookAgain(
                    after: error,
                    at: remote,
                    beside: tip,
                    isMoved: isMoved,
                    isLast: attempt == RecordSharing.tries
                )
            }
        }
        return true
    }

    /// Fetches what the remote has after a push that it refused; throws the refusal where nobody else is the reason.
    private func lookAgain(
        after error: any Error,
        at remote: String,
        beside tip: GitObjectID,
        isMoved: Bool = false,
        isLast: Bool
    ) async throws {
        try workspace.context.cancellation.check()
        guard !isLast, (error as? GitError)?.kind == .failed else { throw error }
        try await records.fetch(from: remote)
        let place = DeploymentRecords.reference(of: target, at: remote)
        guard !isMoved else { return }
        guard let theirs = try await repository.objects.reference(place)?.peeledID,
            try await !repository.objects.isAncestor(theirs, of: tip)
        else { throw error }
    }

    /// Notes what the remote has, as a fetch would; that this does not work changes nothing about that.
    private func remember(_ tip: GitObjectID, at remote: String) async {
        let name = DeploymentRecords.reference(of: target, at: remote)
        let old = try? await repository.objects.reference(name)?.objectID
        try? await repository.updateReference(name, to: tip, expecting: old, reason: "git model: push deployments")
    }
}
