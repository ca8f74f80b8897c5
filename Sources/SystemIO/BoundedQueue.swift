/// A queue between threads that holds a fixed number of elements: whoever is too fast sleeps.
///
/// Its threads must not all come from one pool that the other side also waits for.
package final class BoundedQueue<Element: Sendable>: Sendable {
    private struct State {
        var elements: [Element] = []
        var isClosed = false
    }

    private let monitor = Monitor(State())
    private let capacity: Int

    /// Creates an open queue for at least one element.
    package init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    /// Appends an element, sleeping while the queue is full; false, with the element dropped, once it is closed.
    package func push(_ element: Element) -> Bool {
        monitor.wait { state in
            if state.isClosed { return false }
            guard state.elements.count < capacity else { return nil }
            state.elements.append(element)
            return true
        }
    }

    /// Takes the oldest element, sleeping while there is none; `nil` once the queue is closed and empty.
    package func pop() -> Element? {
        monitor.wait { state -> Element?? in
            // Capacities are small: shifting the rest costs less than a ring would.
            if !state.elements.isEmpty { return .some(state.elements.removeFirst()) }
            return state.isClosed ? .some(nil) : nil
        }
    }

    /// Ends the queue: nothing more goes in, what is in can still be taken.
    ///
    /// Wakes all sleepers.
    package func close() {
        monitor.update { $0.isClosed = true }
    }

    /// Ends the queue and drops what is in it, as after an error.
    ///
    /// Wakes all sleepers.
    package func cancel() {
        monitor.update { state in
            state.isClosed = true
            state.elements.removeAll()
        }
    }
}
