import Synchronization

/// Adds up bytes from several threads and tells the sink.
final class ProgressTally: Sendable {
    private struct State {
        var name: String?
        var done: Int64 = 0
        var total: Int64 = 0
    }

    private let phase: String
    private let sink: any ProgressSink
    private let state = Mutex(State())

    init(phase: String, sink: any ProgressSink) {
        self.phase = phase
        self.sink = sink
    }

    /// The bytes done in all.
    var byteCount: Int64 { state.withLock { $0.done } }

    /// Starts another object of `byteCount` bytes.
    func begin(_ name: String, byteCount: Int64) {
        state.withLock { state in
            state.name = name
            state.total += byteCount
        }
    }

    /// Notes further bytes.
    func add(_ byteCount: Int64) {
        let now = state.withLock { state in
            state.done += byteCount
            return state
        }
        report(now)
    }

    /// Notes how many bytes are done of how many.
    func set(_ done: Int64, of total: Int64) {
        let now = state.withLock { state in
            state.done = done
            state.total = total
            return state
        }
        report(now)
    }

    private func report(_ state: State) {
        sink.update(Progress(phase: phase, name: state.name, bytes: .init(done: state.done, total: state.total)))
    }
}
