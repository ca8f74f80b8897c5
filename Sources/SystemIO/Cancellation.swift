import Synchronization

/// A flag that asks synchronous work to stop; loops on worker threads poll it.
package final class Cancellation: Sendable {
    private let flag = Atomic(false)

    /// Creates a flag that is not set.
    package init() {}

    /// Whether the work should stop.
    package var isCancelled: Bool { flag.load(ordering: .relaxed) }

    /// Asks the work to stop, for good; any thread may call it.
    package func cancel() {
        flag.store(true, ordering: .relaxed)
    }

    /// Throws when the work should stop.
    package func check() throws(CancellationError) {
        if isCancelled { throw CancellationError() }
    }

    /// Runs a body with a flag that is set when the calling task is cancelled.
    package static func withTask<R: Sendable>(
        isolation: isolated (any Actor)? = #isolation,
        _ body: (Cancellation) async throws -> R
    ) async throws -> R {
        let cancellation = Cancellation()
        return try await withTaskCancellationHandler {
            try await body(cancellation)
        } onCancel: {
            cancellation.cancel()
        }
    }
}
