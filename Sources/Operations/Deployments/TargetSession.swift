import Deployment
import Git
import ModelCore
import Registry
import SystemIO
import SystemPackage

/// A target as one command works with it: who deploys to it, what is known of it, and where that is noted.
struct TargetSession: Sendable {
    /// How many seconds a Git remote may take until nobody waits any more for what others recorded.
    static let fetchPatience = 10

    let workspace: Workspace
    let target: DeploymentTarget
    let driver: any TargetDriver
    let journal: DeploymentJournal
    /// What Git and this clone's own journal knew when the session began.
    private let recorded: DeploymentHistory
    /// The same, and what somebody in this clone was about to do.
    private let known: DeploymentHistory
    private(set) var warnings: [String]
    private let successor = UninterruptedTarget()

    /// Reads what Git knows here of a target; the target itself is left alone.
    init(_ target: DeploymentTarget, in workspace: Workspace) async throws {
        self.workspace = workspace
        self.target = target
        let known = try await workspace.deployments(of: target.name)
        recorded = known.history
        warnings = (workspace.configurationWarning.map { [$0] } ?? []) + known.warnings
        // A target that keeps no seals has them from its history: also of what was done here, and perhaps by a process
        // that was killed, and that Git does not know.
        let noted = try workspace.journal(of: target.name).contents()
        let events = known.history.events + noted.events + noted.pending
        self.known = DeploymentHistory(target.name, events)
        driver = try TargetDrivers.driver(for: target, in: workspace, history: self.known)
        journal =
            driver.journal.map { DeploymentJournal(target: target.name, directory: $0) }
            ?? workspace.journal(of: target.name)
    }

    /// Who deploys also once the user has interrupted, for what has to be put back then.
    var uninterruptedDriver: any TargetDriver {
        guard workspace.context.cancellation.isCancelled else { return driver }
        var context = workspace.context
        context.cancellation = Cancellation()
        if let directory = driver as? DirectoryTarget { return successor.of(directory, in: context) }
        if let cluster = driver as? KubernetesTarget {
            return (try? cluster.uninterrupted(known, in: workspace.with(context))) ?? driver
        }
        return (try? TargetDrivers.driver(for: target, in: workspace.with(context), history: known)) ?? driver
    }

    /// Where events may be that are not known to be in Git: also in this clone's own journal, where the target could
    /// not note one.
    var journals: [DeploymentJournal] {
        let own = workspace.journal(of: target.name)
        return own.directory == journal.directory ? [journal] : [journal, own]
    }

    var sharing: RecordSharing { RecordSharing(workspace: workspace, target: target.name, journals: journals) }

    /// Keeps others from deploying to the target while the body runs.
    func locked<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
        let lock = try await driver.lock()
        do {
            let result = try await body()
            await release(lock)
            return result
        } catch {
            await release(lock)
            throw error
        }
    }

    private func release(_ lock: any TargetLock) async {
        await lock.release()
        successor.end()
    }

    /// Returns everything that happened, from Git, the journals and, where neither knows it, the seals: what put a
    /// release there, and what went back from it.
    func history(_ seals: [ReleaseSeal]) throws -> DeploymentHistory {
        let noted = try journals.contents().events
        let sealed = seals.compactMap { $0.notedEvent(of: target.name) }
        let left = seals.compactMap { $0.leavingEvent(of: target.name) }
        // Of one event, what Git and the journals say counts: it may have come to something else.
        return DeploymentHistory(target.name, recorded.events + noted + sealed + left)
    }

    /// Whether Git, or this clone's own journal, knew of an event when the session began; what the target's journal
    /// notes, and what was noted since, is not looked at.
    func isRecorded(_ event: DeploymentEvent) -> Bool { recorded.events.contains { $0.id == event.id } }

    /// Returns the event that the seal of what runs notes, where neither Git nor a journal knows of it: whoever put it
    /// there could not tell, and perhaps never will.
    func unknownEvent(of current: ReleaseID?, among seals: [ReleaseSeal]) throws -> DeploymentEvent? {
        guard let event = seals.first(where: { $0.release == current })?.wholeEvent(of: target.name) else { return nil }
        let isNoted = try journals.contents().events.contains { $0.id == event.id }
        return isNoted || isRecorded(event) ? nil : event
    }

    /// Returns the event that put there what runs, which is not the last one where somebody went back and nobody here
    /// knows.
    func event(of current: ReleaseID?, in history: DeploymentHistory) -> DeploymentEvent? {
        current.flatMap { history.event(of: $0) }
    }

    /// Whether somebody put there what runs of whom nobody here was told, and no seal at the target tells either.
    ///
    /// What came before it is not known then, nor whether that is still good.
    func isUntold(of current: ReleaseID?, in history: DeploymentHistory) -> Bool {
        guard let current, !target.kind.keepsSeals else { return false }
        return !(history.events + known.events).contains { $0.release == current }
    }

    /// Creates an event of now; what a seal notes of another event is left out.
    func event(
        _ action: DeploymentEvent.Action,
        _ state: DeploymentEvent.State,
        of seal: ReleaseSeal,
        after history: DeploymentHistory,
        previous: DeploymentEvent?,
        reason: String?
    ) async throws -> DeploymentEvent {
        DeploymentEvent(
            id: DeploymentEvent.newID(),
            sequence: history.nextSequence,
            target: target.name,
            action: action,
            state: state,
            of: seal.notingNothing,
            previous: previous?.id,
            reason: reason,
            by: (try? await workspace.repository.committer())?.name,
            host: Machine.hostName ?? "",
            at: CivilDate.time(secondsSince1970: workspace.context.taggerTime)
        )
    }

    /// Lets the seal of what runs note the event that put it there; what cannot be written is noted elsewhere all the
    /// same.
    func remember(_ event: DeploymentEvent, in seal: ReleaseSeal) async {
        try? await uninterruptedDriver.reseal(seal.noting(event))
    }

    /// Lets a seal say no more that the release came to be current, or stayed it; what cannot be written is noted
    /// elsewhere all the same.
    func forget(_ seal: ReleaseSeal?) async {
        guard let seal, seal.notesEvent else { return }
        try? await uninterruptedDriver.reseal(seal.notingNoArrival)
    }

    /// Lets the seal of a release that was gone back from say that, for clones that nobody tells, and no more that it
    /// came to be current; what cannot be written is noted elsewhere all the same.
    func noteLeaving(_ seal: ReleaseSeal?, by event: DeploymentEvent) async {
        guard let seal else { return }
        try? await uninterruptedDriver.reseal(seal.notingLeaving(by: event))
    }

    /// Fetches what others recorded; that the Git remote cannot be reached is only worth a warning.
    ///
    /// Credentials may be asked for, unless `mayAsk` is false.
    func fetchingRecords(mayAsk: Bool = true) async throws -> TargetSession {
        // Where it is not clear which one that is, the session has a warning already.
        guard let remote = try? workspace.registryRemote() else { return self }
        do {
            try await DeploymentRecords(workspace: workspace, target: target.name).fetch(from: remote, mayAsk: mayAsk)
        } catch {
            try workspace.context.cancellation.check()
            var session = self
            session.warnings.append("\(remote) cannot say what others did to \(target.name): \(error)")
            return session
        }
        return try await TargetSession(target, in: workspace)
    }

    /// Fetches what others recorded, if that can be done in so many seconds; nobody could answer a question in them.
    func fetchingRecords(within seconds: Int) async throws -> TargetSession {
        if let session = try await TimeLimit.within(seconds, { try await fetchingRecords(mayAsk: false) }) {
            return session
        }
        var session = self
        session.warnings.append("the Git remote did not say within \(seconds) s what others did to \(target.name)")
        return session
    }
}
