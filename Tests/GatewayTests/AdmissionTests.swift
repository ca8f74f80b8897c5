import Gateway
import Synchronization
import Testing

/// How many requests are worked on at once.
@Suite struct AdmissionTests {
    private final class Turns: Sendable {
        let order = Mutex<[Int]>([])

        func note(_ number: Int) { order.withLock { $0.append(number) } }
    }

    @Test func `As many wait as are worked on, and those beyond are refused`() {
        let admission = Admission(limit: 2)
        let answers = (0..<6).map { _ in admission.enter {} }
        #expect(answers == [.begins, .begins, .waits, .waits, .refused, .refused])
        #expect(admission.counts == (active: 2, waiting: 2))
    }

    @Test func `Who waits longest comes first`() {
        let (admission, turns) = (Admission(limit: 1), Turns())
        #expect(admission.enter {} == .begins)
        for round in 0..<500 {
            #expect(admission.enter { turns.note(round) } == .waits)
            admission.leave()
        }
        admission.leave()
        #expect(turns.order.withLock { $0 } == Array(0..<500))
        #expect(admission.counts == (active: 0, waiting: 0))
        #expect(admission.enter {} == .begins)
    }
}
