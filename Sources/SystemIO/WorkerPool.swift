import Synchronization

/// Threads for work that computes or blocks, which must stay off Swift's cooperative pool.
///
/// A body must not wait for other work of the same pool.
package final class WorkerPool: Sendable {
    /// The pool for everything, one thread a processor.
    package static let shared = WorkerPool(threadCount: WorkerThread.processorCount)

    struct Queue {
        var jobs: [(@Sendable () -> Void)?] = []
        /// Jobs before this position have been taken, and nothing that they hold stays.
        var head = 0
        var isClosed = false
    }

    /// The number of threads.
    package let threadCount: Int
    private let queue = Monitor(Queue())

    /// Starts a pool of its own, whose threads end with it.
    package init(threadCount: Int) {
        self.threadCount = max(1, threadCount)
        for _ in 0..<self.threadCount {
            WorkerThread.start { [queue] in WorkerPool.work(queue) }
        }
    }

    deinit {
        queue.update { $0.isClosed = true }
    }

    /// Runs a body on a thread of the pool.
    ///
    /// When the calling task is cancelled before a thread is free, the body does not run and `CancellationError` is
    /// thrown at once; a body that has begun runs to its end (hand it a `Cancellation` to stop it earlier).
    package func run<R: Sendable>(_ body: @Sendable @escaping () throws -> R) async throws -> R {
        let job = Job<R>()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                guard job.enqueue(continuation) else { return }
                submit {
                    guard let continuation = job.start() else { return }
                    continuation.resume(with: Result { try body() })
                }
            }
        } onCancel: {
            job.cancel()
        }
    }

    /// Runs a body for each index, as many at a time as there are threads, and returns when all are done.
    ///
    /// The first error stops indices that have not begun and is thrown once those that have are done; so does a
    /// cancellation of the calling task.
    package func forEach(_ range: Range<Int>, _ body: @Sendable @escaping (Int) throws -> Void) async throws {
        let cursor = Cursor(range)
        try await Cancellation.withTask { cancellation in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<min(self.threadCount, range.count) {
                    group.addTask {
                        while try await self.run({ try cursor.advance(until: cancellation, body) }) {}
                    }
                }
                do {
                    try await group.waitForAll()
                } catch {
                    cancellation.cancel()
                    throw error
                }
            }
        }
    }

    /// Runs a body for each index, as `forEach` does, and returns the results in the order of the indices.
    package func map<R: Sendable>(
        _ range: Range<Int>,
        _ body: @Sendable @escaping (Int) throws -> R
    ) async throws -> [R] {
        let results = Results<R>(range)
        try await forEach(range) { index in results.store(try body(index), at: index) }
        return results.all
    }

    private func submit(_ job: @Sendable @escaping () -> Void) {
        queue.update { $0.jobs.append(job) }
    }

    private static func work(_ queue: Monitor<Queue>) {
        while let job = queue.wait({ $0.takeFirst() }) { job() }
    }
}

extension WorkerPool.Queue {
    /// Takes the oldest job: nothing while there is none, an empty answer once the pool has ended.
    mutating func takeFirst() -> (@Sendable () -> Void)?? {
        guard head < jobs.count else { return isClosed ? .some(nil) : nil }
        let job = jobs[head]
        jobs[head] = nil
        head += 1
        if head == jobs.count || head > 1024 {
            jobs.removeFirst(head)
            head = 0
        }
        return .some(job)
    }
}

/// A call of `WorkerPool.run` between its caller, a thread and a cancellation.
private final class Job<R: Sendable>: Sendable {
    private enum State {
        case new
        case queued(CheckedContinuation<R, any Error>)
        case over
    }

    private let state = Mutex(State.new)

    /// Makes the job wait for a thread; false when it was cancelled before, and its caller has been told.
    func enqueue(_ continuation: CheckedContinuation<R, any Error>) -> Bool {
        let isWaiting = state.withLock { state in
            guard case .new = state else { return false }
            state = .queued(continuation)
            return true
        }
        if !isWaiting { continuation.resume(throwing: CancellationError()) }
        return isWaiting
    }

    /// Begins the job; `nil` when it was cancelled while it waited.
    func start() -> CheckedContinuation<R, any Error>? {
        state.withLock { state in
            defer { state = .over }
            guard case .queued(let continuation) = state else { return nil }
            return continuation
        }
    }

    func cancel() {
        start()?.resume(throwing: CancellationError())
    }
}

/// The next index of a `forEach`, shared by its threads.
private final class Cursor: Sendable {
    private let next: Atomic<Int>
    private let end: Int

    init(_ range: Range<Int>) {
        next = Atomic(range.lowerBound)
        end = range.upperBound
    }

    /// Runs indices for a few milliseconds, then returns whether some are left, so that other work gets its turn.
    func advance(until cancellation: Cancellation, _ body: (Int) throws -> Void) throws -> Bool {
        let deadline = ContinuousClock.now + .milliseconds(5)
        repeat {
            try cancellation.check()
            let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
            guard index < end else { return false }
            do {
                try body(index)
            } catch {
                cancellation.cancel()
                throw error
            }
        } while ContinuousClock.now < deadline
        return true
    }
}

/// The results of a `map`, collected from its threads.
private final class Results<R: Sendable>: Sendable {
    private let start: Int
    private let values: Mutex<[R?]>

    init(_ range: Range<Int>) {
        start = range.lowerBound
        values = Mutex(Array(repeating: nil, count: range.count))
    }

    func store(_ value: R, at index: Int) {
        values.withLock { $0[index - start] = value }
    }

    var all: [R] { values.withLock { $0.compactMap(\.self) } }
}
