/// Work that has only so long.
package enum TimeLimit {
    /// Runs a body that ends when it is cancelled; `nil` where it did not end in so many seconds.
    package static func within<Result: Sendable>(
        _ seconds: Int,
        _ body: @Sendable @escaping () async throws -> Result
    ) async throws -> Result? {
        try await withThrowingTaskGroup(of: Result?.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await body() }
            group.addTask {
                try await Task.sleep(for: .seconds(seconds))
                return nil
            }
            return try await group.next() ?? nil
        }
    }
}
