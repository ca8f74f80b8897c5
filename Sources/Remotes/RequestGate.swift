/// Lets as many requests go to a remote at once as it bears.
///
/// One that the remote was too busy for halves the number; as many successes as there are requests at once raise it by
/// one (additive increase, multiplicative decrease: Chiu and Jain, "Analysis of the Increase and Decrease Algorithms
/// for Congestion Avoidance", 1989).
actor RequestGate {
    /// More than anybody starts at once: at first nobody waits.
    private static let highestLimit = 64.0

    private var limit = RequestGate.highestLimit
    private var running = 0
    private var waiting: [CheckedContinuation<Void, Never>] = []
    /// How often the number was halved; requests that were under way then say nothing new.
    private var decreases = 0

    /// Runs a request once it may go.
    func perform<Value: Sendable>(
        _ request: @Sendable () async throws(RemoteError) -> Value
    ) async throws(RemoteError) -> Value {
        let seen = await enter()
        do {
            let value = try await request()
            limit = min(limit + 1 / limit, RequestGate.highestLimit)
            leave()
            return value
        } catch {
            if case .busy = error, seen == decreases {
                limit = max(Double(running) / 2, 1)
                decreases += 1
            }
            leave()
            throw error
        }
    }

    private func enter() async -> Int {
        if running < Int(limit) {
            running += 1
        } else {
            // Whoever leaves hands its place on: one that runs always does, cancelled or not.
            await withCheckedContinuation { waiting.append($0) }
        }
        return decreases
    }

    private func leave() {
        running -= 1
        while running < Int(limit), !waiting.isEmpty {
            running += 1
            waiting.removeFirst().resume()
        }
    }
}
