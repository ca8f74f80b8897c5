import Synchronization

/// Spreads bytes over time, so that all who share it stay under a number of bytes a second.
package final class RateLimit: Sendable {
    private let bytesPerSecond: Int64
    /// When what was let through so far will have had its time.
    private let paidUntil: Mutex<ContinuousClock.Instant>

    /// Creates a limit, of at least a byte a second.
    package init(bytesPerSecond: Int64) {
        self.bytesPerSecond = max(1, bytesPerSecond)
        paidUntil = Mutex(.now)
    }

    /// How many bytes are best taken at once: no stream is silent for long, whatever number of them shares the limit.
    var pieceByteCount: Int64 { min(512 << 10, max(16 << 10, bytesPerSecond / 8)) }

    /// Waits until so many bytes may go; throws `CancellationError` when the task is cancelled.
    package func take(_ count: Int) async throws {
        let cost = Duration.seconds(Double(count) / Double(bytesPerSecond))
        let turn = paidUntil.withLock { paid in
            let start = max(paid, .now)
            paid = start + cost
            return start
        }
        try await Task.sleep(until: turn, clock: .continuous)
    }
}
