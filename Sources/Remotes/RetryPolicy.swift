/// How often and after what pauses an operation is tried again.
///
/// The pause before attempt n is random up to 250 ms × 2ⁿ, at most 30 s (full jitter, so that many clients do not come
/// back at the same moment); what a server asks for is honoured up to five minutes. An operation gets 15 minutes in
/// all.
package struct RetryPolicy: Sendable {
    private static let maximumAttempts = 6
    private static let firstPause = Duration.milliseconds(250)
    private static let longestPause = Duration.seconds(30)
    private static let longestRequest = 300
    private static let patience = Duration.seconds(15 * 60)

    private let sleep: @Sendable (Duration) async throws -> Void

    /// Creates the policy; tests give their own `sleep`.
    package init(sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }) {
        self.sleep = sleep
    }

    /// Performs an operation until it succeeds, or fails for good; a remote that stays busy is unreachable.
    func perform<Value: Sendable>(
        _ operation: () async throws(RemoteError) -> Value
    ) async throws(RemoteError) -> Value {
        let start = ContinuousClock.now
        var attempt = 1
        while true {
            do { return try await operation() } catch {
                guard case .busy(let remote, let cause, let wanted) = error else { throw error }
                let pause = pause(before: attempt, wanted)
                guard attempt < RetryPolicy.maximumAttempts, ContinuousClock.now - start + pause < RetryPolicy.patience
                else { throw .unreachable(remote, cause: "\(cause), also after \(attempt) attempts") }
                do { try await sleep(pause) } catch { throw .unreachable(remote, cause: cause) }
                attempt += 1
            }
        }
    }

    private func pause(before attempt: Int, _ wanted: Int?) -> Duration {
        let limit = min(RetryPolicy.longestPause, RetryPolicy.firstPause * (1 << attempt))
        let jittered = limit * Double.random(in: 0...1)
        guard let wanted else { return jittered }
        return max(jittered, .seconds(min(wanted, RetryPolicy.longestRequest)))
    }
}
