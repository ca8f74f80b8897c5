import Codec
package import ModelCore
import Synchronization
package import SystemIO
import SystemPackage

/// Stores frames that are wanted from files that have them, so that no remote has to send them.
///
/// A file is cut as `IngestSession` would cut it, and what is stored is named by the digest of the very bytes in
/// memory: a file that changes meanwhile gives fewer frames, never wrong ones.
package final class SeedIngest: Sendable {
    /// The number of chunks that may wait for a thread.
    private static let queueCapacity = 16
    /// How many times faster a file is read than fetched: where less of it could be wanted, it is not read.
    private static let readingAdvantage: Int64 = 16

    private let store: LocalStore
    private let pool: WorkerPool
    private let cancellation: Cancellation
    private let models = ModelsBeside()
    /// What files that were read are made of, so that none is read for nothing twice.
    private let contents = Mutex<[Seed: Set<FrameReference>]>([:])

    /// Creates an ingest into `store`.
    package init(_ store: LocalStore, pool: WorkerPool, cancellation: Cancellation) {
        self.store = store
        self.pool = pool
        self.cancellation = cancellation
    }

    /// Stores in full those of `wanted` that the files have, and returns how many bytes of them there were.
    ///
    /// A file that cannot be read, or whose object the store has whole, gives nothing. Throws where the store cannot be
    /// written to.
    package func take(_ wanted: Set<FrameReference>, from seeds: [Seed]) async throws -> Int64 {
        let useful = try await pool.run { seeds.filter { self.isUseful($0, for: wanted) } }
        guard !useful.isEmpty else { return 0 }
        let frames = FrameIngest(store)
        do {
            let small = useful.filter { $0.isOneFrame(store.sizes) }
            _ = try await pool.map(small.count, state: { [store] in FrameWorker(store) }) { turn, worker in
                try self.giving { () throws(StoreError) in try self.takeWhole(small[turn], into: frames, &worker) }
            }
            for seed in useful where !seed.isOneFrame(store.sizes) { try await take(wanted, from: seed, into: frames) }
            let packs = try frames.finish()
            // What was taken of a file that turned out to change is as right as the rest.
            var contents = IndexContents()
            for pack in packs { contents.add(pack) }
            if !contents.isEmpty { try store.publish(contents) }
            return packs.reduce(0) { sum, pack in pack.contents.entries.reduce(sum) { $0 + Int64($1.rawLength) } }
        } catch {
            frames.abandon()
            throw error
        }
    }

    /// Returns which of `wanted` the files have; stores nothing.
    package func find(_ wanted: Set<FrameReference>, in seeds: [Seed]) async throws -> Set<Digest> {
        let useful = try await pool.run { seeds.filter { self.isUseful($0, for: wanted) } }
        let small = useful.filter { $0.isOneFrame(store.sizes) }
        let whole = try await pool.map(small.count, state: { [store] in FrameWorker(store) }) { turn, worker in
            var found: FrameReference?
            try self.giving { () throws(StoreError) in
                found = try self.takeWhole(small[turn], into: nil, &worker)
            }
            return found
        }
        for seed in useful where !seed.isOneFrame(store.sizes) && contents.withLock({ $0[seed] }) == nil {
            try await take(wanted, from: seed, into: nil)
        }
        let cut = contents.withLock { contents in useful.flatMap { contents[$0] ?? [] } }
        return Set((whole.compactMap { $0 } + cut).filter(wanted.contains).map(\.id))
    }

    private func isUseful(_ seed: Seed, for wanted: Set<FrameReference>) -> Bool {
        if seed.isOneFrame(store.sizes) {
            return wanted.contains(FrameReference(id: seed.object.oid, byteCount: Int(seed.object.size)))
        }
        let wantedByteCount = wanted.reduce(0) { $0 + Int64($1.byteCount) }
        guard wantedByteCount >= seed.object.size / SeedIngest.readingAdvantage else { return false }
        if let known = contents.withLock({ $0[seed] }) { return !known.isDisjoint(with: wanted) }
        // What the store has whole was looked for there already.
        return !Closure(of: [seed.object], in: store).isComplete
    }

    /// Does what a file may fail; what it does not give comes from the remote, and `finish` tells what could not be
    /// stored.
    private func giving(_ body: () throws(StoreError) -> Void) throws(StoreError) {
        do throws(StoreError) { try body() } catch { if case .cancelled = error { throw error } }
    }

    /// Takes a file that is one frame, and returns that; `nil` where it is not what it was.
    @discardableResult
    private func takeWhole(
        _ seed: Seed,
        into frames: FrameIngest?,
        _ worker: inout FrameWorker
    ) throws(StoreError) -> FrameReference? {
        do { try cancellation.check() } catch { throw .cancelled }
        let source = try FileSource(seed.path)
        guard source.status.size == seed.object.size else { return nil }
        let bytes = try source.read(0..<source.status.size)
        let frame = FrameReference(id: SHA256.digest(of: bytes), byteCount: bytes.count)
        guard frame.id == seed.object.oid else { return nil }
        try bytes.withUnsafeBytes { raw in
            Result { () throws(StoreError) in try frames?.put(frame, raw, as: .data, worker: &worker) }
        }.get()
        return frame
    }

    /// Cuts a file, and stores what is wanted of it, unless it is only to be known what that is.
    private func take(_ wanted: Set<FrameReference>, from seed: Seed, into frames: FrameIngest?) async throws {
        let queue = ChunkQueue(capacity: SeedIngest.queueCapacity)
        let roles = Turns(count: 1)
        try await pool.onEveryThread {
            try self.giving { () throws(StoreError) in
                do throws(StoreError) {
                    var worker = FrameWorker(self.store)
                    if roles.next() != nil { try self.cut(seed, for: wanted, into: frames, through: queue, &worker) }
                    try queue.work { job throws(StoreError) in
                        try self.put(job, if: wanted, into: frames, &worker)
                    }
                } catch {
                    queue.close(failure: error)
                    throw error
                }
            }
        }
        try giving { () throws(StoreError) in
            let found = Set(try queue.results().map(\.reference))
            contents.withLock { $0[seed] = found }
        }
    }

    /// Reads a file from end to end; where the other threads lag, this one does their work, too.
    private func cut(
        _ seed: Seed,
        for wanted: Set<FrameReference>,
        into frames: FrameIngest?,
        through queue: ChunkQueue,
        _ worker: inout FrameWorker
    ) throws(StoreError) {
        defer { queue.close() }
        let source = try FileSource(seed.path)
        // One that is empty by now has nothing to cut.
        guard source.status.size > 0 else { return }
        let plan = try SegmentPlan(adding: source, beside: models, store.sizes)
        let count = SeedIngest.queueCapacity + 2 * pool.threadCount
        let buffers = BufferPool(bufferSize: FileCutter.bufferByteCount, count: count)
        let assembly = SegmentAssembly(plan, bases: FileBases())
        let cutter = FileCutter(buffers: buffers, frameByteCount: store.sizes.frameByteCount)
        _ = try cutter.cut(source, into: assembly, aheadBy: queue) { job throws(StoreError) in
            if try !queue.offer(job) {
                queue.complete(job, with: try put(job, if: wanted, into: frames, &worker))
            }
        }
    }

    private func put(
        _ job: ChunkJob,
        if wanted: Set<FrameReference>,
        into frames: FrameIngest?,
        _ worker: inout FrameWorker
    ) throws(StoreError) -> StoredFrame {
        do { try cancellation.check() } catch { throw .cancelled }
        if let frames, wanted.contains(job.frame) {
            let raw = UnsafeRawBufferPointer(rebasing: job.buffer.bytes[job.range])
            try frames.put(job.frame, raw, as: job.role, worker: &worker)
        }
        extendLifetime(job)
        return StoredFrame(reference: job.frame, piece: job.piece)
    }
}

extension Seed {
    fileprivate func isOneFrame(_ sizes: StoreSizes) -> Bool { object.size < sizes.oneFrameByteCount }
}
