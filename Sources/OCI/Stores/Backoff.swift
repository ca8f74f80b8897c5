/// How often and after what pauses a registry is asked again: after up to 250 ms × 2ⁿ, at random, and as long as it
/// wants, up to a minute.
package struct Backoff: Sendable {
    /// How often something is tried in all.
    package static let attempts = 6
    private static let longest = Duration.seconds(60)

    private let sleep: @Sendable (Duration) async throws -> Void

    /// Creates the pauses; tests give their own `sleep`.
    package init(sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }) {
        self.sleep = sleep
    }

    /// Waits before another attempt, after so many that failed.
    func pause(after failures: Int, wanted seconds: Int?) async throws(OCIError) {
        let jittered = Duration.milliseconds(250 << min(failures, 6)) * Double.random(in: 0.1...1)
        let pause = min(Backoff.longest, max(jittered, .seconds(min(seconds ?? 0, 60))))
        do { try await sleep(pause) } catch { throw .cancelled }
    }
}
