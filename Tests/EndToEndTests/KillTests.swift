import TestSupport
import Testing

/// A command that is killed at any moment leaves a store that works, and the same command completes.
@Suite struct KillTests {
    private static let delays = [0.002, 0.005, 0.01, 0.02, 0.04, 0.08, 0.12, 0.2, 0.3]

    @Test(arguments: delays)
    func `A killed add is completed by the next`(delay: Double) async throws {
        let scratch = try await ScratchRepository()
        try await scratch.run(
            """
            set -e
            git model init -q --remote ~/models && head -c 30000000 /dev/urandom > model.bin
            seq 1 9 > other.bin && git model add -q other.bin && git commit -qm other
            git-model add -q model.bin & sleep \(delay); kill -9 $! 2>/dev/null || true; wait $! 2>/dev/null || true
            rm other.bin && git model checkout -q -- other.bin
            git model add -q model.bin && sha256sum model.bin > ~/sum
            rm model.bin && git model checkout -q && sha256sum -c --quiet ~/sum
            """
        ).expectSuccess()
    }

    @Test(arguments: delays)
    func `A killed push, pull and checkout are completed by the next`(delay: Double) async throws {
        let scratch = try await ScratchRepository()
        try await scratch.run(
            """
            set -e
            git model init -q --remote ~/models && head -c 30000000 /dev/urandom > model.bin && sha256sum model.bin > ~/sum
            git model add -q model.bin && git commit -qm one
            killed() { git-model "$@" & sleep \(delay); kill -9 $! 2>/dev/null || true; wait $! 2>/dev/null || true; }
            killed push -q
            git model push -q
            rm -rf .git/model/store .git/model/remotes model.bin
            killed fetch -q
            git model fetch -q
            killed checkout -q
            git model checkout -q && sha256sum -c --quiet ~/sum && git model status --exit-code
            """
        ).expectSuccess()
    }

    @Test func `Two processes add to one store at once`() async throws {
        let scratch = try await ScratchRepository()
        try await scratch.run(
            """
            set -e
            git model init -q && git commit -qm 'Set up'
            for n in 1 2 3 4; do
                git worktree add -q ../w$n -b w$n
                ( cd ../w$n && head -c 5000000 /dev/urandom > m.bin && git model add -q m.bin && sha256sum m.bin > sum ) &
            done
            wait
            for n in 1 2 3 4; do ( cd ../w$n && rm m.bin && git model checkout -q && sha256sum -c --quiet sum ); done
            """
        ).expectSuccess()
    }
}
