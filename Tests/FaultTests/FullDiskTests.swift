import TestSupport
import Testing

/// A command on a full or failing disk says so, leaves nothing half-written, and completes once there is room.
@Suite(.serialized) struct FullDiskTests {
    @Test(arguments: FaultScenario.all)
    func `A command that finds the disk full at any write step fails, leaves nothing half-written, and completes later`(
        scenario: FaultScenario
    ) async throws {
        let rig = try await FaultRig(scenario)
        let problems = try await rig.sweep(
            rig.chosenSteps(atMost: 4).map { Fault(kind: .on, step: $0, errno: Fault.Failure.diskFull) }
        )
        #expect(problems.isEmpty, "\(problems.joined(separator: "\n"))")
    }

    @Test(arguments: [FaultScenario.all[0], .all[2], .all[3], .all[8]])
    func `A command one of whose write steps fails says so, or does without it`(scenario: FaultScenario) async throws {
        let rig = try await FaultRig(scenario)
        let problems = try await rig.sweep(
            rig.chosenSteps(atMost: 4).map { Fault(kind: .once, step: $0, errno: Fault.Failure.inputOutput) }
        )
        #expect(problems.isEmpty, "\(problems.joined(separator: "\n"))")
    }
}
