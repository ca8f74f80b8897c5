import TestSupport
import Testing

/// Processes that do random work on one store at once, cut very small, and are killed at random writes.
@Suite(.serialized) struct RandomWorkTests {
    private static let roundCount = Soak.isOn ? 40 : 2

    @Test(arguments: Soak.seeds(quick: 2, soak: 60))
    func `Whatever two processes do to a store, and whenever they are killed, nothing is lost`(seed: UInt64)
        async throws
    {
        let scratch = try await ScratchRepository(initialized: false)
        try await scratch.run(FaultRig.compile).expectSuccess()
        var random = PseudoRandom(seed: seed)
        for round in 0..<Self.roundCount {
            let run = try await scratch.run(Self.round(&random))
            guard run.exitCode == 0 else {
                Issue.record("GIT_MODEL_SEED=\(seed), round \(round): \(run.script)\n\(run.output)")
                return
            }
        }
    }

    /// Starts both workers, of which each may be killed, then checks what they leave.
    private static func round(_ random: inout PseudoRandom) -> String {
        let workers = (1...2).map { worker in
            let steps = Int.random(in: 3...20, using: &random)
            let fault = Fault(
                kind: Bool.random(using: &random) ? .kill : .tear,
                step: Bool.random(using: &random) ? 0 : Int.random(in: 1...600, using: &random)
            )
            return "work \(worker) \(random.next() >> 32) \(steps) \(fault.assignments) & pid\(worker)=$!"
        }
        return """
            work() {
                worker=$1 seed=$2 steps=$3; shift 3
                code=0
                env "$@" LD_PRELOAD=$HOME/fault.so FAULT_OF=store-worker FAULT_LOG=$HOME/log.$worker \
                    store-worker run . $worker $seed $steps > ~/out.$worker 2>&1 || code=$?
                test $code = 0 -o $code = 137 || { echo "worker $worker: $code"; cat ~/out.$worker; return 1; }
            }
            set -e
            \(workers.joined(separator: "\n"))
            wait $pid1 && wait $pid2
            store-worker verify . || { code=$?; tail ~/out.*; tail -n 3 ~/log.*; exit $code; }
            """
    }
}
