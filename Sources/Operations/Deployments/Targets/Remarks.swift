import Synchronization

/// What somebody should know who deploys; each line is said once.
final class Remarks: Sendable {
    private let state = Mutex<[String]>([])

    var lines: [String] { state.withLock { $0 } }

    func add(_ line: String) {
        state.withLock { if !$0.contains(line) { $0.append(line) } }
    }
}
