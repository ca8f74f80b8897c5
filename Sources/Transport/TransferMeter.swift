import Synchronization

/// The bytes that a request moved, either way; any thread may add.
final class TransferMeter: Sendable {
    private let count = Atomic<Int64>(0)
    private let isWaiting = Atomic(false)

    /// The bytes so far.
    var byteCount: Int64 { count.load(ordering: .relaxed) }

    /// Whether this side has done its part and the server is at work.
    var isServersTurn: Bool { isWaiting.load(ordering: .relaxed) }

    func add(_ bytes: Int) { count.add(Int64(bytes), ordering: .relaxed) }

    func setServersTurn(_ value: Bool) { isWaiting.store(value, ordering: .relaxed) }
}
