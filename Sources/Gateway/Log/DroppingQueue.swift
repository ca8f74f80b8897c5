import Synchronization

/// A queue that never lets those wait who fill it: what does not fit is dropped, and counted.
///
/// Whoever empties it looks from time to time, as waking a thread for each element would cost more than the element.
final class DroppingQueue<Element: Sendable>: Sendable {
    private struct State {
        var elements: [Element] = []
        var byteCount = 0
    }

    private let capacity: Int
    private let byteLimit: Int
    private let state = Mutex(State())
    private let dropCount = Atomic(0)

    /// Creates a queue for so many elements, and so many bytes that they hold.
    init(capacity: Int, byteLimit: Int) {
        self.capacity = capacity
        self.byteLimit = byteLimit
    }

    /// How many elements were dropped.
    var dropped: Int { dropCount.load(ordering: .relaxed) }

    /// Appends an element that holds so many bytes, unless the queue is full.
    func offer(_ element: Element, byteCount: Int) {
        let isTaken = state.withLock { state in
            guard state.elements.count < capacity, state.byteCount + byteCount <= byteLimit else { return false }
            state.elements.append(element)
            state.byteCount += byteCount
            return true
        }
        if !isTaken { dropCount.add(1, ordering: .relaxed) }
    }

    /// Takes all elements.
    func takeAll() -> [Element] {
        state.withLock { state in
            guard !state.elements.isEmpty else { return [] }
            var taken: [Element] = []
            swap(&taken, &state.elements)
            state.byteCount = 0
            return taken
        }
    }
}
