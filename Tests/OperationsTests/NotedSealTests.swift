import Deployment
import Testing

@testable import Operations

/// What a seal notes of the event that put its release there.
struct NotedSealTests {
    @Test func `A seal gives back the whole event, and notes one at a time`() throws {
        let (seal, target) = (try EventFixture.seal(), try EventFixture.target())
        let (one, two) = (try EventFixture.event(1, of: seal), try EventFixture.event(2, of: seal))
        #expect(!seal.notesEvent && seal.notedEvent(of: target) == nil)
        let noted = seal.noting(one)
        #expect(noted.notesEvent && noted.wholeEvent(of: target) == one && noted.notedEvent(of: target) == one)
        #expect(noted.noting(two).wholeEvent(of: target) == two)
        #expect(noted.notingNothing == seal && noted.noting(two).notingNothing == seal)
        #expect(noted.wholeEvent(of: try TargetName("other")) == nil)
    }

    @Test func `An event that was made of a seal with a note brings none along, however often it is deployed again`()
        throws
    {
        let (seal, target) = (try EventFixture.seal(), try EventFixture.target())
        var noted = seal.noting(try EventFixture.event(1, of: seal))
        for sequence in 2...30 {
            noted = noted.noting(try EventFixture.event(sequence, of: noted))
            let event = try #require(noted.wholeEvent(of: target))
            #expect(event.sequence == sequence && event.details == seal.details)
        }
        noted.details["record"] = nil
        #expect(noted.notedEvent(of: target)?.details == seal.details)
    }

    @Test func `A seal keeps the rollback that left its release, also once that runs again`() throws {
        let (seal, target) = (try EventFixture.seal("v2.0.0"), try EventFixture.target())
        let old = try EventFixture.seal()
        var left = try EventFixture.event(4, of: old)
        left.abandoned = seal.release
        let noted = seal.noting(try EventFixture.event(2, of: seal)).notingLeaving(by: left)
        #expect(noted.leavingEvent(of: target) == left && !noted.notesEvent && noted.notedEvent(of: target) == nil)
        let again = noted.noting(try EventFixture.event(5, of: noted))
        #expect(again.leavingEvent(of: target) == left && again.wholeEvent(of: target)?.details == seal.details)
        #expect(again.notingNoArrival == noted && again.notingNothing == seal)
        #expect(noted.leavingEvent(of: try TargetName("other")) == nil)
        // It has to be a rollback that succeeded, and from this release.
        #expect(old.notingLeaving(by: left).leavingEvent(of: target) == nil)
        left.state = .rolledBack
        #expect(seal.notingLeaving(by: left).leavingEvent(of: target) == nil)
        var odd = noted
        odd.details["abandoned"] = "{"
        #expect(odd.leavingEvent(of: target) == nil)
    }

    @Test func `Of an event that is too long only its place is known`() throws {
        let (seal, target) = (try EventFixture.seal(), try EventFixture.target())
        let long = try EventFixture.event(4, of: seal, reason: String(repeating: "x", count: 70_000))
        let noted = seal.noting(long)
        #expect(noted.wholeEvent(of: target) == nil)
        let known = try #require(noted.notedEvent(of: target))
        #expect(known.id == long.id && known.sequence == 4 && known.release == seal.release)
    }

    @Test func `An event of another release, or one that did not succeed, is not believed`() throws {
        let (seal, other) = (try EventFixture.seal(), try EventFixture.seal("v10.0.0"))
        let target = try EventFixture.target()
        #expect(seal.noting(try EventFixture.event(1, of: other)).wholeEvent(of: target) == nil)
        var failed = try EventFixture.event(1, of: seal)
        failed.state = .failed
        #expect(seal.noting(failed).wholeEvent(of: target) == nil)
        var damaged = seal.noting(try EventFixture.event(1, of: seal))
        damaged.details["record"] = "{"
        #expect(damaged.wholeEvent(of: target) == nil)
        #expect(damaged.notedEvent(of: target)?.sequence == 1)
        for sequence in ["0", "1000000001", "\(Int.max)"] {
            damaged.details["sequence"] = sequence
            #expect(damaged.notedEvent(of: target) == nil)
        }
    }
}
