import Git
import Registry
import ModelCore
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
        package var hints: [String] = []
    }

    private let isDryRun: Bool
    private let prunesNow: Bool

    /// Creates the operation; with `prunesNow`, what is young goes too.
    package init(isDryRun: Bool = false, prunesNow: Bool = false) {
        self.isDryRun = isDryRun
        self.prunesNow = prunesNow
    }

    /// Collects; refuses while another command uses the store, and where anything that might be alive cannot be read.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context, bare: true)
        if isDryRun {
            let joined = try workspace.openStore()
            return report(try await plan(workspace, joined.store))
        }
        try workspace.requireOwnStore(to: "collect")
        let store = try LocalStore.openOrCreate(workspace.storePath)
        let lock = try StoreLock.exclude(workspace.storePath)
        defer { extendLifetime(lock) }
        // What is alive is only found out now: before, a command could be about to refer to something.
        let plan = try await plan(workspace, store)
        try await workspace.requireSound(store)
        _ = try GarbageCollection(store, now: context.now()).carryOut(plan)
        try await workspace.removeStaleTemporaryFiles()
        return report(plan)
    }

    private func plan(_ workspace: Workspace, _ store: LocalStore) async throws -> GarbageCollection.Plan {
        let live = try await workspace.livePointers()
        let collection = GarbageCollection(store, now: workspace.context.now())
        return try prunesNow ? collection.plan(live: live, gracePeriod: 0) : collection.plan(live: live)
    }

    private func report(_ plan: GarbageCollection.Plan) -> Report {
        var report = Report(
            isDryRun: isDryRun,
            packs: plan.candidates.count,
            bytes: plan.candidates.reduce(0) { $0 + $1.byteCount },
            livePacks: plan.liveCount,
            recentPacks: plan.recentCount
        )
        if plan.recentCount > 0 {
            report.hints = ["delete what is young too, when no work could need it: `git model gc --prune-now`"]
        }
        return report
    }
}

extension Workspace {
    /// Removes what killed commands left outside the store: in `.git/model`, and beside artifacts in every worktree.
    fileprivate func removeStaleTemporaryFiles() async throws {
        for file in try StaleTemporaryFiles.all(in: modelDirectory, now: context.now()) { try DurableFile.remove(file) }
        for worktree in try await repository.worktrees() where !worktree.isBare {
            guard try FileStatus.of(worktree.path) != nil else { continue }
            let other = try await Workspace.discover(in: context.standing(in: worktree.path))
            let output = try await other.repository.program.run([
                "ls-files", "-z", "--others", "--full-name", "--",
                GitArgument(":(top,glob)**/" + TemporaryFile.pattern),
            ])
            let files = output.bytes.split(separator: 0).map {
                worktree.path.appending(String(decoding: $0, as: UTF8.self))
            }
            for file in try StaleTemporaryFiles.among(files, now: context.now()) { try DurableFile.remove(file) }
        }
    }
}
