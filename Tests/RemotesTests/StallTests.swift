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

    @Test func `a transfer that goes on is left alone, and so is a server that is at work`() throws {
        let (moving, waiting) = (TransferMeter(), TransferMeter())
        let start = ContinuousClock.now
        var (last, lastOfServer) = (watch(moving).reading(at: start), watch(waiting).reading(at: start))
        waiting.setServersTurn(true)
        for turn in 1...100 {
            moving.add(31 << 10)
            try watch(moving).look(at: start + .milliseconds(1900 * turn), after: &last)
            try watch(waiting).look(at: start + .seconds(turn), after: &lastOfServer)
        }
        // Neither is waited for any longer than this.
        let late = start + .milliseconds(1900 * 100 + 2000)
        #expect(throws: TransportError.self) { try watch(moving).look(at: late, after: &last) }
        let tooLate = start + .seconds(121)
        #expect(throws: TransportError.self) { try watch(waiting).look(at: tooLate, after: &lastOfServer) }
    }

    @Test func `what waits for a limit of this side does not stand still, and nobody hides behind that`() throws {
        let (limited, trickling) = (TransferMeter(), TransferMeter())
        let start = ContinuousClock.now
        var (last, lastOfTrickle) = (watch(limited).reading(at: start), watch(trickling).reading(at: start))
        limited.pause(at: start)
        for turn in 1...100 { try watch(limited).look(at: start + .seconds(turn), after: &last) }
        limited.resume(at: start + .seconds(100))
        try watch(limited).look(at: start + .milliseconds(101_900), after: &last)
        let late = start + .milliseconds(102_100)
        #expect(throws: TransportError.self) { try watch(limited).look(at: late, after: &last) }
        // A server that sends a byte now and then has the limit wait now and then.
        for turn in 0..<4 {
            trickling.add(1)
            trickling.pause(at: start + .seconds(turn))
            trickling.resume(at: start + .milliseconds(turn * 1000 + 500))
            try watch(trickling).look(at: start + .milliseconds(turn * 1000 + 900), after: &lastOfTrickle)
        }
        let tooLate = start + .milliseconds(4100)
        #expect(throws: TransportError.self) { try watch(trickling).look(at: tooLate, after: &lastOfTrickle) }
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
