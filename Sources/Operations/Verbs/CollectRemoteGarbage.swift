import Git
import ModelCore
import Registry
import Remotes
import Store
import SystemIO
import SystemPackage

/// `git model gc --remote`: takes out of a remote what no root there names any more, in two runs at least a day apart.
package struct CollectRemoteGarbage: Sendable {
    /// What was done, or would be.
    package struct Report: Operations.Report {
        /// Some packs.
        package struct Packs: Encodable, Sendable {
            /// Their number.
            package let packs: Int
            /// Their size in bytes.
            package let bytes: Int64
        }

        /// The remote's name.
        package let remote: String
        /// Whether nothing was done, only said.
        package let isDryRun: Bool
        /// The packs that nothing needs, now marked.
        package let buried: Packs
        /// The packs that were marked long enough ago, now deleted.
        package let deleted: Packs
        /// The packs that are marked and wait.
        package let waiting: Packs
        /// When all of `buried` and `waiting` can be deleted, in ISO 8601, UTC.
        package let goneAfter: String?
        /// The number of packs that stay because something in them is needed.
        package let livePacks: Int
        /// The number of packs that stay only because they are younger than a day.
        package let recentPacks: Int
        /// The bytes that were copied out of marked packs because they are needed.
        package let savedBytes: Int64
        /// The roots that were retired.
        package var retired: [RootRetirement.Retired] = []
        package var warnings: [String] = []
        package var hints: [String] = []

        private enum CodingKeys: CodingKey {
            case remote, isDryRun, buried, deleted, waiting, goneAfter, livePacks, recentPacks, savedBytes, retired
        }
    }

    private let remote: String
    private let isDryRun: Bool
    private let retirement: RootRetirement?

    /// Creates the operation on a remote; without a rule for their retirement, all roots stay.
    package init(_ remote: String, isDryRun: Bool = false, retirement: RootRetirement? = nil) {
        self.remote = remote
        self.isDryRun = isDryRun
        self.retirement = retirement
    }

    /// Collects; refuses where a root names what is not all there, or anything in the remote cannot be read.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context, bare: true)
        let remote = try workspace.remote(named: remote)
        try workspace.requireReachable(remote)
        if !isDryRun { try workspace.requireAgreement(to: remote) }
        let joined = try workspace.openStore()
        let collection = RemoteCollection(
            of: remote.store,
            local: joined.store,
            scratch: workspace.modelDirectory.appending("tmp"),
            cancellation: context.cancellation
        )
        let retired = try await retirement?.run(on: remote, by: collection, in: workspace, isDryRun: isDryRun) ?? []
        let known = try await workspace.livePointers()
        let plan = try await collection.run(known: known, dryRunAt: isDryRun ? context.now() : nil)
        var report = report(plan, remote.name, now: context.now())
        report.retired = retired
        if isDryRun { report.warnings = remote.dryRunWarnings }
        if isDryRun, !retired.isEmpty { report.warnings.append("the packs are those of a run that retires no root") }
        return report
    }

    private func report(_ plan: RemoteCollectionPlan, _ name: String, now: Int64) -> Report {
        func packs(_ packs: [RemoteCollectionPlan.Pack]) -> Report.Packs {
            Report.Packs(packs: packs.count, bytes: packs.reduce(0) { $0 + $1.byteCount })
        }
        let time = plan.buried.isEmpty ? plan.waitingUntil : now + RemoteCollection.gracePeriod
        return Report(
            remote: name,
            isDryRun: isDryRun,
            buried: packs(plan.buried),
            deleted: packs(plan.deleted),
            waiting: packs(plan.waiting),
            goneAfter: time.map { CivilDate.time(secondsSince1970: $0 / 1_000_000_000) },
            livePacks: plan.liveCount,
            recentPacks: plan.recentCount,
            savedBytes: plan.rescuedByteCount
        )
    }
}
