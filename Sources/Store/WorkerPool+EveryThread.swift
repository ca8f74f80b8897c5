import Synchronization
import SystemIO

extension WorkerPool {
    /// Runs a body for each index and returns the results in order; each thread, of at most so many, has a state of its
    /// own, such as a codec.
    func map<State: ~Copyable, Value: Sendable>(
        _ count: Int,
        atMost limit: Int = .max,
        state makeState: @escaping @Sendable () throws -> State,
        _ body: @escaping @Sendable (Int, inout State) throws -> Value
    ) async throws -> [Value] {
        let turns = Turns(count: count)
        let values = Values<Value>(count: count)
        try await onEveryThread(atMost: min(count, limit)) {
            var state = try makeState()
            do {
                while let turn = turns.next() { values.store(try body(turn, &state), at: turn) }
            } catch {
                turns.stop()
                throw error
            }
        }
        return values.all
    }

    /// Runs a body once on each thread, or on fewer, and returns when all are done.
    func onEveryThread(
        atMost limit: Int = .max,
        _ body: @escaping @Sendable () throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<min(threadCount, limit) { group.addTask { try await self.run(body) } }
            try await group.waitForAll()
        }
    }
}

/// Deals indices to threads.
final class Turns: Sendable {
    private let taken = Atomic<Int>(0)
    private let count: Int

    init(count: Int) { self.count = count }

    /// Returns an index that nobody else got, or `nil` when all are dealt.
    func next() -> Int? {
        let turn = taken.add(1, ordering: .relaxed).oldValue
        return turn < count ? turn : nil
    }

    /// Deals no more.
    func stop() { taken.store(count, ordering: .relaxed) }
}

/// Collects one value an index from several threads.
private final class Values<Value: Sendable>: Sendable {
    private let values: Mutex<[Value?]>

    init(count: Int) { values = Mutex(Array(repeating: nil, count: count)) }

    func store(_ value: Value, at position: Int) { values.withLock { $0[position] = value } }

    var all: [Value] { values.withLock { $0.compactMap { $0 } } }
}
