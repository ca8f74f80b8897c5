import Git
import Registry
import ModelCore
package import Runs
import Store
import SystemIO
import SystemPackage

/// `git model gc`: deletes what nothing in Git, in any worktree or in the stash, refers to any more.
package struct CollectGarbage: Sendable {
    /// What was deleted, or would be.
    package struct Report: Operations.Report {
        /// Whether nothing was done, only said.
        package let isDryRun: Bool
        /// The number of packs without anything alive.
        package let packs: Int
        /// Their size in bytes.
        package let bytes: Int64
        /// The number of packs that stay because something in them is alive.
        package let livePacks: Int
        /// The number of packs that stay only because they are younger than the grace period.
        package let recentPacks: Int
        /// The commits whose artifacts are superseded, the newest first; empty where all history counts.
        package var checkpoints: [Checkpoint] = []
        /// The runs whose commits no reference of ours keeps any more, for no commit ever got their summaries.
        package fileprivate(set) var pins: [RunID] = []
        package var warnings: [String] = []
        package var hints: [String] = []

        private enum CodingKeys: CodingKey {
            case isDryRun, packs, bytes, livePacks, recentPacks, checkpoints, pins
        }
    }

    /// How much of a branch's history stays.
    package struct Retention: Sendable {
        /// The number of newest commits of each branch that change an artifact and stay; at least 1.
        let count: Int
        /// Whether older ones go even where no remote keeps their bytes.
        let dropsSoleCopies: Bool

        /// Creates a rule; whatever no remote keeps stays unless `dropsSoleCopies`.
        package init(keepingLast count: Int, dropsSoleCopies: Bool = false) {
            self.count = max(1, count)
            self.dropsSoleCopies = dropsSoleCopies
        }
    }

    /// What is alive, and what of history is not.
    private struct Marked {
        var live: [Pointer]
        var pins: [RunID] = []
        var checkpoints: [Checkpoint] = []
        var warnings: [String] = []
        var hints: [String] = []
    }

    private let isDryRun: Bool
    private let prunesNow: Bool
    private let retention: Retention?

    /// Creates the operation; with `prunesNow`, what is young goes too; without a rule of retention, all history stays.
    package init(isDryRun: Bool = false, prunesNow: Bool = false, retention: Retention? = nil) {
        self.isDryRun = isDryRun
        self.prunesNow = prunesNow
        self.retention = retention
    }

    /// Collects; refuses while another command uses the store, and where anything that might be alive cannot be read.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context, bare: true)
        let pins = AbandonedPins(in: workspace)
        if isDryRun {
            let joined = try workspace.openStore()
            var marked = try await mark(workspace, joined.store)
            marked.pins = try await pins.runs(gracePeriod: gracePeriod)
            return report(try plan(marked, workspace, joined.store), marked)
        }
        let store = try LocalStore.openOrCreate(workspace.storePath)
        try workspace.registerAsUser()
        let lock = try StoreLock.exclude(workspace.storePath)
        defer { extendLifetime(lock) }
        let cleared = await AbandonedWorktrees(in: workspace).remove()
        let released = try await pins.release(gracePeriod: gracePeriod)
        // What is alive is only found out now: before, a command could be about to refer to something.
        var marked = try await mark(workspace, store)
        marked.warnings = cleared + marked.warnings
        marked.pins = released
        let plan = try plan(marked, workspace, store)
        try await workspace.requireSound(store)
        _ = try GarbageCollection(store, now: context.now()).carryOut(plan)
        try await workspace.removeStaleTemporaryFiles()
        return report(plan, marked)
    }

    private func plan(
        _ marked: Marked,
        _ workspace: Workspace,
        _ store: LocalStore
    ) throws -> GarbageCollection.Plan {
        try GarbageCollection(store, now: workspace.context.now()).plan(live: marked.live, gracePeriod: gracePeriod)
    }

    /// What is younger stays, in ns.
    private var gracePeriod: Int64 { prunesNow ? 0 : GarbageCollection.gracePeriod }

    /// Finds what is alive; of what a rule of retention lets go, what no remote keeps stays unless that was asked for.
    private func mark(_ workspace: Workspace, _ store: LocalStore) async throws -> Marked {
        guard let retention else { return Marked(live: try await workspace.livePointers()) }
        try store.refresh()
        var marked = Marked(live: try await workspace.livePointers(keepingLast: retention.count))
        let superseded = try await workspace.superseded(beside: marked.live, in: store)
        var kept: Set<Digest> = []
        if !retention.dropsSoleCopies {
            let pointers = superseded.flatMap { $0.artifacts.map(\.pointer) }
            let (held, warnings) = try await workspace.heldRemotely(pointers, local: store)
            let sole = pointers.filter { !held.contains($0.oid) }
            marked.warnings = warnings
            marked.live += sole
            kept = Set(sole.map(\.oid))
        }
        marked.checkpoints = try await workspace.checkpoints(superseded, keeping: kept)
        if !kept.isEmpty {
            marked.warnings.append(
                "older artifacts stay because no remote keeps them for this repository: \(kept.count)"
            )
            let dropping = "git model gc --keep-last \(retention.count) --drop-sole-copies"
            let pushing = workspace.commandToPushAll
            marked.hints = pushing.map { ["send them first: `\($0)`"] } ?? []
            marked.hints.append((pushing == nil ? "" : "or ") + "lose them for good: `\(dropping)`")
        }
        return marked
    }

    private func report(_ plan: GarbageCollection.Plan, _ marked: Marked) -> Report {
        var report = Report(
            isDryRun: isDryRun,
            packs: plan.candidates.count,
            bytes: plan.candidates.reduce(0) { $0 + $1.byteCount },
            livePacks: plan.liveCount,
            recentPacks: plan.recentCount
        )
        report.checkpoints = marked.checkpoints
        report.pins = marked.pins
        report.warnings = marked.warnings
        report.hints = marked.hints
        if report.checkpoints.contains(where: { !$0.isKept }) {
            let pruning = prunesNow ? " --prune-now" : ""
            report.hints.append(
                "packs that are needed in part stay whole; write them anew: `git model repack\(pruning)`"
            )
        }
        if plan.recentCount > 0 {
            let keeping = retention.map { " --keep-last \($0.count)" } ?? ""
            report.hints.append(
                "delete what is young too, when no work could need it: `git model gc\(keeping) --prune-now`"
            )
        }
        return report
    }
}

extension Workspace {
    /// Removes what killed commands left outside the store: in `.git/model`, and beside artifacts in every worktree.
    fileprivate func removeStaleTemporaryFiles() async throws {
        for file in try StaleTemporaryFiles.all(in: modelDirectory, now: context.now()) { try DurableFile.remove(file) }
        for other in try await worktreesInPlace() {
            let output = try await other.repository.program.run([
                "ls-files", "-z", "--others", "--full-name", "--",
                GitArgument(":(top,glob)**/" + TemporaryFile.pattern),
            ])
            let files = output.bytes.split(separator: 0).map {
                other.root.appending(String(decoding: $0, as: UTF8.self))
            }
            for file in try StaleTemporaryFiles.among(files, now: context.now()) { try DurableFile.remove(file) }
        }
    }
}
