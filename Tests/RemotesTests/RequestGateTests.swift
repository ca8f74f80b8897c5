import Synchronization
import Testing

@testable import Remotes

@Suite("Requests at once")
struct RequestGateTests {
    /// A server that refuses what is more than it bears at once.
    private final class Server: Sendable {
        private struct State {
            var bearable: Int
            var running = 0
            var refused = 0
            var most = 0
        }

        private let state: Mutex<State>

        init(bearing count: Int) { state = Mutex(State(bearable: count)) }

        var refused: Int { state.withLock { $0.refused } }

        /// Returns the most that were served at once since this was asked last, and bears so many from now on.
        func most(thenBearing count: Int) -> Int {
            state.withLock { state in
                defer { (state.most, state.bearable) = (0, count) }
                return state.most
            }
        }

        func serve() async throws(RemoteError) {
            let isServed = state.withLock { state in
                guard state.running < state.bearable else {
                    state.refused += 1
                    return false
                }
                state.running += 1
                state.most = max(state.most, state.running)
                return true
            }
            guard isServed else { throw .busy("server", cause: "it answers with 503", retryAfter: nil) }
            for _ in 0..<20 { await Task.yield() }
            state.withLock { $0.running -= 1 }
        }
    }

    private let policy = RetryPolicy(sleep: { _ in await Task.yield() })

    private func ask(_ server: Server, through gate: RequestGate, times: Int) async throws {
        let policy = policy
        try await (0..<times).forEach(atOnce: 16) { _ in
            try await policy.perform { () async throws(RemoteError) in
                try await gate.perform { @Sendable () async throws(RemoteError) in try await server.serve() }
            }
        }
    }

    @Test func `a server that bears little is asked for little, and for more once it bears more`() async throws {
        let server = Server(bearing: 3)
        let gate = RequestGate()
        try await ask(server, through: gate, times: 400)
        #expect(server.refused > 0 && server.refused < 200, "\(server.refused) of 400 were refused")
        _ = server.most(thenBearing: 100)
        try await ask(server, through: gate, times: 600)
        #expect(server.most(thenBearing: 100) > 8)
    }

    @Test func `nobody waits for a server that bears everything`() async throws {
        let server = Server(bearing: 16)
        try await ask(server, through: RequestGate(), times: 100)
        #expect(server.refused == 0)
        #expect(server.most(thenBearing: 16) > 8)
    }
}
