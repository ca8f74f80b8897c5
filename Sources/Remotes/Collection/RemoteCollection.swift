package import ModelCore
package import Store
package import SystemIO
package import SystemPackage

/// Takes out of a store in a remote what no root names, without a lock that writers would have to wait for.
///
/// Packs that nothing needs are buried: from then on no writer counts on them. A later run, once they have been so for
/// a grace period, deletes them. What a tomb hides and a root needs all the same is copied first
/// (`docs/decisions/0002-lock-free-gc.md`).
package struct RemoteCollection: Sendable {
    /// How old a pack has to be to be buried, and how long it stays buried, in ns by the server's clock: a day.
    package static let gracePeriod: Int64 = 86_400 * 1_000_000_000
    /// A run that takes longer than this deletes nothing: what it found at its beginning may be no longer so.
    private static let longestRun = Duration.seconds(43_200)

    private let source: RemoteStore
    private let local: LocalStore
    private let scratch: FilePath
    private let cancellation: Cancellation

    /// Creates a collection of `source`; `scratch` is a directory of this machine for packs that are put together.
    package init(of source: RemoteStore, local: LocalStore, scratch: FilePath, cancellation: Cancellation) {
        self.source = source
        self.local = local
        self.scratch = scratch
        self.cancellation = cancellation
    }

    /// Returns the roots of the store with the time of each, and what time it is, in ns by the server's clock, or by
    /// the caller's.
    package func roots(
        dryRunAt: Int64? = nil
    ) async throws -> (roots: [(record: RootRecord, modified: Int64)], now: Int64) {
        let now = try await now(dryRunAt)
        return (try await RemoteSurvey(of: source).roots.map { ($0.record, $0.modified) }, now)
    }

    /// Collects, or, with the time `dryRunAt` in ns, only says what would be done at that time.
    ///
    /// `known` are pointers of objects that roots may name; of others it is looked up whether they are files or trees.
    package func run(known: [Pointer], dryRunAt: Int64? = nil) async throws -> RemoteCollectionPlan {
        let start = ContinuousClock.now
        // What this version does not understand may need anything.
        try await source.requireReadable()
        if dryRunAt == nil { try await source.requireWritable() }
        let lock = try source.join()
        defer { extendLifetime(lock) }
        // The clock before the look: what comes up meanwhile is younger.
        let now = try await now(dryRunAt)
        let survey = try await RemoteSurvey(of: source)
        let mark = try await RemoteMark(survey, of: source, local: local, known: known)
        let plan = try RemoteCollectionPlan(survey, mark, now: now, remote: source.remote.name)
        guard dryRunAt == nil else { return plan }
        guard ContinuousClock.now - start < RemoteCollection.longestRun else {
            throw RemoteError.busy(source.remote.name, cause: "it took half a day to look at it", retryAfter: nil)
        }
        let sweep = RemoteSweep(of: source, scratch: scratch, cancellation: cancellation)
        // Before anything is written, for it may be what fills the disk.
        try await sweep.removeUnfinished(before: now - RemoteCollection.gracePeriod)
        try await sweep.run(plan, survey, mark)
        return plan
    }

    private func now(_ known: Int64?) async throws(RemoteError) -> Int64 {
        if let known { known } else { try await ServerClock.now(of: source.remote) }
    }
}
