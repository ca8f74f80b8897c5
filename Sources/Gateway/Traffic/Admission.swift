import Synchronization

/// How many requests are worked on at once: as many more wait for their turn, and those beyond are turned away.
package final class Admission: Sendable {
    /// Whether a request may begin.
    package enum Answer: Sendable, Equatable {
        /// It may; `leave` has to follow.
        case begins
        /// Its turn comes later.
        case waits
        /// There is no room.
        case refused
    }

    private struct State {
        var active = 0
        var waiting: [@Sendable () -> Void] = []
        /// Those before this position had their turn.
        var first = 0

        var waitingCount: Int { waiting.count - first }
    }

    private let limit: Int
    private let state = Mutex(State())

    /// Creates the admission of so many requests at once.
    package init(limit: Int) { self.limit = max(1, limit) }

    /// Asks for a turn; `turn` is called, on any thread, when one that waits has it, and `leave` has to follow then
    /// too.
    package func enter(_ turn: @escaping @Sendable () -> Void) -> Answer {
        state.withLock { state in
            if state.active < limit {
                state.active += 1
                return .begins
            }
            guard state.waitingCount < limit else { return .refused }
            state.waiting.append(turn)
            return .waits
        }
    }

    /// Gives a turn back: to who waits longest, if anybody does.
    package func leave() {
        let next = state.withLock { state -> (@Sendable () -> Void)? in
            guard state.waitingCount > 0 else {
                state.active -= 1
                return nil
            }
            let next = state.waiting[state.first]
            // What it holds is not to stay until the array is made shorter.
            state.waiting[state.first] = {}
            state.first += 1
            if state.first >= 64, state.first * 2 >= state.waiting.count {
                state.waiting.removeFirst(state.first)
                state.first = 0
            }
            return next
        }
        next?()
    }

    /// How many requests are worked on, and how many wait.
    package var counts: (active: Int, waiting: Int) { state.withLock { ($0.active, $0.waitingCount) } }
}
