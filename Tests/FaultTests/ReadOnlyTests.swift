import TestSupport
import Testing

/// Stores that cannot be written to can be read, and writing to them fails with their name.
@Suite(.serialized) struct ReadOnlyTests {
    /// A repository with two versions, and `readOnly`, which runs a program that cannot write below a directory.
    private static func repository() async throws -> ScratchRepository {
        let scratch = try await ScratchRepository()
        try await scratch.run(
            """
            set -e
            \(FaultRig.compile)
            git model init -q --remote ~/models && seq 1 9999 > model.bin && git model add -q model.bin && git commit -qm One
            git model push -q && cp model.bin ~/one && seq 2 9999 > model.bin && git model add -q model.bin && git commit -qm Two
            cat > ~/read-only <<'end'
            directory=$1 && shift
            LD_PRELOAD=~/fault.so FAULT_LOG=~/log FAULT_KIND=on FAULT_STEP=1 FAULT_ERRNO=30 FAULT_BELOW=$directory exec "$@"
            end
            """
        ).expectSuccess()
        return scratch
    }

    @Test func `A read-only store is read and checked, and a command that would write to it names it`() async throws {
        let scratch = try await ReadOnlyTests.repository()
        try await scratch.run(
            """
            set -e
            read_only() { sh ~/read-only "$PWD/.git/model/store" "$@"; }
            read_only git-model fsck --deep
            read_only git-model cat HEAD~:model.bin | cmp - ~/one
            read_only git-model checkout -q HEAD~ && cmp model.bin ~/one
            read_only git-model status && read_only git-model push -q
            refused() {
                code=0 && read_only "$@" > ~/out 2>&1 || code=$?
                test $code = 5 && grep -q "^error: .*/.git/model/store/.*[Rr]ead-only" ~/out || { cat ~/out; exit 1; }
            }
            seq 5 > new.bin && refused git-model add new.bin && test ! -e new.bin.mver
            refused git-model gc --prune-now
            git-model add -q new.bin && git-model fsck
            """
        ).expectSuccess()
    }

    @Test func `A read-only remote is fetched from, and a push to it fails with its name`() async throws {
        let scratch = try await ReadOnlyTests.repository()
        try await scratch.run(
            """
            set -e
            rm -rf .git/model/store && git checkout -q HEAD~
            sh ~/read-only ~/models git-model pull -q --force && cmp model.bin ~/one
            seq 5 > new.bin && git-model add -q new.bin && git commit -qm New
            code=0 && sh ~/read-only ~/models git-model push > ~/out 2>&1 || code=$?
            test $code = 5 && grep -q "^error: .*models" ~/out || { cat ~/out; exit 1; }
            git-model push -q && git-model status --exit-code
            """
        ).expectSuccess()
    }

    @Test func `A fresh clone that cannot be written to can be looked at`() async throws {
        let scratch = try await ReadOnlyTests.repository()
        let result = try await scratch.run(
            """
            set -e
            git-model push -q && git-model tag -q v1.0.0 && git clone -q --no-hardlinks . ~/fresh && cd ~/fresh
            for verb in status ls 'show v1.0.0' 'diff HEAD~ HEAD' 'verify v1.0.0' du fsck list; do
                echo "= $verb" && sh ~/read-only "$PWD" git-model $verb
            done
            test ! -e .git/model && seq 5 > new.bin
            for verb in 'add new.bin' pull 'fsck --repair'; do
                code=0 && sh ~/read-only "$PWD" git-model $verb > ~/out 2>&1 || code=$?
                test $code -gt 2 && grep -q "^error: .*[Rr]ead-only" ~/out || { cat ~/out; exit 1; }
            done
            git-model pull -q && seq 2 9999 | cmp - model.bin
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.contains("0 artifact versions can be rebuilt, 2 not here"), "\(result.output)")
    }

    @Test func `A shared store that is out of reach is not taken for an empty one`() async throws {
        let scratch = try await ReadOnlyTests.repository()
        try await scratch.run(
            """
            set -e
            git-model push -q && git-model store use -q ~/shared && mv ~/shared ~/unmounted && cp model.bin ~/two
            for verb in fsck du status; do
                code=0 && sh ~/read-only ~/shared git-model $verb > ~/out 2>&1 || code=$?
                test $code = 5 && grep -q "^error: .*/shared" ~/out || { echo $verb $code && cat ~/out; exit 1; }
            done
            old=$(git rev-parse HEAD) && git -c core.hooksPath=/dev/null checkout -q HEAD~
            sh ~/read-only ~/shared git-model hook post-checkout $old $(git rev-parse HEAD) 1 2> ~/out
            grep -q "artifacts were left as they are" ~/out && cmp model.bin ~/two
            mv ~/unmounted ~/shared && sh ~/read-only ~/shared git-model fsck && git-model checkout -q && cmp model.bin ~/one
            """
        ).expectSuccess()
    }

    @Test func `In a repository that cannot be written to, status goes by rules that a sparse checkout leaves out`()
        async throws
    {
        let scratch = try await ReadOnlyTests.repository()
        try await scratch.run(
            """
            set -e
            echo '*.tmp' > .mverignore && mkdir weights && echo 1 > weights/a && echo mine > weights/b.tmp
            git add .mverignore && git-model add -q weights && git commit -qm Three && git-model push -q
            git sparse-checkout set --no-cone /weights/ '/*.mver' /.gitignore && test ! -e .mverignore
            sh ~/read-only "$PWD" git-model status --exit-code
            """
        ).expectSuccess()
    }
}
