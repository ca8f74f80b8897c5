import ModelCore
import SystemIO

/// Hands the chunks of one file from its reader to other threads, with blocks to be read ahead, and collects what
/// becomes of the chunks in order.
///
/// Holds few chunks, so that memory stays bounded however large the file is; a reader that finds it full works on a
/// chunk itself.
final class ChunkQueue: Sendable {
    /// What a thread can do for the reader.
    enum Work {
        case read(BlockRead)
        case frame(ChunkJob)
    }

    private struct State {
        var reads: [BlockRead] = []
        var waiting: [ChunkJob] = []
        var results: [StoredFrame?] = []
        var unfinished = 0
        var isClosed = false
        var failure: StoreError?
    }

    private let monitor = Monitor(State())
    private let capacity: Int

    init(capacity: Int) { self.capacity = capacity }

    /// Queues a chunk; `false` where the queue is full and the caller has to do it.
    func offer(_ job: ChunkJob) throws(StoreError) -> Bool {
        try monitor.update { state in
            if let failure = state.failure { return Result<Bool, StoreError>.failure(failure) }
            state.results.append(nil)
            state.unfinished += 1
            guard state.waiting.count < capacity else { return .success(false) }
            state.waiting.append(job)
            return .success(true)
        }.get()
    }

    /// Queues a block to be read.
    func offer(_ block: BlockRead) { monitor.update { $0.reads.append(block) } }

    /// Takes something to do, sleeping while there is nothing; `nil` once the queue is closed and empty.
    ///
    /// Blocks come first, for the reader is what everybody waits for.
    func take() throws(StoreError) -> Work? {
        try monitor.wait { state -> Result<Work?, StoreError>? in
            if let failure = state.failure { return .failure(failure) }
            if !state.reads.isEmpty { return .success(.read(state.reads.removeFirst())) }
            if !state.waiting.isEmpty { return .success(.frame(state.waiting.removeFirst())) }
            return state.isClosed ? .success(nil) : nil
        }.get()
    }

    /// Reads blocks, and does with chunks what `body` says, until the file is read; any thread may help so.
    func work(_ body: (ChunkJob) throws(StoreError) -> StoredFrame) throws(StoreError) {
        while let work = try take() {
            switch work {
            case .read(let block): block.perform()
            case .frame(let job): complete(job, with: try body(job))
            }
        }
    }

    /// Notes what became of a chunk.
    func complete(_ job: ChunkJob, with result: StoredFrame) {
        monitor.update { state in
            state.results[job.number] = result
            state.unfinished -= 1
        }
    }

    /// Ends the queue: no chunk comes any more, or, with a failure, none shall be done.
    func close(failure: StoreError? = nil) {
        monitor.update { state in
            state.failure = state.failure ?? failure
            state.isClosed = true
        }
    }

    /// Waits until every chunk is done and returns what became of them, in order.
    func results() throws(StoreError) -> [StoredFrame] {
        try monitor.wait { state -> Result<[StoredFrame], StoreError>? in
            if let failure = state.failure { return .failure(failure) }
            return state.unfinished == 0 ? .success(state.results.compactMap { $0 }) : nil
        }.get()
    }
}
