import TestSupport
import Testing

/// A disk that is full for a moment, and has room again when the command puts in order what it has.
@Suite(.serialized) struct FullDiskTests {
    @Test func `A pack that could not be written to is not sealed, and the next fetch brings its frames`() async throws
    {
        let scratch = try await ScratchRepository()
        try scratch.write(Sample.noise(1_600_000, seed: 7), to: "../content/noise")
        let result = try await scratch.run(
            """
            set -e
            \(FaultRig.compile)
            git model init -q --remote ~/models && mkdir tree && split -b 100000 ~/content/noise tree/
            git model add -q tree
            git commit -qm One
            git model push -q
            rm -r tree
            fault="FAULT_KIND=once FAULT_ERRNO=28 FAULT_LOG=$HOME/log FAULT_BELOW=$PWD/.git/model/store/packs/"
            faulty() {
                rm -rf .git/model/store
                env LD_PRELOAD=$HOME/fault.so $fault FAULT_STEP=$1 git-model fetch -q
            }
            faulty 0
            grep -n '^write ' ~/log | cut -d: -f1 | head -n 12 > ~/steps
            for step in $(cat ~/steps); do
                ! faulty $step > ~/err 2>&1 || exit 7
                grep 'No space left on device' ~/err
                git-model fetch -q
                git-model fsck --deep
            done
            """
        ).expectSuccess()
        #expect(result.output.contains("\n1 artifact version can be rebuilt\n"), "\(result.output)")
    }
}
