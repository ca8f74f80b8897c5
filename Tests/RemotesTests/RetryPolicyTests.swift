import Synchronization
import Testing

@testable import Remotes

@Suite("Trying again")
struct RetryPolicyTests {
    private let pauses = Pauses()

    /// Notes pauses in place of making them.
    private final class Pauses: Sendable {
        private let all = Mutex<[Duration]>([])

        var noted: [Duration] { all.withLock { $0 } }

        func note(_ pause: Duration) { all.withLock { $0.append(pause) } }
    }

    private func run(failing count: Int, with failure: RemoteError) async throws(RemoteError) -> Int {
        let pauses = pauses
        var attempts = 0
        return try await RetryPolicy(sleep: { pauses.note($0) }).perform { () async throws(RemoteError) in
            attempts += 1
            if attempts <= count { throw failure }
            return attempts
        }
    }

    @Test func `what passes is tried again after growing pauses`() async throws {
        #expect(try await run(failing: 4, with: .busy("r", cause: "slow", retryAfter: nil)) == 5)
        #expect(pauses.noted.count == 4)
        for (number, pause) in pauses.noted.enumerated() {
            #expect(pause <= .milliseconds(250) * (2 << number), "pause \(number)")
        }
    }

    @Test func `a server's wish is honoured up to five minutes`() async throws {
        _ = try await run(failing: 1, with: .busy("r", cause: "slow", retryAfter: 90))
        #expect(pauses.noted == [.seconds(90)])
        _ = try await run(failing: 1, with: .busy("r", cause: "slow", retryAfter: 4000))
        #expect(pauses.noted.last == .seconds(300))
    }

    @Test func `what does not pass becomes unreachable`() async throws {
        let error = await #expect(throws: RemoteError.self) {
            try await run(failing: .max, with: .busy("r", cause: "slow", retryAfter: nil))
        }
        #expect(error?.description == "cannot reach remote r: slow, also after 6 attempts")
        #expect(pauses.noted.count == 5)
    }

    @Test func `other errors are final`() async throws {
        await #expect(throws: RemoteError.self) { try await run(failing: 1, with: .notFound("r", file: "f")) }
        #expect(pauses.noted.isEmpty)
    }
}
