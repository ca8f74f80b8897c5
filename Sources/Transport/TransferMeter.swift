import Synchronization

/// The bytes that a request moved, either way; any thread may add.
final class TransferMeter: Sendable {
    private let count = Atomic<Int64>(0)
    private let isWaiting = Atomic(false)
    private let pauses = Mutex(Pauses())

    /// The times in which bytes waited for a limit of this side.
    private struct Pauses {
        var past = Duration.zero
        var start: ContinuousClock.Instant?
    }

    /// The bytes so far.
    var byteCount: Int64 { count.load(ordering: .relaxed) }

    /// Whether this side has done its part and the server is at work.
    var isServersTurn: Bool { isWaiting.load(ordering: .relaxed) }

    func add(_ bytes: Int) { count.add(Int64(bytes), ordering: .relaxed) }

    func setServersTurn(_ value: Bool) { isWaiting.store(value, ordering: .relaxed) }

    /// Waits until a limit lets so many bytes through, which is nobody's fault.
    func wait(for count: Int, by limit: RateLimit?) async throws {
        guard let limit else { return }
        pause(at: .now)
        defer { resume(at: .now) }
        try await limit.take(count)
    }

    func pause(at time: ContinuousClock.Instant) { pauses.withLock { $0.start = time } }

    func resume(at time: ContinuousClock.Instant) {
        pauses.withLock { pauses in
            if let start = pauses.start { pauses.past += time - start }
            pauses.start = nil
        }
    }

    /// How long bytes have waited for a limit by then.
    func pausedTime(at time: ContinuousClock.Instant) -> Duration {
        pauses.withLock { $0.past + ($0.start.map { time - $0 } ?? .zero) }
    }
}
