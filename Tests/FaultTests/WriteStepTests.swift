import Testing

/// A command that is stopped at any write leaves a store that works, and the same command completes.
@Suite(.serialized) struct WriteStepTests {
    @Test(arguments: FaultScenario.all)
    func `A command that is killed, or finds the disk full or broken, at any write step completes when it runs again`(
        scenario: FaultScenario
    ) async throws {
        let rig = try await FaultRig(scenario)
        var faults = rig.chosenSteps(atMost: 5).map { step in
            Fault(kind: rig.steps[step - 1].hasPrefix("write") ? .tear : .kill, step: step)
        }
        faults.append(Fault(kind: .tear, step: rig.steps.count))
        faults += rig.chosenSteps(atMost: 2).map { Fault(kind: .on, step: $0, errno: Fault.Failure.diskFull) }
        faults += rig.chosenSteps(atMost: 1).map { Fault(kind: .once, step: $0, errno: Fault.Failure.inputOutput) }
        let problems = try await rig.sweep(faults)
        #expect(problems.isEmpty, "\(problems.joined(separator: "\n"))")
    }
}
