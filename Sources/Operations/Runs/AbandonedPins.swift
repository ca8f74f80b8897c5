import Git
import ModelCore
import Runs
import SystemIO
import SystemPackage

/// References that keep the commits of runs although no commit ever got the runs' summaries.
struct AbandonedPins {
    private let workspace: Workspace

    init(in workspace: Workspace) { self.workspace = workspace }

    /// A reference, and the run that it is of.
    private typealias Pin = (run: RunID, reference: GitReference)

    /// Returns the runs of those that are older than a grace period, in ns.
    ///
    /// Those stay whose summary is in a commit that anything leads to (a reference, a reflog, the stash), in the index
    /// of a worktree, or among its files, and those of which nobody can say how old they are.
    func runs(gracePeriod: Int64) async throws -> [RunID] { try await pins(gracePeriod: gracePeriod).map(\.run) }

    private func pins(gracePeriod: Int64) async throws -> [Pin] {
        var pins: [RunID: GitReference] = [:]
        for pin in try await workspace.repository.objects.references(prefix: KeptRun.referencePrefix) {
            guard let run = RunID(pin.name.dropFirst(KeptRun.referencePrefix.count)),
                try age(of: run, pin).map({ $0 >= gracePeriod / 1_000_000 }) ?? false
            else { continue }
            pins[run] = pin
        }
        if pins.isEmpty { return [] }
        for run in try await workspace.summaries(.everywhere).keys { pins[run] = nil }
        for worktree in try await workspace.repository.worktrees() where !worktree.isBare {
            for run in pins.keys where try FileStatus.of(worktree.path.appending(KeptRun.summary(of: run))) != nil {
                pins[run] = nil
            }
        }
        if pins.isEmpty { return [] }
        for run in try await RunPins(workspace.repository).carried() { pins[run] = nil }
        return pins.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// Lets go of them; returns the runs.
    func release(gracePeriod: Int64) async throws -> [RunID] {
        let found = try await pins(gracePeriod: gracePeriod)
        for pin in found {
            try await workspace.repository.deleteReference(pin.reference.name, expecting: pin.reference.objectID)
        }
        return found.map(\.run)
    }

    /// Returns how long ago a run ended or its commit was pinned, whichever was later, in ms; `nil` where nothing
    /// tells, as a time that is yet to come does not.
    private func age(of run: RunID, _ pin: GitReference) throws -> Int64? {
        let record = workspace.runs.current(run)
        let directory = workspace.repository.layout.commonDirectory
        // A packed reference is older than its file.
        let file = try FileStatus.of(directory.appending(pin.name)) ?? FileStatus.of(directory.appending("packed-refs"))
        let times = [record?.ended ?? record?.started, file.map { Timestamp(nanoseconds: $0.modified) }]
        let now = Timestamp(nanoseconds: workspace.context.now())
        // A record may have any time that somebody wrote, too far away to count in ns.
        return times.compactMap { $0 }.filter { $0 <= now }.max().map { now.milliseconds - $0.milliseconds }
    }
}
