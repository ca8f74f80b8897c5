import Codec
import ModelCore
import Synchronization
import SystemIO
import SystemPackage
import TensorFormats

/// Adds one file: reads it once, hashes it as a whole, cuts it into frames and lists them in a manifest.
struct FileIngest {
    let frames: FrameIngest
    let buffers: BufferPool
    let cancellation: Cancellation
    let progress: @Sendable (Int64) -> Void

    /// Creates an ingest whose files share `bufferCount` buffers; each thread may hold two, and each queued chunk one.
    init(
        frames: FrameIngest,
        bufferCount: Int,
        cancellation: Cancellation,
        progress: @escaping @Sendable (Int64) -> Void
    ) {
        self.frames = frames
        self.cancellation = cancellation
        self.progress = progress
        buffers = BufferPool(bufferSize: FileCutter.bufferByteCount, count: bufferCount)
    }

    private var cutter: FileCutter { FileCutter(buffers: buffers, frameByteCount: frames.sizes.frameByteCount) }

    /// A file that is being read, and how.
    private struct Reading: ~Copyable {
        let source: FileSource
        let readAt: Int64
        let plan: SegmentPlan

        static func begin(_ path: FilePath, _ sizes: StoreSizes) throws(StoreError) -> Reading {
            let readAt = WallClock.now()
            let source = try FileSource(path)
            let plan = try SegmentPlan(of: source, sizes)
            return Reading(source: source, readAt: readAt, plan: plan)
        }
    }

    /// Adds a whole file on this thread.
    func add(_ path: FilePath, bases: FileBases, worker: inout FrameWorker) throws(StoreError) -> IngestedObject {
        let reading = try Reading.begin(path, frames.sizes)
        if reading.source.status.size < frames.sizes.oneFrameByteCount {
            return try addSmall(reading, worker: &worker)
        }
        let assembly = SegmentAssembly(reading.plan, bases: bases)
        var stored: [StoredFrame] = []
        let cut = try cutter.cut(reading.source, into: assembly) { job throws(StoreError) in
            stored.append(try put(job, worker: &worker))
        }
        return try finish(reading, cut: cut, assembly: assembly, stored: stored, worker: &worker)
    }

    /// Adds a file with the calling thread as reader; `queue` hands chunks to other threads, and takes them back where they lag.
    func add(
        _ path: FilePath,
        bases: FileBases,
        through queue: ChunkQueue,
        worker: inout FrameWorker
    ) throws(StoreError) -> IngestedObject {
        let reading = try Reading.begin(path, frames.sizes)
        guard reading.source.status.size >= frames.sizes.oneFrameByteCount else {
            // Cut since its size was looked at.
            queue.close()
            return try addSmall(reading, worker: &worker)
        }
        let assembly = SegmentAssembly(reading.plan, bases: bases)
        let cut = try cutter.cut(reading.source, into: assembly, aheadBy: queue) { job throws(StoreError) in
            if try !queue.offer(job) { queue.complete(job, with: try put(job, worker: &worker)) }
        }
        queue.close()
        try work(through: queue, worker: &worker)
        let stored = try queue.results()
        return try finish(reading, cut: cut, assembly: assembly, stored: stored, worker: &worker)
    }

    /// Does what there is to do for the reader of a file until the file is read.
    func work(through queue: ChunkQueue, worker: inout FrameWorker) throws(StoreError) {
        try queue.work { job throws(StoreError) in try put(job, worker: &worker) }
    }

    /// Stores the frame of a job, on whatever thread took it.
    private func put(_ job: ChunkJob, worker: inout FrameWorker) throws(StoreError) -> StoredFrame {
        do { try cancellation.check() } catch { throw .cancelled }
        let raw = UnsafeRawBufferPointer(rebasing: job.buffer.bytes[job.range])
        try frames.put(job.frame, raw, as: job.role, worker: &worker)
        let statistics = StatisticsAccumulator(raw, of: job.role.type)
        let comparison = try compare(raw, job.frame, job.role, statistics, worker: &worker)
        extendLifetime(job)
        progress(Int64(raw.count))
        return StoredFrame(reference: job.frame, piece: job.piece, statistics: statistics, comparison: comparison)
    }

    /// Compares a frame with the earlier version's; the same one is not even read.
    private func compare(
        _ raw: UnsafeRawBufferPointer,
        _ frame: FrameReference,
        _ role: FrameRole,
        _ statistics: StatisticsAccumulator?,
        worker: inout FrameWorker
    ) throws(StoreError) -> ComparisonAccumulator? {
        guard let earlier = role.earlier, let statistics else { return nil }
        if earlier == frame { return ComparisonAccumulator(unchanged: statistics) }
        return try worker.compare(raw, of: role.type, with: earlier)
    }

    private func addSmall(_ reading: borrowing Reading, worker: inout FrameWorker) throws(StoreError) -> IngestedObject
    {
        let size = Int(reading.source.status.size)
        guard size > 0 else {
            try reading.source.requireUnchanged()
            return object(reading, oid: LocalStore.emptyObject)
        }
        let buffer = buffers.acquire()
        let bytes = UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[0..<size])
        try reading.source.read(into: bytes, at: 0)
        try reading.source.requireUnchanged()
        do { try cancellation.check() } catch { throw .cancelled }
        let frame = try frames.put(UnsafeRawBufferPointer(bytes), as: .data, worker: &worker)
        extendLifetime(buffer)
        progress(Int64(size))
        return object(reading, oid: frame.id)
    }

    private func finish(
        _ reading: borrowing Reading,
        cut: FileCutter.Outcome,
        assembly: SegmentAssembly,
        stored: [StoredFrame],
        worker: inout FrameWorker
    ) throws(StoreError) -> IngestedObject {
        let manifests = ManifestIngest(frames: frames)
        let size = reading.source.status.size
        let segments = assembly.segments(of: stored, inline: cut.inline)
        try manifests.add(
            oid: cut.oid,
            size: size,
            plan: reading.plan,
            segments: segments,
            worker: &worker
        )
        return object(reading, oid: cut.oid, tensors: assembly.compared(segments, of: stored))
    }

    private func object(
        _ reading: borrowing Reading,
        oid: Digest,
        tensors: [ComparedTensor] = []
    ) -> IngestedObject {
        let status = reading.source.status
        return IngestedObject(oid: oid, size: status.size, status: status, readAt: reading.readAt, tensors: tensors)
    }
}

extension FileSource: ByteSource {
    typealias Failure = StoreError

    var byteCount: Int64 { status.size }

    func read(_ range: Range<Int64>) throws(StoreError) -> [UInt8] {
        var failure: StoreError?
        let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
            do throws(StoreError) {
                let bytes = UnsafeMutableRawBufferPointer(buffer)
                try read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[..<range.count]), at: range.lowerBound)
                count = range.count
            } catch { failure = error }
        }
        if let failure { throw failure }
        return bytes
    }
}
