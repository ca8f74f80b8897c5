import Synchronization

/// A sum that several tasks add to.
final class ByteTally: Sendable {
    private let total = Atomic<Int64>(0)

    /// What was added so far.
    var sum: Int64 { total.load(ordering: .relaxed) }

    /// Adds to the sum and returns it.
    func add(_ count: Int64) -> Int64 { total.add(count, ordering: .relaxed).newValue }
}
