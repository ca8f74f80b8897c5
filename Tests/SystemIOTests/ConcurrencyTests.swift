import Synchronization
import SystemIO
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ConcurrencyTests {
    private struct Failure: Error, Equatable {}

    /// A door that threads wait at until it is opened.
    private final class Door: Sendable {
        private let queue = BoundedQueue<Int>(capacity: 1)

        func waitUntilOpen() { _ = queue.pop() }
        func open() { queue.close() }
    }

    @Test
    func `a body's result and error come back`() async throws {
        let pool = WorkerPool(threadCount: 2)
        #expect(try await pool.run { 6 * 7 } == 42)
        await #expect(throws: Failure()) { try await pool.run { throw Failure() } }
    }

    @Test
    func `queued work of a cancelled task does not start, and its caller hears at once`() async throws {
        let pool = WorkerPool(threadCount: 1)
        let door = Door()
        let blocker = Task { try await pool.run { door.waitUntilOpen() } }
        let ran = Cancellation()
        let queued = Task { try await pool.run { ran.cancel() } }
        queued.cancel()
        await #expect(throws: CancellationError.self) { try await queued.value }
        door.open()
        try await blocker.value
        try await pool.run {}
        #expect(!ran.isCancelled)
    }

    @Test
    func `forEach visits every index once`() async throws {
        let counts = Mutex([Int](repeating: 0, count: 1000))
        try await WorkerPool.shared.forEach(0..<1000) { index in counts.withLock { $0[index] += 1 } }
        #expect(counts.withLock(\.self).allSatisfy { $0 == 1 })
        try await WorkerPool.shared.forEach(0..<0) { _ in Issue.record("there is nothing to visit") }
    }

    @Test
    func `forEach runs no more at a time than there are threads`() async throws {
        let pool = WorkerPool(threadCount: 3)
        let running = Atomic(0)
        try await pool.forEach(0..<200) { _ in
            #expect(running.wrappingAdd(1, ordering: .relaxed).newValue <= 3)
            running.wrappingSubtract(1, ordering: .relaxed)
        }
    }

    @Test
    func `the first error of forEach stops what has not begun`() async throws {
        let pool = WorkerPool(threadCount: 2)
        let visited = Atomic(0)
        await #expect(throws: Failure()) {
            try await pool.forEach(0..<1_000_000) { index in
                visited.wrappingAdd(1, ordering: .relaxed)
                if index == 10 { throw Failure() }
            }
        }
        #expect(visited.load(ordering: .relaxed) < 1_000_000)
    }

    @Test
    func `cancelling the task stops forEach`() async throws {
        let pool = WorkerPool(threadCount: 2)
        let began = Door()
        let task = Task {
            try await pool.forEach(0..<Int.max) { _ in began.open() }
        }
        try await WorkerPool(threadCount: 1).run { began.waitUntilOpen() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test
    func `map keeps the order of the indices`() async throws {
        #expect(try await WorkerPool.shared.map(5..<500) { $0 * 2 } == (5..<500).map { $0 * 2 })
    }

    @Test
    func `two uses of one pool both advance`() async throws {
        let pool = WorkerPool(threadCount: 1)
        let other = Cancellation()
        let endless = Task {
            try await pool.forEach(0..<Int.max) { _ in if other.isCancelled { throw Failure() } }
        }
        try await pool.run { other.cancel() }
        await #expect(throws: Failure()) { try await endless.value }
    }

    @Test
    func `a task's cancellation sets the flag`() async throws {
        let task = Task {
            try await Cancellation.withTask { cancellation in
                try await WorkerPool.shared.run { while true { try cancellation.check() } }
            }
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test
    func `a queue hands everything over in order and holds no more than its capacity`() async throws {
        let queue = BoundedQueue<Int>(capacity: 3)
        let pool = WorkerPool(threadCount: 2)
        let pushed = Atomic(0)
        async let producer: Void = pool.run {
            for value in 0..<1000 where queue.push(value) { pushed.wrappingAdd(1, ordering: .sequentiallyConsistent) }
            queue.close()
        }
        // Nobody waits for the producer for ever where the test ends before it.
        defer { queue.cancel() }
        var received: [Int] = []
        while let value = try await pool.run({ queue.pop() }) {
            received.append(value)
            #expect(pushed.load(ordering: .sequentiallyConsistent) <= received.count + 4)
        }
        try await producer
        #expect(received == Array(0..<1000))
    }

    @Test
    func `a cancelled queue drops its elements and takes no more`() {
        let queue = BoundedQueue<Int>(capacity: 2)
        #expect(queue.push(1))
        queue.cancel()
        #expect(!queue.push(2))
        #expect(queue.pop() == nil)
    }

    @Test
    func `a buffer pool makes no more buffers than its count and reuses them`() async throws {
        let buffers = BufferPool(bufferSize: 4096, count: 2)
        let addresses = Mutex(Set<UnsafeRawPointer>())
        try await WorkerPool(threadCount: 4).forEach(0..<1000) { _ in
            let buffer = buffers.acquire()
            #expect(buffer.bytes.count == 4096)
            addresses.withLock { _ = $0.insert(UnsafeRawPointer(buffer.bytes.baseAddress!)) }
        }
        #expect(addresses.withLock { (1...2).contains($0.count) })
    }
}
