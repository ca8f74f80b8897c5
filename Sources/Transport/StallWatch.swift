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

    /// Waits until the request is to be given up, and throws why; ends silently when its task is cancelled.
    func run() async throws(TransportError) {
        var start = ContinuousClock.now
        var seen = meter.byteCount
        var wasServersTurn = false
        while true {
            do { try await Task.sleep(for: StallWatch.pause) } catch { return }
            if cancellation.isCancelled { throw .cancelled }
            let now = ContinuousClock.now
            let moved = meter.byteCount - seen
            let isServersTurn = meter.isServersTurn
            if moved >= StallWatch.leastByteCount || isServersTurn != wasServersTurn {
                (start, seen, wasServersTurn) = (now, meter.byteCount, isServersTurn)
                continue
            }
            let limit = isServersTurn ? StallWatch.patience : window
            guard now - start >= limit else { continue }
            throw .stalled(byteCount: moved, seconds: Int(limit.components.seconds))
        }
    }
}
