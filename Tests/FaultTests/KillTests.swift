import Testing

/// A command that is killed at any write leaves a store that works, and the same command completes.
@Suite(.serialized) struct KillTests {
    @Test(arguments: FaultScenario.all)
    func `A command that is killed at any write step leaves a sound store, and completes when it runs again`(
        scenario: FaultScenario
    ) async throws {
        let rig = try await FaultRig(scenario)
        let faults = rig.chosenSteps(atMost: 6).map { step in
            Fault(kind: rig.steps[step - 1].hasPrefix("write") ? .tear : .kill, step: step)
        }
        let last = Fault(kind: .tear, step: rig.steps.count)
        let problems = try await rig.sweep(faults + [last])
        #expect(problems.isEmpty, "\(problems.joined(separator: "\n"))")
    }
}
