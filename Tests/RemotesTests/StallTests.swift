import SystemIO
import Testing

@testable import Transport

@Suite("Transfers that stand still")
struct StallTests {
    private func watch(_ meter: TransferMeter, _ cancellation: Cancellation = Cancellation()) -> StallWatch {
        StallWatch(meter: meter, cancellation: cancellation, window: .seconds(2))
    }

    @Test func `a transfer that moves next to nothing is given up, and may be tried again`() async throws {
        let meter = TransferMeter()
        meter.add(1000)
        let error = await #expect(throws: TransportError.self) { try await self.watch(meter).run() }
        guard case .stalled(byteCount: ..<2000, _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(error?.isTransient == true)
    }

    @Test func `a transfer that goes on is left alone, and so is a server that is at work`() async throws {
        let (moving, waiting) = (TransferMeter(), TransferMeter())
        waiting.setServersTurn(true)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.watch(moving).run() }
            group.addTask { try await self.watch(waiting).run() }
            let start = ContinuousClock.now
            while ContinuousClock.now - start < .seconds(5) {
                moving.add(64 << 10)
                try await Task.sleep(for: .milliseconds(20))
            }
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    @Test func `a user who stops it waits for nothing`() async throws {
        let cancellation = Cancellation()
        cancellation.cancel()
        let error = await #expect(throws: TransportError.self) {
            try await self.watch(TransferMeter(), cancellation).run()
        }
        guard case .cancelled? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `what shares a limit stays under it together`() async throws {
        let limit = RateLimit(bytesPerSecond: 1_000_000)
        let start = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask { for _ in 0..<5 { try await limit.take(25_000) } }
            }
            try await group.waitForAll()
        }
        // Half a second's worth, of which the last piece goes at once.
        #expect(ContinuousClock.now - start >= .milliseconds(470))
    }
}
