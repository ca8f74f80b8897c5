import Remotes
import Synchronization

/// A remote to which something happens just before a call.
final class InterferingRemote: RemoteDecorator {
    let inner: any Remote
    private let isDue: @Sendable (_ call: RemoteCall, _ number: Int) -> Bool
    private let action: @Sendable () async throws -> Void
    private let state = Mutex<(count: Int, firedAt: Int?, failure: (any Error)?)>((0, nil, nil))

    /// Does `action` once, before the first call that `isDue` picks; calls are numbered from 0.
    init(
        _ inner: any Remote,
        when isDue: @escaping @Sendable (_ call: RemoteCall, _ number: Int) -> Bool,
        do action: @escaping @Sendable () async throws -> Void
    ) {
        self.inner = inner
        self.isDue = isDue
        self.action = action
    }

    /// The number of the call before which it happened, if it did.
    var firedAt: Int? { state.withLock { $0.firedAt } }
    /// What went wrong in the action itself.
    var failure: (any Error)? { state.withLock { $0.failure } }

    func before(_ call: RemoteCall) async {
        let fires = state.withLock { state in
            defer { state.count += 1 }
            guard state.firedAt == nil, isDue(call, state.count) else { return false }
            state.firedAt = state.count
            return true
        }
        guard fires else { return }
        do { try await action() } catch { state.withLock { $0.failure = error } }
    }
}
