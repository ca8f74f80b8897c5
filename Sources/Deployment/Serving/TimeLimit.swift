package import SystemIO

/// Work that has only so long.
package enum TimeLimit {
    /// How long it may take until it is noticed that the user has interrupted.
    private static let pause = Duration.milliseconds(100)

    /// Runs a body that ends when it is cancelled; `nil` where it did not end in so many seconds.
    ///
    /// Throws `CancellationError` soon after `cancellation` is set, if there is one.
    package static func within<Result: Sendable>(
        _ seconds: Int,
        until cancellation: Cancellation? = nil,
        _ body: @Sendable @escaping () async throws -> Result
    ) async throws -> Result? {
        try await withThrowingTaskGroup(of: Result?.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await body() }
            group.addTask {
                guard let cancellation else {
                    try await Task.sleep(for: .seconds(seconds))
                    return nil
                }
                try await wait(seconds, until: cancellation)
                return nil
            }
            return try await group.next() ?? nil
        }
    }

    /// Waits for so many seconds; throws `CancellationError` soon after the flag is set.
    static func wait(_ seconds: Int, until cancellation: Cancellation) async throws {
        let end = ContinuousClock.now + .seconds(seconds)
        while true {
            try cancellation.check()
            let left = end - ContinuousClock.now
            guard left > .zero else { return }
            try await Task.sleep(for: min(left, pause))
        }
    }
}
