import ModelCore
import SystemIO

/// Hands the chunks of one file from its reader to other threads and collects what becomes of them in order.
///
/// Holds few chunks, so that memory stays bounded however large the file is; a reader that finds it full works on a chunk itself.
final class ChunkQueue: Sendable {
    private struct State {
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

    /// Takes a chunk, sleeping while there is none; `nil` once the queue is closed and empty.
    func take() throws(StoreError) -> ChunkJob? {
        try monitor.wait { state -> Result<ChunkJob?, StoreError>? in
            if let failure = state.failure { return .failure(failure) }
            if !state.waiting.isEmpty { return .success(state.waiting.removeFirst()) }
            return state.isClosed ? .success(nil) : nil
        }.get()
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
