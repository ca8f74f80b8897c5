import Git
import ModelCore
import Registry
import Store
import SystemIO

/// `git model gc`: deletes what nothing in Git, in any worktree or in the stash, refers to any more.
package struct CollectGarbage: Sendable {
    /// What was deleted, or would be.
    package struct Report: Operations.Report {
        /// Whether nothing was done, only said.
        package let isDryRun: Bool
        /// The packs without anything alive.
        package let packs: Int
        /// Their size in bytes.
        package let bytes: Int64
        /// The packs that stay because something in them is alive.
        package let livePacks: Int
        /// The packs that stay because they are younger than the grace period.
        package let recentPacks: Int
    }

    private let isDryRun: Bool

    /// Creates the operation.
    package init(isDryRun: Bool = false) { self.isDryRun = isDryRun }

    /// Collects; refuses while another command uses the store, and where anything that might be alive cannot be read.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context)
        let store = try LocalStore.openOrCreate(workspace.storePath)
        guard !isDryRun else { return report(try await plan(workspace, store)) }
        // Everything is marked while nobody else can be about to refer to something.
        let lock = try StoreLock.exclude(workspace.storePath)
        defer { extendLifetime(lock) }
        let plan = try await plan(workspace, store)
        _ = try GarbageCollection(store, now: context.now()).carryOut(plan)
        return report(plan)
    }

    private func plan(_ workspace: Workspace, _ store: LocalStore) async throws -> GarbageCollection.Plan {
        var live = try await workspace.historicalArtifacts(requiringAll: true).map(\.pointer)
        for worktree in try await workspace.repository.worktrees() where !worktree.isBare {
            guard try FileStatus.of(worktree.path) != nil else { continue }
            var context = workspace.context
            context.workingDirectory = worktree.path
            live += try await Workspace.discover(in: context).trackedArtifacts().map(\.pointer)
        }
        return try GarbageCollection(store, now: workspace.context.now()).plan(live: live)
    }

    private func report(_ plan: GarbageCollection.Plan) -> Report {
        Report(
            isDryRun: isDryRun,
            packs: plan.candidates.count,
            bytes: plan.candidates.reduce(0) { $0 + $1.byteCount },
            livePacks: plan.liveCount,
            recentPacks: plan.recentCount
        )
    }
}
