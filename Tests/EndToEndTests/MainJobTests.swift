import TestSupport
import Testing

/// The job that everything else serves: what was versioned comes back bit for bit, by the commands a user types.
@Suite struct MainJobTests {
    @Test func `A clone gets every version back bit for bit`() async throws {
        let scratch = try await ScratchRepository(initialized: false)
        try await scratch.run(
            """
            set -e
            git init -q --bare ../code.git && git init -q . && git remote add origin ../code.git
            git model init -q --remote ~/models
            mkdir -p weights tokenizer/deep && head -c 3000000 /dev/urandom > weights/model.bin
            seq 1 5000 > tokenizer/vocab.txt && printf x > tokenizer/deep/one && chmod +x tokenizer/deep/one
            ln -s ../vocab.txt tokenizer/deep/link && : > tokenizer/empty
            git model add -q weights/model.bin tokenizer && git commit -qm one && git model tag -q v1.0.0 --push
            sha256sum weights/model.bin > ~/first
            head -c 10 /dev/urandom | dd of=weights/model.bin bs=1 seek=1000000 conv=notrunc 2>/dev/null
            rm tokenizer/empty && echo more >> tokenizer/vocab.txt
            git model add -q -u && git commit -qm two && git model tag -q --bump major --push
            sha256sum weights/model.bin > ~/second
            """
        ).expectSuccess()
        try await scratch.run(
            """
            set -e
            cd ~ && rm -rf sentiment && git clone -q code.git clone && cd clone
            git model pull -q && sha256sum -c --quiet ~/second
            [ ! -e tokenizer/empty ] && tail -1 tokenizer/vocab.txt | grep -qx more
            git model checkout -q v1.0.0 && sha256sum -c --quiet ~/first
            [ -e tokenizer/empty ] && [ -x tokenizer/deep/one ] && [ "$(readlink tokenizer/deep/link)" = ../vocab.txt ]
            git model checkout -q v2.0.0 && sha256sum -c --quiet ~/second
            git model status --exit-code
            """
        ).expectSuccess()
    }

    @Test func `A second version costs what changed`() async throws {
        let scratch = try await ScratchRepository()
        try await scratch.run(
            """
            set -e
            git model init -q && head -c 8000000 /dev/urandom > model.bin
            git model add -q model.bin && before=$(du -sb .git/model/store/packs | cut -f1)
            printf changed | dd of=model.bin bs=1 seek=4000000 conv=notrunc 2>/dev/null
            git model add -q model.bin && after=$(du -sb .git/model/store/packs | cut -f1)
            [ $((after - before)) -lt 1200000 ]
            """
        ).expectSuccess()
    }

    @Test func `The weights never enter Git's own objects`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            """
            set -e
            git model init -q && head -c 3000000 /dev/urandom > model.bin
            git model add -q model.bin && git add --all && git commit -qm one
            du -sb .git/objects | cut -f1
            """
        )
        try result.expectSuccess()
        let size = Int(result.output.split(separator: "\n").last ?? "") ?? .max
        #expect(size < 100_000, "Git's objects take \(size) bytes")
    }

    @Test func `A version of another model's artifacts names its own`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            """
            set -e
            git model init -q --name small && echo 1 > small.bin && echo 2 > large.bin
            git model add -q --model small small.bin && git model add -q --model large large.bin
            git commit -qm one && git model tag -q small@v1.0.0 && git model tag -q large@v1.0.0
            git cat-file tag large@v1.0.0 | grep ^Artifact
            """
        )
        try result.expectSuccess()
        #expect(result.output.contains("Artifact: large.bin file sha256:"))
        #expect(!result.output.contains("small.bin"))
    }
}

extension MainJobTests {
    @Test func `Files that .mverignore leaves out are never removed`() async throws {
        let scratch = try await ScratchRepository()
        try await scratch.run(
            """
            set -e
            git model init -q && echo '*.log' > .mverignore && git add .mverignore
            mkdir run && echo 1 > run/a && echo mine > run/train.log && git model add -q run && git commit -qm one
            git model tag -q v1.0.0 && echo 2 > run/b && git model add -q -u && git commit -qm two
            git model checkout -q v1.0.0 && [ ! -e run/b ] && grep -qx mine run/train.log
            git switch -q main && [ -e run/b ] && grep -qx mine run/train.log
            """
        ).expectSuccess()
    }

    @Test func `A file that Git tracks in the other version is not taken for a leftover`() async throws {
        let scratch = try await ScratchRepository()
        try await scratch.run(
            """
            set -e
            git model init -q && echo 1 > a.bin && git model add -q a.bin && echo small > b.txt && git add b.txt
            git commit -qm one && git model tag -q v1.0.0
            git model add -q b.txt && git commit -qm two
            git model checkout -q v1.0.0 && grep -qx small b.txt && [ "$(git status --porcelain)" = "" ]
            """
        ).expectSuccess()
    }
}
