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
    /// What earlier versions of large files were made of, where that is remembered.
    let known: KnownFiles?
    /// The models beside the files.
    let models = ModelsBeside()
    let cancellation: Cancellation
    let progress: @Sendable (Int64) -> Void

    /// Creates an ingest whose files share `bufferCount` buffers; each thread may hold two, and each queued chunk one.
    init(
        frames: FrameIngest,
        bufferCount: Int,
        known: KnownFiles?,
        cancellation: Cancellation,
        progress: @escaping @Sendable (Int64) -> Void
    ) {
        self.frames = frames
        self.known = known
        self.cancellation = cancellation
        self.progress = progress
        buffers = BufferPool(bufferSize: FileCutter.bufferByteCount, count: bufferCount)
    }

    private var cutter: FileCutter { FileCutter(buffers: buffers, frameByteCount: frames.sizes.frameByteCount) }

    /// Adds a whole file on this thread.
    func add(_ path: FilePath, bases: FileBases, worker: inout FrameWorker) throws(StoreError) -> IngestedObject {
        let reading = try FileReading.begin(path, frames.sizes, bases: bases, beside: models)
        if reading.source.status.size < frames.sizes.oneFrameByteCount {
            return try addSmall(reading, worker: &worker)
        }
        var stored: [StoredFrame] = []
        let cut = try cutter.cut(reading.source, into: reading.assembly) { job throws(StoreError) in
            stored.append(try put(job, worker: &worker))
        }
        return try finish(reading, cut: cut, stored: stored, worker: &worker)
    }

    /// Opens a file that is large, and returns its beginning, where that may be as it was.
    func begin(_ path: FilePath, bases: FileBases) throws(StoreError) -> (FileReading, KnownBeginning?) {
        let reading = try FileReading.begin(
            path,
            frames.sizes,
            bases: bases,
            beside: models,
            known: known?.file(at: path)
        )
        let isCut = reading.source.status.size >= frames.sizes.oneFrameByteCount
        let frameByteCount = frames.sizes.frameByteCount
        return (reading, isCut ? KnownBeginning(of: reading.assembly, frameByteCount: frameByteCount) : nil)
    }

    /// Compares a file's beginning with what is known of it; any number of threads may help so.
    func work(
        on beginning: KnownBeginning,
        of reading: FileReading,
        worker: inout FrameWorker
    ) throws(StoreError) {
        do throws(StoreError) {
            while let turn = beginning.next() { try compare(turn, of: beginning, reading, worker: &worker) }
        } catch {
            beginning.end(before: 0)
            throw error
        }
    }

    /// Reads one or two cuts, and stores those that are as they were.
    private func compare(
        _ turn: Range<Int>,
        of beginning: KnownBeginning,
        _ reading: FileReading,
        worker: inout FrameWorker
    ) throws(StoreError) {
        do { try cancellation.check() } catch { throw .cancelled }
        let pair = [buffers.acquire(), buffers.acquire()]
        func bytes(_ index: Int) -> UnsafeMutableRawBufferPointer {
            guard turn.contains(index) else { return UnsafeMutableRawBufferPointer(start: nil, count: 0) }
            let range = beginning.places[index].range
            return UnsafeMutableRawBufferPointer(rebasing: pair[index - turn.lowerBound].bytes[..<range.count])
        }
        for index in turn { try reading.source.read(into: bytes(index), at: beginning.places[index].range.lowerBound) }
        let (first, second) = (turn.lowerBound, turn.lowerBound + 1)
        let digests = SHA256.digests(of: UnsafeRawBufferPointer(bytes(first)), UnsafeRawBufferPointer(bytes(second)))
        for index in turn {
            let place = beginning.places[index]
            guard place.cut.frame.id == (index == first ? digests.0 : digests.1) else {
                return beginning.end(before: index)
            }
            if reading.plan.pieces[place.piece].isInline {
                beginning.take(Array(bytes(index)), at: index)
                continue
            }
            let job = ChunkJob(
                buffer: pair[index - first],
                range: 0..<place.range.count,
                frame: place.cut.frame,
                number: index,
                piece: place.piece,
                role: reading.assembly.role(
                    ofFrame: place.position,
                    of: place.piece,
                    byteCount: place.range.count
                ),
                statistics: reading.assembly.statistics(of: place.cut.frame, ofPiece: place.piece)
            )
            beginning.take(try put(job, worker: &worker), at: index)
        }
        extendLifetime(pair)
    }

    /// Adds a file behind its beginning with the calling thread as reader; `queue` hands chunks to other threads, and
    /// takes them back where they lag.
    func add(
        _ reading: FileReading,
        after beginning: KnownBeginning.Outcome,
        through queue: ChunkQueue,
        worker: inout FrameWorker
    ) throws(StoreError) -> IngestedObject {
        guard reading.source.status.size >= frames.sizes.oneFrameByteCount else {
            // Cut since its size was looked at.
            queue.close()
            return try addSmall(reading, worker: &worker)
        }
        var cut = try cutter.cut(
            reading.source,
            into: reading.assembly,
            after: beginning,
            aheadBy: queue
        ) { job throws(StoreError) in
            if try !queue.offer(job) { queue.complete(job, with: try put(job, worker: &worker)) }
        }
        queue.close()
        try work(through: queue, worker: &worker)
        let stored = beginning.stored + (try queue.results())
        cut.inline.merge(beginning.inline) { own, _ in own }
        cut.hashes = beginning.hashes + cut.hashes
        if let known, let file = reading.assembly.known(stored, cut, frameByteCount: frames.sizes.frameByteCount) {
            known.record(file, at: reading.source.path)
        }
        return try finish(reading, cut: cut, stored: stored, worker: &worker)
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
        let statistics = job.statistics ?? StatisticsAccumulator(raw, of: job.role.type)
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

    private func addSmall(_ reading: FileReading, worker: inout FrameWorker) throws(StoreError) -> IngestedObject {
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
        // Which tensors it has is found in its bytes whenever somebody asks; what is worth telling, now.
        let held = HeldBytes(bytes: Array(bytes))
        let plan = try SegmentPlan(of: held, named: reading.source.path.lastComponent?.string ?? "")
        extendLifetime(buffer)
        progress(Int64(size))
        return object(reading, oid: frame.id, note: plan.note)
    }

    private func finish(
        _ reading: FileReading,
        cut: FileCutter.Outcome,
        stored: [StoredFrame],
        worker: inout FrameWorker
    ) throws(StoreError) -> IngestedObject {
        let manifests = ManifestIngest(frames: frames)
        let size = reading.source.status.size
        let segments = reading.assembly.segments(of: stored, inline: cut.inline)
        try manifests.add(
            oid: cut.oid,
            size: size,
            plan: reading.plan,
            segments: segments,
            worker: &worker
        )
        let tensors = reading.plan.hasManifest ? reading.assembly.compared(segments, of: stored) : []
        return object(reading, oid: cut.oid, tensors: tensors)
    }

    private func object(
        _ reading: FileReading,
        oid: Digest,
        note: String? = nil,
        tensors: [ComparedTensor] = []
    ) -> IngestedObject {
        let status = reading.source.status
        return IngestedObject(
            oid: oid,
            size: status.size,
            status: status,
            readAt: reading.readAt,
            note: note ?? reading.plan.note,
            tensors: tensors
        )
    }
}

extension SegmentPlan {
    /// Plans the segments of an open file that is cut into frames; one that is a single frame is not looked at.
    init(adding source: FileSource, beside models: ModelsBeside, _ sizes: StoreSizes) throws(StoreError) {
        guard source.byteCount >= sizes.oneFrameByteCount else {
            self.init(.unknown, byteCount: source.byteCount)
            return
        }
        try self.init(of: source, beside: models)
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
