import Synchronization

/// A sum that several tasks add to.
final class ByteTally: Sendable {
    private let sum = Atomic<Int64>(0)

    /// Adds to the sum and returns it.
    func add(_ count: Int64) -> Int64 { sum.add(count, ordering: .relaxed).newValue }
}
