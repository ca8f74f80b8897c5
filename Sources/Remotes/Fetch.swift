package import ModelCore
package import Store
package import SystemIO
import SystemPackage

/// Brings objects from a remote into the local store: missing frames only, by ranges of packs.
///
/// Every frame is checked before it is stored, and every object as a whole before anything says that it is here.
package struct Fetch: Sendable {
    /// What a fetch did or would do.
    package struct Report: Sendable {
        /// The objects that were not here whole, and of which the remote had what was missing, by its own account all
        /// of it.
        package var objects: [Digest] = []
        /// Those of `objects` that were put together by the remote's indexes: that it has what was here already is not
        /// proven.
        package var unproven: Set<Digest> = []
        /// The objects that were not here whole, that the remote does not have either, and of which it had what was
        /// missing.
        package var completed: [Digest] = []
        /// The bytes of frames fetched.
        package var byteCount: Int64 = 0
        /// The objects that the remote does not have.
        package var missing: [Digest] = []
        /// The objects of which what the remote has is damaged, not understood, or not to be found for want of a list.
        package var damaged: [(oid: Digest, reason: RemoteError)] = []
    }

    /// How many stretches of packs are on their way at once, each of at most 8 MiB, unless somebody says otherwise.
    private static let usualRangesAtOnce = 8
    /// From this size on, a round trip more is worth it to learn in which order frames are needed, and to check objects
    /// meanwhile.
    package static let usualByteCountAhead: Int64 = 32 << 20

    let local: LocalStore
    let source: RemoteStore
    private let rangesAtOnce: Int
    private let byteCountAhead: Int64
    private let drafts: ObjectDrafts?
    let pool: WorkerPool
    let cancellation: Cancellation
    private let progress: @Sendable (_ done: Int64, _ total: Int64) -> Void

    /// Creates a fetch from `source` into `local`; objects of `byteCountAhead` bytes or more are checked while they
    /// arrive, and written to `drafts`.
    package init(
        from source: RemoteStore,
        into local: LocalStore,
        rangesAtOnce: Int? = nil,
        byteCountAhead: Int64 = Fetch.usualByteCountAhead,
        drafts: ObjectDrafts? = nil,
        pool: WorkerPool,
        cancellation: Cancellation,
        progress: @escaping @Sendable (_ done: Int64, _ total: Int64) -> Void
    ) {
        self.local = local
        self.source = source
        self.rangesAtOnce = rangesAtOnce ?? Fetch.usualRangesAtOnce
        self.byteCountAhead = byteCountAhead
        self.drafts = drafts
        self.pool = pool
        self.cancellation = cancellation
        self.progress = progress
    }

    /// Returns the pointers among `pointers` whose objects are not whole in the local store.
    package func absent(_ pointers: [Pointer]) -> [Pointer] {
        pointers.filter { !Closure(of: [$0], in: local).isComplete }
    }

    /// Fetches what the local store lacks of the objects of `pointers`; those that the remote lacks are in the report,
    /// and so are, where there are several, those that are damaged there, or that it has neither an own index of nor a
    /// list to look for them in.
    ///
    /// `tree` is what the objects are files of, where no pointers name them. `seeds` is asked, where any are absent,
    /// for files of this machine by absent object: frames that they have are taken from there.
    package func run(
        _ pointers: [Pointer],
        filesOf tree: Pointer? = nil,
        seeds: ([Pointer]) async throws -> [Digest: [Seed]] = { _ in [:] }
    ) async throws -> Report {
        var report = Report()
        let absent = try await pool.run { self.absent(pointers) }
        guard !absent.isEmpty else { return report }
        try local.requireWritable()
        try await source.requireReadable()
        let lock = try source.join()
        defer { extendLifetime(lock) }
        let sowing = Sowing(
            seeds: try await seeds(absent),
            ingest: SeedIngest(local, pool: pool, cancellation: cancellation)
        )
        var (rest, failures): ([Pointer], [Pointer: RemoteError]) = (absent, [:])
        if let tree { (rest, failures) = try await fetch(absent, of: tree, &report) }
        for pointer in rest {
            do {
                let earlier = failures[pointer]
                guard let arrival = try await fetch(pointer, filesOf: tree, after: earlier, sowing) else {
                    report.missing.append(pointer.oid)
                    continue
                }
                report.add(arrival, of: pointer)
            } catch let error as RemoteError where error.leavesOthers && absent.count > 1 {
                report.damaged.append((pointer.oid, error))
            }
        }
        return report
    }

    /// The files that may spare a fetch, and what takes frames from them.
    private struct Sowing {
        /// By the object that is fetched.
        let seeds: [Digest: [Seed]]
        let ingest: SeedIngest

        /// Returns what is left to fetch of what `find` finds, once the seeds of an object gave what they have.
        func rest(
            of pointer: Pointer,
            _ find: () async throws -> RemoteClosure.Found?
        ) async throws -> RemoteClosure.Found? {
            let found = try await find()
            guard let found, let seeds = seeds[pointer.oid], !found.frames.isEmpty else { return found }
            // What a frame from a seed would have decoded against may not be needed any more.
            return try await ingest.take(found.wanted, from: seeds) > 0 ? find() : found
        }
    }

    /// What came of an object, and whether the remote alone had it.
    struct Arrival {
        let byteCount: Int64
        let reach: RemoteWalk.Reach
        /// Whether the remote's object index led to it, which is written last and names everything.
        var isProven = false
    }

    /// Fetches one object and returns what came, or `nil` where the remote does not have what is missing of it.
    ///
    /// One of a tree's files was looked for in the tree's object index already, and `earlier` is what was wrong with
    /// that.
    private func fetch(
        _ pointer: Pointer,
        filesOf tree: Pointer?,
        after earlier: RemoteError?,
        _ sowing: Sowing
    ) async throws -> Arrival? {
        let closure = RemoteClosure(source: source, local: local)
        var useless = RemoteWalk.Useless()
        var failure = earlier
        do {
            if tree == nil, let hint = try await sowing.rest(of: pointer, { try await closure.hint(pointer) }) {
                let byteCount = try await receive(hint, of: pointer, refusing: &useless)
                return Arrival(byteCount: byteCount, reach: .remote, isProven: true)
            }
        } catch let error as RemoteError where error.isAboutContent {
            // The hint is damaged, or names a pack that collection took away: the indexes know where the frames went.
            if case .notFound = error {} else { failure = error }
        }
        while true {
            let known = (useless.packs.count, useless.manifests.count)
            do {
                let avoided = useless
                let search = { try await closure.search(pointer, avoiding: avoided) }
                guard let found = try await sowing.rest(of: pointer, search) else { break }
                let byteCount = try await receive(found, of: pointer, refusing: &useless)
                return Arrival(byteCount: byteCount, reach: .remote)
            } catch RemoteError.unlisted where failure != nil {
                // What was wrong with the file that led there says more.
                break
            } catch let error as RemoteError where error.isUnlisted {
                guard try await source.isPurged(pointer.oid) else { throw error }
                return nil
            } catch let error as RemoteError where error.isAboutContent {
                failure = error
                // Another copy may be better, or another manifest.
                if let pack = error.pack { useless.packs.insert(pack) }
                guard known != (useless.packs.count, useless.manifests.count) else { throw error }
            }
        }
        if let failure { throw failure }
        return try await complete(pointer, sowing)
    }

    /// Fetches single frames without which an object that is known here cannot be rebuilt, such as those of an
    /// alternate that is gone.
    private func complete(_ pointer: Pointer, _ sowing: Sowing) async throws -> Arrival? {
        let closure = RemoteClosure(source: source, local: local)
        let rest = try await sowing.rest(of: pointer) { try await closure.searchRest(pointer) }
        guard let rest else { return nil }
        var useless = RemoteWalk.Useless()
        let byteCount = try await receive(rest, of: pointer, refusing: &useless)
        return Arrival(byteCount: byteCount, reach: .remoteAndStore)
    }

    private func receive(
        _ found: RemoteClosure.Found,
        of pointer: Pointer,
        refusing useless: inout RemoteWalk.Useless
    ) async throws -> Int64 {
        let byteCount = try await receive(found, of: [pointer], refusing: &useless)
        try local.publishObjectIndex(of: pointer)
        return byteCount
    }

    func receive(
        _ found: RemoteClosure.Found,
        of pointers: [Pointer],
        refusing useless: inout RemoteWalk.Useless
    ) async throws -> Int64 {
        let receiver = FrameReceiver(local)
        let checks: ChecksAhead
        do { checks = try await receive(found, into: receiver) } catch {
            // What came is right and stays, so that the next attempt goes on here. Should that fail too, the first
            // error counts.
            do { try receiver.publish() } catch { receiver.abandon() }
            throw error
        }
        do { try receiver.publish() } catch {
            receiver.abandon()
            throw error
        }
        try await confirm(found, checked: checks, of: pointers, refusing: &useless)
        return found.byteCount
    }

    /// Receives all frames, and returns what was checked of their objects meanwhile.
    func receive(_ found: RemoteClosure.Found, into receiver: FrameReceiver) async throws -> ChecksAhead {
        let total = found.byteCount
        let done = ByteTally()
        func receive(_ ranges: [PackRange], advancing checks: ChecksAhead? = nil) async throws {
            try await ranges.forEach(atOnce: rangesAtOnce) { range in
                try await self.receive(range, into: receiver)
                progress(done.add(range.wantedByteCount), total)
                if let checks { try await pool.run(checks.advance) }
            }
        }
        let packs = Set(found.frames.map(\.pack)).compactMap { found.packs[$0] }
        let files = packs.map { RemoteFile(path: StoreLayout.pack($0.id), size: Int64($0.size)) }
        await source.remote.announce(files, for: .reading)
        var depths = Dictionary(grouping: found.frames, by: \.entry.depth).sorted { $0.key < $1.key }.map { depth in
            PackRange.covering(depth.value, packs: found.packs)
        }
        if total >= byteCountAhead, !depths.isEmpty {
            // Manifests, which are no differences, come first: they tell the order in which the rest is needed.
            try await receive(depths[0].filter { $0.kind == .metadata })
            depths[0].removeAll { $0.kind == .metadata }
        }
        if done.sum > 0 { try receiver.publish() }
        let objects = found.objects
        let checks = try await pool.run {
            ChecksAhead(
                of: unknown(objects),
                from: byteCountAhead,
                in: local,
                writingTo: drafts,
                until: cancellation
            )
        }
        // What decodes against a frame comes after it, for no frame is stored that was not decoded.
        for ranges in depths {
            try await receive(ranges.sorted { $0.turn(in: checks) < $1.turn(in: checks) }, advancing: checks)
            try receiver.publish()
        }
        return checks
    }

    private func receive(_ range: PackRange, into receiver: FrameReceiver) async throws {
        try cancellation.check()
        let file = StoreLayout.pack(range.pack)
        let bytes = try await source.remote.read(file, range: range.bytes)
        guard bytes.count == range.bytes.count else {
            let problem = "\(bytes.count) bytes came where \(range.bytes.count) were asked for"
            throw RemoteError.wrongContent(source.remote.name, file: file, problem: problem)
        }
        try await pool.run {
            do {
                try bytes.withUnsafeBytes { buffer in
                    try receiver.receive(
                        range.frames,
                        kind: range.kind,
                        from: buffer,
                        startingAt: range.bytes.lowerBound
                    )
                }
            } catch let error as FormatError { throw RemoteError(source.remote.name, file, error) }
        }
    }

    /// Checks every object of the closure as a whole, then lets the store know of it.
    private func confirm(
        _ found: RemoteClosure.Found,
        checked checks: ChecksAhead,
        of pointers: [Pointer],
        refusing useless: inout RemoteWalk.Useless
    ) async throws {
        let objects = unknown(found.objects)
        let results = try await pool.map(0..<objects.count) { position in
            try cancellation.check()
            return checks.isRight(objects[position]) ? .right : try verdict(on: objects[position])
        }
        var contents = IndexContents()
        var newer: RemoteError?
        for (object, verdict) in zip(objects, results) {
            if case .right = verdict { contents.add(object) } else { useless.manifests.insert(object) }
            if case .newer(let error) = verdict { newer = error }
        }
        if !contents.isEmpty { try local.publish(contents) }
        let closure = try await pool.run { Closure(of: pointers, in: local) }
        if let first = closure.incomplete.first {
            guard first.reason.isAbsence else { throw first.reason }
            if let newer { throw newer }
            let oid = pointers.count == 1 ? pointers[0].oid : first.oid
            let file = "object \(oid.abbreviated)"
            throw RemoteError.wrongContent(source.remote.name, file: file, problem: "\(first.reason)")
        }
    }

    /// Returns those of a closure's manifests and comparisons that the local store does not know yet.
    private func unknown(_ objects: [ObjectEntry]) -> [ObjectEntry] {
        objects.filter { !local.entries(of: $0.oid, kind: $0.kind).contains($0) }
    }

    /// What a manifest or comparison turned out to be.
    private enum Verdict: Sendable {
        case right
        case wrong
        case newer(RemoteError)
    }

    /// One that this version does not understand must not hide another that it does.
    private func verdict(on object: ObjectEntry) throws -> Verdict {
        let check = WholeObjectCheck(local, until: cancellation)
        do throws(StoreError) { return try check.isRight(object) ? .right : .wrong } catch {
            guard case .needsNewerVersion(_, let what) = error else { throw error }
            let file = "\(object.kind == .comparison ? "comparison" : "manifest") \(object.frame.abbreviated)"
            return .newer(.needsNewerVersion(source.remote.name, file: file, what))
        }
    }
}

extension Fetch.Report {
    /// Notes what came of an object.
    mutating func add(_ arrival: Fetch.Arrival, of pointer: Pointer) {
        byteCount += arrival.byteCount
        switch arrival.reach {
        case .remote:
            objects.append(pointer.oid)
            if !arrival.isProven { unproven.insert(pointer.oid) }
        case .remoteAndStore: completed.append(pointer.oid)
        }
    }
}
