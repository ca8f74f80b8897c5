import SystemIO

extension WorkerThread {
    /// Runs a body that may block for long on a thread of its own.
    static func value<Value: Sendable>(of body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            WorkerThread.start { continuation.resume(with: Result { try body() }) }
        }
    }
}
