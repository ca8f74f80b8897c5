import SystemIO

/// Ends a request that makes no progress, or that nobody wants any more, so that nothing hangs for ever.
struct StallWatch: Sendable {
    /// Under so many bytes in one window a transfer is as good as stalled.
    private static let leastByteCount: Int64 = 30 * 1024
    /// How long a window is.
    static let window = Duration.seconds(30)
    /// How long a server may take to answer what it was sent whole; some check a whole pack first.
    private static let patience = Duration.seconds(120)
    private static let pause = Duration.milliseconds(100)

    let meter: TransferMeter
    let cancellation: Cancellation
    var window = StallWatch.window

    /// What the meter showed when the transfer last went on.
    struct Reading {
        fileprivate var time: ContinuousClock.Instant
        fileprivate var byteCount: Int64
        fileprivate var pausedTime: Duration
        fileprivate var wasServersTurn = false
    }

    /// Waits until the request is to be given up, and throws why; ends silently when its task is cancelled.
    func run() async throws(TransportError) {
        var last = reading(at: .now)
        while true {
            do { try await Task.sleep(for: StallWatch.pause) } catch { return }
            if cancellation.isCancelled { throw .cancelled }
            try look(at: .now, after: &last)
        }
    }

    /// Reads the meter before a request.
    func reading(at time: ContinuousClock.Instant) -> Reading {
        Reading(time: time, byteCount: meter.byteCount, pausedTime: meter.pausedTime(at: time))
    }

    /// Reads it again, and throws where the transfer stood still for too long by then.
    func look(at now: ContinuousClock.Instant, after last: inout Reading) throws(TransportError) {
        let moved = meter.byteCount - last.byteCount
        let isServersTurn = meter.isServersTurn
        if moved >= StallWatch.leastByteCount || isServersTurn != last.wasServersTurn {
            last = reading(at: now)
            last.wasServersTurn = isServersTurn
            return
        }
        let limit = isServersTurn ? StallWatch.patience : window
        // What waits for a limit of this side stands still because it is told to.
        guard now - last.time - (meter.pausedTime(at: now) - last.pausedTime) >= limit else { return }
        throw .stalled(byteCount: moved, seconds: Int(limit.components.seconds))
    }
}
