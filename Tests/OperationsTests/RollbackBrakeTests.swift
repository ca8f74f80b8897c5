import Deployment
import ModelCore
import Testing

@testable import Operations

/// What keeps automatic rollbacks apart.
struct RollbackBrakeTests {
    private static let now: Int64 = 1_800_000_000

    /// Rollbacks of so many seconds ago; in the future, those that are negative.
    private static func history(_ ages: [Int64], reason: String = "monitor: p99 < 1") throws -> DeploymentHistory {
        let seal = try EventFixture.seal()
        let events = try ages.enumerated().map { number, age in
            var event = try EventFixture.event(number + 1, of: seal, reason: reason)
            event.at = CivilDate.time(secondsSince1970: now - age)
            return event
        }
        return DeploymentHistory(try EventFixture.target(), events)
    }

    private func objection(_ ages: [Int64], reason: String = "monitor: p99 < 1", limit: Int = 2) throws -> String? {
        try RollbackBrake(cooldown: 600, limit: limit)
            .objection(to: Self.history(ages, reason: reason), at: Self.now)
    }

    @Test(arguments: [[], [600], [86_400, 86_401, 601], [-600]]) func `One that is far from the others may be`(
        _ ages: [Int64]
    ) throws {
        #expect(try objection(ages) == nil)
    }

    @Test(arguments: [[0], [599], [-599]]) func `One within the cool-down may not, whichever way a clock jumped`(
        _ ages: [Int64]
    ) throws {
        #expect(try objection(ages) == "the last automatic rollback was less than 600 seconds ago")
    }

    @Test func `One beyond the limit of a day may not, and 0 turns them off`() throws {
        let words = "there were 2 automatic rollbacks within a day, and more need somebody to decide"
        #expect(try objection([700, 86_399]) == words && objection([-700, 86_399]) == words)
        #expect(try objection([], limit: 0) == "automatic rollbacks are turned off")
    }

    @Test func `That a canary was ended does not count`() throws {
        let history = try Self.history([0, 1, 2])
        let ended = history.events.map { event in
            var event = event
            event.noteEndOfCanary()
            return event
        }
        let brake = RollbackBrake(cooldown: 600, limit: 2)
        let target = try EventFixture.target()
        #expect(brake.objection(to: history, at: Self.now) != nil)
        #expect(brake.objection(to: DeploymentHistory(target, ended), at: Self.now) == nil)
    }

    @Test func `One that only ends a canary may be at any time, unless they are turned off`() throws {
        let (history, time) = (try Self.history([0, 1, 2]), Self.now)
        #expect(RollbackBrake(cooldown: 600, limit: 2).objection(to: history, at: time, endingCanary: true) == nil)
        let off = RollbackBrake(cooldown: 600, limit: 0).objection(to: history, at: time, endingCanary: true)
        #expect(off == "automatic rollbacks are turned off")
    }

    @Test func `What people did themselves does not count`() throws {
        #expect(try objection([0, 1, 2], reason: "monitors said so") == nil)
    }
}
