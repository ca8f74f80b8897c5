package import ModelCore
package import SystemIO
import SystemPackage

/// Encodes what a store has anew, so that the newest versions decode by themselves and older ones are differences to
/// them.
///
/// No object changes and none is lost. New packs and their index are written and read back before an old one goes, so
/// that whatever stops a repack leaves a store that works, and the next one goes on. The caller excludes other users of
/// the store.
package struct Repack: Sendable {
    /// What is to be done.
    package struct Request: Sendable {
        let live: [Pointer]
        let order: RepackOrder
        let victims: [Pointer]
        let gracePeriod: Int64?

        /// Encodes anew as `order` says; what is not `live` stays while its pack is younger than the grace period in
        /// ns, or, with `nil`, for good.
        package static func repack(
            live: [Pointer],
            order: RepackOrder,
            gracePeriod: Int64? = GarbageCollection.gracePeriod
        ) -> Request {
            Request(live: live, order: order, victims: [], gracePeriod: gracePeriod)
        }

        /// Removes what only `victims` need; what is a difference to it is encoded anew as `order` says, and everything
        /// else stays.
        ///
        /// Where no manifest of a victim is here, whatever `live` only decodes against may be the victim's, and goes.
        package static func purge(_ victims: [Pointer], live: [Pointer], order: RepackOrder) -> Request {
            Request(live: live, order: order, victims: victims, gracePeriod: nil)
        }
    }

    /// What was done, or would be.
    package struct Report: Sendable {
        /// The number of frames that were encoded anew.
        package var encodedFrames = 0
        /// The number of frames of which no copy is left.
        package var droppedFrames = 0
        /// The size of the packs before, in bytes.
        package var byteCountBefore: Int64 = 0
        /// The size of the packs afterwards; about, where nothing was done.
        package var byteCountAfter: Int64 = 0
        /// The number of packs that were taken away.
        package var removedPacks = 0

        /// Whether there was nothing to do.
        package var isUnchanged: Bool { removedPacks == 0 }
    }

    private let store: LocalStore
    private let pool: WorkerPool
    private let now: Int64
    private let cancellation: Cancellation
    private let progress: @Sendable (Int64) -> Void

    /// Creates a repack of `store` at the wall-clock time `now` in ns; `progress` gets the number of further raw bytes
    /// done.
    package init(
        _ store: LocalStore,
        pool: WorkerPool,
        now: Int64,
        cancellation: Cancellation,
        progress: @escaping @Sendable (Int64) -> Void = { _ in }
    ) {
        self.store = store
        self.pool = pool
        self.now = now
        self.cancellation = cancellation
        self.progress = progress
    }

    /// Does what was asked for, or, as a dry run, only finds out what that would be: as much work, but nothing is
    /// written.
    package func run(_ request: Request, isDryRun: Bool = false) async throws -> Report {
        try store.requireWritable()
        let outside = try OutsideWriters(of: store)
        try store.refresh()
        if !isDryRun { try removeTemporaryFiles() }
        let orphans = try listOrphans(isDryRun: isDryRun)
        let survey = try RepackSurvey(store, request, orphans: orphans, now: now)
        let output = RepackOutput(store, writes: !isDryRun)
        do {
            let placing = RepackPlacing(
                store,
                survey,
                output,
                pool: pool,
                cancellation: cancellation,
                progress: progress
            )
            let layout = try await placing.run(request)
            let change = try RepackChange(store, survey, layout)
            for pack in change.removed {
                try GarbageCollection(store, now: now).requireUnderstood(try store.pack(pack))
            }
            if isDryRun || change.removed.isEmpty { return change.report }
            for copy in change.moved {
                try cancellation.check()
                try output.move(copy)
            }
            try output.publish()
            let check = RepackCheck(store, survey, change, pool: pool, cancellation: cancellation)
            let view = try await check.run()
            try outside.requireNone(besides: output.packs)
            let sweep = PackSweep(store, removing: change.removed)
            try sweep.renewObjectIndexes(as: view)
            try sweep.run()
            var report = change.report
            report.byteCountAfter = store.indexes.packList.reduce(0) { $0 + Int64($1.size) }
            return report
        } catch {
            output.abandon()
            throw error
        }
    }

    /// What a killed command was writing is garbage, and may hold what is to be purged; whoever came by SSH may still
    /// write.
    private func removeTemporaryFiles() throws(StoreError) {
        do {
            let files = try StaleTemporaryFiles.all(inExcludedStore: store.root, now: now)
            for file in files { try DurableFile.remove(file) }
        } catch { throw .io(error) }
    }

    /// Lists packs that a killed command left without an index, so that they count, and returns the objects that they
    /// tell of.
    private func listOrphans(isDryRun: Bool) throws(StoreError) -> [ObjectEntry] {
        let listed = Set(store.indexes.packList.map(\.id))
        let orphans = try store.packsOnDisk().filter { !listed.contains($0) }
        guard !orphans.isEmpty, !isDryRun else { return [] }
        let recovery = IndexRecovery(store, until: cancellation)
        try store.publish(try recovery.frames(of: orphans))
        return try recovery.manifests(of: orphans)
    }
}
