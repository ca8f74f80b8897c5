import ModelCore
import Registry
import Remotes
import Store
import SystemIO
import SystemPackage

/// `git model repack`: encodes a store anew, so that the newest versions decode by themselves and older ones are
/// differences.
package struct RepackStore: Sendable {
    /// What was done, or would be.
    package struct Report: Operations.Report {
        /// A store that was repacked.
        package struct Entry: Encodable, Sendable {
            /// The remote that has it; left out for the local store.
            package let remote: String?
            /// Whether there was nothing to do.
            package let isUnchanged: Bool
            /// The number of frames that were encoded anew.
            package let encodedFrames: Int
            /// The number of frames that nothing needed and that are gone.
            package let droppedFrames: Int
            /// The size of the packs before, in bytes.
            package let bytesBefore: Int64
            /// The size of the packs afterwards.
            package let bytesAfter: Int64
            /// From when on `git model gc --remote` deletes what is only hidden until then, in ISO 8601, UTC; left out
            /// where everything is gone already.
            package let goneAfter: String?
        }

        /// Whether nothing was done, only said.
        package let isDryRun: Bool
        /// The stores, the local one first.
        package var stores: [Entry] = []
    }

    private let isDryRun: Bool
    private let prunesNow: Bool
    private let remote: String?

    /// Creates the operation, which repacks a remote's store, too, where one is named.
    ///
    /// It drops what nothing needs, young or not, where it `prunesNow`.
    package init(isDryRun: Bool = false, prunesNow: Bool = false, remote: String? = nil) {
        self.isDryRun = isDryRun
        self.prunesNow = prunesNow
        self.remote = remote
    }

    /// Repacks; refuses while another command uses the store, and where anything that might be alive cannot be read.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context, bare: true)
        let remote = try remote.map { try workspace.remote(namedOrAt: $0) }
        let directory = try remote.map { try workspace.requireLockable($0, to: "repack", isDryRun: isDryRun) }
        var report = Report(isDryRun: isDryRun)
        let store = try LocalStore.openOrCreate(workspace.storePath)
        try workspace.registerAsUser()
        try workspace.requireNoAlternates(store, to: "repack")
        report.stores.append(try await repack(store, of: nil, in: workspace))
        if let remote, let directory {
            report.stores.append(try await repack(try LocalStore(directory), of: remote, in: workspace))
        }
        return report
    }

    private func repack(
        _ store: LocalStore,
        of remote: ConfiguredRemote?,
        in workspace: Workspace
    ) async throws -> Report.Entry {
        if isDryRun {
            let lock = try StoreLock.join(store.root)
            defer { extendLifetime(lock) }
            return Report.Entry(try await plan(store, of: remote, in: workspace), remote: remote?.name)
        }
        let lock = try StoreLock.exclude(store.root)
        defer { extendLifetime(lock) }
        try await workspace.requireSound(store)
        return Report.Entry(try await plan(store, of: remote, in: workspace), remote: remote?.name)
    }

    private func plan(
        _ store: LocalStore,
        of remote: ConfiguredRemote?,
        in workspace: Workspace
    ) async throws -> Repack.Report {
        let context = workspace.context
        let request = Repack.Request.repack(
            live: try await workspace.livePointers(),
            order: try await workspace.repackOrder(),
            // Who else uses a remote is not known here: nothing that they may need goes.
            gracePeriod: remote == nil ? (prunesNow ? 0 : GarbageCollection.gracePeriod) : nil
        )
        let tally = ProgressTally(phase: "repacking", sink: context.progress)
        tally.begin(remote?.name ?? "store", byteCount: store.indexes.rawByteCount)
        defer { context.progress.finish() }
        let repack = Repack(
            store,
            pool: workspace.pool,
            now: context.now(),
            cancellation: context.cancellation,
            progress: tally.add
        )
        return try await repack.run(request, isDryRun: isDryRun)
    }
}

extension RepackStore.Report.Entry {
    init(_ result: Repack.Report, remote: String?) {
        self.init(
            remote: remote,
            isUnchanged: result.isUnchanged,
            encodedFrames: result.encodedFrames,
            droppedFrames: result.droppedFrames,
            bytesBefore: result.byteCountBefore,
            bytesAfter: result.byteCountAfter,
            goneAfter: nil
        )
    }
}

extension IndexSet {
    /// The raw bytes of all frames listed, each copy by itself.
    fileprivate var rawByteCount: Int64 {
        files.reduce(0) { sum, file in
            (0..<file.frameCount).reduce(sum) { $0 + Int64(file.frame(at: $1)?.entry.rawLength ?? 0) }
        }
    }
}
