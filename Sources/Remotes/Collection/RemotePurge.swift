package import ModelCore
package import Store
package import SystemIO
package import SystemPackage

/// Takes what only some objects need out of a store in a remote, without a lock that anybody would have to wait for.
///
/// What stays and is a difference to it, or lies in packs with it, is sent anew. Then those packs are buried, whatever
/// their age, until a look after that finds no root that needs them; then nothing finds them any more, and collection
/// deletes them in a day (`docs/decisions/0002-lock-free-gc.md`).
package struct RemotePurge: Sendable {
    /// What is to go, and what is to stay.
    package struct Request: Sendable {
        let victims: [Pointer]
        let live: [Pointer]
        let repositories: Set<String>

        var oids: Set<Digest> { Set(victims.map(\.oid)) }

        /// Purges `victims` from where only roots of one repository name them, which has these names; what of them
        /// `live` objects need stays.
        package init(_ victims: [Pointer], live: [Pointer], repositories: Set<String>) {
            self.victims = victims
            self.live = live
            self.repositories = repositories
        }
    }

    /// What was done, or would be.
    package struct Report: Sendable {
        /// The number of frames that nothing finds any more.
        package fileprivate(set) var droppedFrames = 0
        /// The number of frames that were sent anew.
        package fileprivate(set) var sentFrames = 0
        /// The size of the packs that were not on their way out before, in bytes.
        package fileprivate(set) var byteCountBefore: Int64 = 0
        /// Their size afterwards; about, where nothing was done.
        package fileprivate(set) var byteCountAfter: Int64 = 0
        /// When collection can delete what was buried, in ns by the server's clock; `nil` where nothing was.
        package fileprivate(set) var goneAfter: Int64?
        /// The objects of which everything stays, because others have every byte of them.
        package fileprivate(set) var shared: Set<Digest> = []

        /// Whether the remote said of every object before that it was purged.
        fileprivate var wasMarked = false

        /// Whether there was nothing to do.
        package var isUnchanged: Bool { droppedFrames == 0 }
    }

    /// How often the remote is looked at again because others brought what is to go, or what needs it.
    private static let maximumRounds = 8

    private let source: RemoteStore
    private let local: LocalStore
    private let scratch: FilePath
    private let pool: WorkerPool
    private let cancellation: Cancellation
    private let progress: @Sendable (_ done: Int64, _ total: Int64) -> Void

    /// Creates a purge of `source`; `local` has what of the objects that stay is to be sent as it is stored here, and
    /// `scratch` is a directory of this machine for what is put together or has to be fetched.
    package init(
        of source: RemoteStore,
        local: LocalStore,
        scratch: FilePath,
        pool: WorkerPool = .shared,
        cancellation: Cancellation,
        progress: @escaping @Sendable (_ done: Int64, _ total: Int64) -> Void
    ) {
        self.source = source
        self.local = local
        self.scratch = scratch
        self.pool = pool
        self.cancellation = cancellation
        self.progress = progress
    }

    /// Purges, or, with the time `dryRunAt` in ns, only says what would be done at that time; `nil` where there is no
    /// store.
    ///
    /// Refuses where another repository's root names what is to go; this one's let go of it all the same.
    package func run(_ request: Request, dryRunAt: Int64? = nil) async throws -> Report? {
        guard try await source.format() != nil else { return nil }
        if dryRunAt == nil { try await source.requireWritable() }
        let lock = try source.join()
        defer { extendLifetime(lock) }
        // Nothing is begun where what is buried could never be deleted.
        if dryRunAt == nil { _ = try await ServerClock.now(of: source.remote) }
        var kept = try await pool.run { RemotePurge.own(Closure(of: request.live, in: local)) }
        var report = Report()
        for round in 0..<RemotePurge.maximumRounds {
            let plan = try await RemotePurgePlan(request, source, local: local, keeping: kept)
            if round == 0 {
                report.byteCountBefore = plan.byteCount
                report.wasMarked = plan.isMarked
            }
            report.droppedFrames = max(report.droppedFrames, plan.frames.count)
            report.shared = plan.shared
            if let dryRunAt {
                try requireNoOtherClaim(plan, request)
                return report.foreseeing(plan, now: dryRunAt)
            }
            if plan.isSettled {
                try await hide(plan)
                return report.finished(plan)
            }
            try await carryOut(plan, request, &kept, &report)
        }
        throw RemoteError.busy(source.remote.name, cause: "others bring again what is to go", retryAfter: nil)
    }

    /// The frames that are parts of objects.
    private static func own(_ closure: Closure) -> Set<Digest> { Set(closure.frames.keys).subtracting(closure.bases) }

    private func requireNoOtherClaim(_ plan: RemotePurgePlan, _ request: Request) throws(RemoteError) {
        guard let other = plan.claims.first(where: { !request.repositories.contains($0.repository) }) else { return }
        throw .claimed(source.remote.name, root: other)
    }

    /// Does one round, in an order such that whatever is there at any moment can be used, and the next run goes on.
    private func carryOut(
        _ plan: RemotePurgePlan,
        _ request: Request,
        _ kept: inout Set<Digest>,
        _ report: inout Report
    ) async throws {
        let victims = request.oids
        let retired = plan.claims.filter { request.repositories.contains($0.repository) }
        for root in retired {
            if let left = root.removing(victims) { try await source.write(left) }
        }
        do throws(RemoteError) { try requireNoOtherClaim(plan, request) } catch {
            // Its claim outlives this repository's, so that it can purge the rest.
            for root in retired { try await source.remove(root) }
            try await source.remote.publish()
            throw error
        }
        // Whoever misses an object, as from here on, is to know why.
        for oid in victims.sorted() where !plan.survey.purged.contains(oid) {
            try await source.remote.write(Array(StoreLayout.purgedText.utf8), to: StoreLayout.purged(oid))
        }
        if !plan.affected.isEmpty { try await send(plan, &kept, &report) }
        // Before the tombs: whoever collects and sees one of these sees no root any more that would save what is to go.
        for root in retired { try await source.remove(root) }
        // Manifests last: by these, whoever goes on after a kill and a collection knows which frames are to go.
        let isManifests = { (pack: Digest) in plan.survey.indexes.pack(pack)?.kind == .metadata }
        try await sweep.bury(plan.unburied.filter { !isManifests($0) })
        try await sweep.bury(plan.unburied.filter(isManifests))
        try await source.remote.publish()
    }

    private var sweep: RemoteSweep { RemoteSweep(of: source, scratch: scratch, cancellation: cancellation) }

    /// Sends other copies of what would go with the packs: as they are stored here, else as they came from the remote.
    private func send(_ plan: RemotePurgePlan, _ kept: inout Set<Digest>, _ report: inout Report) async throws {
        let place = scratch.appending("purge")
        // What a killed run left.
        try Directories.removeTree(place)
        defer { try? Directories.removeTree(place) }
        let store = try await fetched(plan.affected, into: place)
        kept.formUnion(try await pool.run { RemotePurge.own(Closure(of: plan.affected, in: store)) })
        let push = Push(
            from: store,
            to: source,
            scratch: scratch,
            avoiding: plan.packs,
            pool: pool,
            cancellation: cancellation,
            progress: progress
        )
        let visit = try await RemoteVisit(writingTo: source)
        report.sentFrames += try await push.run(plan.affected, root: nil, after: visit).frameCount
    }

    /// Returns a store that has these objects whole: the local one, or, beside it, one that goes when this is done.
    ///
    /// For what an object decodes against comes with it, and is to stay nowhere.
    private func fetched(_ pointers: [Pointer], into place: FilePath) async throws -> LocalStore {
        let absent = try await pool.run { pointers.filter { !Closure(of: [$0], in: local).isComplete } }
        guard !absent.isEmpty else { return local }
        _ = try LocalStore.openOrCreate(place)
        try StoreAlternates(of: place).write([local.root])
        let store = try LocalStore(place)
        let fetch = Fetch(
            from: source,
            into: store,
            pool: pool,
            cancellation: cancellation,
            progress: progress
        )
        let report = try await fetch.run(absent)
        if let damaged = report.damaged.first { throw damaged.reason }
        guard report.missing.isEmpty else { throw RemoteError.incomplete(source.remote.name, objects: report.missing) }
        return store
    }

    /// Lets nothing find what is buried.
    private func hide(_ plan: RemotePurgePlan) async throws {
        guard !plan.hidden.isEmpty else { return }
        try await sweep.hide(plan.hidden, plan.mark, plan.survey)
        try await source.remote.publish()
    }
}

extension RemotePurge.Report {
    fileprivate func foreseeing(_ plan: RemotePurgePlan, now: Int64) -> RemotePurge.Report {
        var report = self
        report.sentFrames = plan.lacking.count
        report.byteCountAfter = plan.byteCountAfterwards
        report.goneAfter = plan.unburied.isEmpty ? plan.goneAfter(plan.packs) : now + RemoteCollection.gracePeriod
        return report
    }

    fileprivate func finished(_ plan: RemotePurgePlan) -> RemotePurge.Report {
        var report = self
        report.byteCountAfter = plan.byteCount
        if !plan.packs.isEmpty {
            report.goneAfter = plan.goneAfter(plan.packs)
        } else if report.wasMarked {
            // An earlier run hid what it buried, and nothing tells any more which of the packs that was.
            report.goneAfter = plan.goneAfter(plan.survey.tombs.keys)
        }
        return report
    }
}
