import Codec
import ModelCore
import Synchronization
import SystemIO
import SystemPackage

/// A frame that was cut from a file and waits to be hashed, encoded and written.
struct ChunkJob: Sendable {
    let buffer: BufferPool.Buffer
    let range: Range<Int>
    let number: Int
}

/// Adds one file: reads it once, hashes it as a whole, cuts it into frames and lists them in a manifest.
struct FileIngest {
    /// Files below this size are one frame, and their object id is the frame's.
    static let oneFrameByteCount: Int64 = 256 << 10
    /// How many bytes are read at once.
    private static let readByteCount = 4 << 20
    /// Room for the rest of the previous block that is not yet cut, and for a new one.
    private static let bufferByteCount = readByteCount + Chunker.maximumLength

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
        buffers = BufferPool(bufferSize: FileIngest.bufferByteCount, count: bufferCount)
    }

    /// Adds a whole file on this thread.
    func add(_ path: FilePath, worker: inout FrameWorker) throws(StoreError) -> IngestedObject {
        let readAt = WallClock.now()
        let source = try FileSource(path)
        if source.status.size < FileIngest.oneFrameByteCount {
            return try addSmall(source, readAt: readAt, worker: &worker)
        }
        var references: [FrameReference] = []
        let oid = try cut(source) { job throws(StoreError) in
            references.append(try put(job, worker: &worker))
        }
        return try finish(source, oid: oid, references: references, readAt: readAt, worker: &worker)
    }

    /// Adds a file with the calling thread as reader; `queue` hands chunks to other threads, and takes them back where they lag.
    func add(_ path: FilePath, through queue: ChunkQueue, worker: inout FrameWorker) throws(StoreError)
        -> IngestedObject
    {
        let readAt = WallClock.now()
        let source = try FileSource(path)
        let oid = try cut(source) { job throws(StoreError) in
            if try !queue.offer(job) { queue.complete(job, with: try put(job, worker: &worker)) }
        }
        queue.close()
        while let job = try queue.take() { queue.complete(job, with: try put(job, worker: &worker)) }
        let references = try queue.references()
        return try finish(source, oid: oid, references: references, readAt: readAt, worker: &worker)
    }

    func put(_ job: ChunkJob, worker: inout FrameWorker) throws(StoreError) -> FrameReference {
        do { try cancellation.check() } catch { throw .cancelled }
        let raw = UnsafeRawBufferPointer(rebasing: job.buffer.bytes[job.range])
        let frame = try frames.put(raw, kind: .data, worker: &worker)
        extendLifetime(job)
        progress(Int64(raw.count))
        return frame
    }

    private func addSmall(
        _ source: borrowing FileSource,
        readAt: Int64,
        worker: inout FrameWorker
    ) throws(StoreError) -> IngestedObject {
        let size = Int(source.status.size)
        guard size > 0 else {
            try source.requireUnchanged()
            return IngestedObject(oid: LocalStore.emptyObject, size: 0, status: source.status, readAt: readAt)
        }
        let buffer = buffers.acquire()
        let bytes = UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[0..<size])
        try source.read(into: bytes, at: 0)
        try source.requireUnchanged()
        let job = ChunkJob(buffer: buffer, range: 0..<size, number: 0)
        let frame = try put(job, worker: &worker)
        return IngestedObject(oid: frame.id, size: source.status.size, status: source.status, readAt: readAt)
    }

    /// Reads the file from end to end, hands every chunk to `emit` in order, and returns the digest of the whole.
    private func cut(
        _ source: borrowing FileSource,
        emit: (ChunkJob) throws(StoreError) -> Void
    ) throws(StoreError) -> Digest {
        let size = source.status.size
        var hash = SHA256()
        var offset: Int64 = 0
        var number = 0
        var buffer = buffers.acquire()
        var filled = 0
        while offset < size {
            let count = Int(min(Int64(FileIngest.readByteCount), size - offset))
            let fresh = UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[filled..<(filled + count)])
            try source.read(into: fresh, at: offset)
            hash.update(UnsafeRawBufferPointer(fresh))
            offset += Int64(count)
            filled += count
            var start = 0
            while let length = Chunker.firstBoundary(
                in: UnsafeRawBufferPointer(rebasing: buffer.bytes[start..<filled]),
                isEnd: offset == size
            ) {
                try emit(ChunkJob(buffer: buffer, range: start..<(start + length), number: number))
                number += 1
                start += length
            }
            guard offset < size else { break }
            // What is not cut yet moves to the next buffer; other threads may still read this one.
            let next = buffers.acquire()
            next.bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer.bytes[start..<filled]))
            extendLifetime(buffer)
            filled -= start
            buffer = next
        }
        extendLifetime(buffer)
        try source.requireUnchanged()
        return hash.finish()
    }

    private func finish(
        _ source: borrowing FileSource,
        oid: Digest,
        references: [FrameReference],
        readAt: Int64,
        worker: inout FrameWorker
    ) throws(StoreError) -> IngestedObject {
        let manifests = ManifestIngest(frames: frames)
        try manifests.add(oid: oid, size: source.status.size, references: references, worker: &worker)
        return IngestedObject(oid: oid, size: source.status.size, status: source.status, readAt: readAt)
    }
}
