import ModelCore
import Testing

@testable import Deployment

/// What a target's events say: what runs, what was good before, and what is bad.
struct DeploymentHistoryTests {
    private let target: TargetName

    init() throws { target = try TargetName("edge") }

    /// An event of a sequence, about the release of a version's name.
    private func event(
        _ sequence: Int,
        _ version: String,
        _ state: DeploymentEvent.State = .succeeded,
        leaving abandoned: String? = nil,
        isForced: Bool = false,
        id: String? = nil
    ) throws -> DeploymentEvent {
        let release = try ReleaseFixture(version, ["weights.bin": Array(version.utf8)])
        return DeploymentEvent(
            id: id ?? Hexadecimal.string([UInt8](repeating: UInt8(sequence), count: 16)),
            sequence: sequence,
            target: target,
            action: abandoned == nil ? .deploy : .rollback,
            state: state,
            of: release.seal,
            previous: nil,
            abandoned: try abandoned.map(release(of:)),
            host: "here",
            at: "2026-01-02T03:04:05Z",
            isForced: isForced
        )
    }

    private func release(of version: String) throws -> ReleaseID {
        try ReleaseFixture(version, ["weights.bin": Array(version.utf8)]).release.id
    }

    private func history(_ events: DeploymentEvent...) -> DeploymentHistory { DeploymentHistory(target, events) }

    @Test func `Nothing runs where nothing happened, and the first event is number 1`() {
        let nothing = history()
        #expect(nothing.current == nil && nothing.previousGood == nil && nothing.nextSequence == 1)
    }

    @Test func `Events count by their numbers, each once, whatever their order and their clocks`() throws {
        var late = try event(1, "v1.0.0")
        late.at = "2036-01-01T00:00:00Z"
        let two = try event(2, "v2.0.0")
        let found = history(two, late, two)
        #expect(found.events == [late, two])
        #expect(found.current == two && found.previousGood == late && found.nextSequence == 3)
    }

    @Test func `Two of one number are in the order of their names, for everybody`() throws {
        let one = try event(1, "v1.0.0", id: String(repeating: "b", count: 32))
        let other = try event(1, "v2.0.0", id: String(repeating: "a", count: 32))
        #expect(history(one, other) == history(other, one))
        #expect(history(one, other).current == one && history(one, other).nextSequence == 2)
    }

    @Test(arguments: [DeploymentEvent.State.failed, .rolledBack, .paused])
    func `What did not succeed never ran, and nobody goes back to it`(_ state: DeploymentEvent.State) throws {
        let found = history(try event(1, "v1.0.0"), try event(2, "v2.0.0", state), try event(3, "v3.0.0"))
        #expect(found.previousGood?.version == "v1.0.0")
        #expect(history(try event(1, "v1.0.0"), try event(2, "v2.0.0", state)).current?.version == "v1.0.0")
    }

    @Test func `What was left is bad, and what ran before that is gone back to next`() throws {
        let found = history(
            try event(1, "v1.0.0"),
            try event(2, "v2.0.0"),
            try event(3, "v3.0.0"),
            try event(4, "v2.0.0", leaving: "v3.0.0")
        )
        #expect(found.current?.sequence == 4)
        #expect(try found.isBad(release(of: "v3.0.0")) && !found.isBad(release(of: "v2.0.0")))
        #expect(found.previousGood?.version == "v1.0.0")
    }

    @Test func `Who insists makes a version good again, until it is left again`() throws {
        let bad = [try event(1, "v1.0.0"), try event(2, "v2.0.0"), try event(3, "v1.0.0", leaving: "v2.0.0")]
        let release = try release(of: "v2.0.0")
        let insisted = bad + [try event(4, "v2.0.0", isForced: true)]
        #expect(!DeploymentHistory(target, insisted).isBad(release))
        // What was tried in vain insists on nothing.
        #expect(DeploymentHistory(target, bad + [try event(4, "v2.0.0", .failed, isForced: true)]).isBad(release))
        let again = insisted + [try event(5, "v1.0.0", leaving: "v2.0.0")]
        #expect(DeploymentHistory(target, again).isBad(release))
        #expect(DeploymentHistory(target, again).previousGood == nil)
    }

    @Test func `The same version again is no version to go back to`() throws {
        let found = history(try event(1, "v1.0.0"), try event(2, "v1.0.0"))
        #expect(found.previousGood == nil)
    }

    @Test func `Before what nobody here knows ran what is known to have run last, unless it is bad`() throws {
        let known = [try event(1, "v1.0.0"), try event(2, "v2.0.0")]
        let found = DeploymentHistory(target, known)
        #expect(try found.previousGood(before: release(of: "v3.0.0"))?.version == "v2.0.0")
        #expect(try found.previousGood(before: release(of: "v2.0.0"))?.version == "v1.0.0")
        // Somebody went back to it, and nobody here knows why.
        #expect(try found.previousGood(before: release(of: "v1.0.0")) == nil)
        #expect(found.previousGood(before: nil)?.version == "v1.0.0")
        let left = DeploymentHistory(target, known + [try event(3, "v1.0.0", leaving: "v2.0.0")])
        #expect(try left.previousGood(before: release(of: "v3.0.0"))?.sequence == 3)
    }

    @Test func `What has all the traffic again runs since it was put there, not since the other one lost its part`()
        throws
    {
        let (one, paused) = (try event(1, "v1.0.0"), try event(2, "v2.0.0", .paused))
        var ended = try event(3, "v1.0.0", leaving: "v2.0.0")
        let back = history(one, paused, ended)
        ended.noteEndOfCanary()
        let alone = history(one, paused, ended)
        #expect(alone.event(of: one.release) == one && alone.current == ended)
        #expect(try alone.isBad(release(of: "v2.0.0")) && alone.event(of: release(of: "v2.0.0")) == nil)
        #expect(back.event(of: one.release)?.sequence == 3)
        // Where nobody here knows more, it was there by then.
        #expect(history(paused, ended).event(of: one.release) == ended)
    }

    @Test func `An event's file has its number and the beginning of its name`() throws {
        #expect(try event(7, "v1.0.0").fileName == "000007-070707070707.json")
        #expect(try event(255, "v1.0.0").fileName == "000255-ffffffffffff.json")
    }

    @Test(arguments: ["", ".", "-x", "a..b", "a.lock", "x.", "a/b", "a b", "é", String(repeating: "a", count: 101)])
    func `What Git or a directory would take for something else is no target's name`(_ name: String) {
        #expect(throws: TargetError.name(name)) { try TargetName(name) }
    }
}
