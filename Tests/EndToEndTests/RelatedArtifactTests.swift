import FoundationEssentials
import TestSupport
import Testing

/// New artifacts become differences to what they are like.
@Suite struct RelatedArtifactTests {
    /// Checkpoints of a run, a few hundred kilobytes each, in the home directory.
    private func repository(elements: Int = 100_000) async throws -> ScratchRepository {
        let scratch = try await ScratchRepository()
        var model = SafetensorsBytes([("embedding", elements)], seed: 1)
        for step in ["100", "200"] {
            try scratch.write(model.bytes, to: "../\(step)")
            model.train(seed: 7)
        }
        try await scratch.run("git model init -q --name small && mkdir run").expectSuccess()
        return scratch
    }

    @Test func `A checkpoint of another name becomes a difference to the one beside it`() async throws {
        let scratch = try await repository()
        let result = try await scratch.run(
            """
            cp ~/100 run/step-100.safetensors && git model add -q run/step-100.safetensors
            cp ~/200 run/step-200.safetensors && git model add -q run/step-200.safetensors
            git commit -qm One && git model show --tensors
            git model show --tensors --json > ~/json
            base=$(grep -o '"bases":."sha256:[0-9a-f]\\{12\\}' ~/json | head -1 | tail -c 13)
            [ ${#base} = 12 ] && git model show --tensors | grep -qF "difference, depth 1, base $base"
            """
        ).expectSuccess()
        #expect(result.output.contains("difference, depth 1, base "))
    }

    @Test func `Checkpoints of one command become differences to each other`() async throws {
        // Large enough to be written before the next one is read.
        let scratch = try await repository(elements: 1_060_000)
        let result = try await scratch.run(
            """
            cp ~/100 run/step-100.safetensors && cp ~/200 run/step-200.safetensors && git model add -q run/*
            git commit -qm One && git model show --tensors && git model fsck -q --deep
            """
        ).expectSuccess()
        #expect(result.output.contains("difference, depth 1"))
    }

    @Test func `A model becomes a difference to the version that it was made from`() async throws {
        let scratch = try await repository()
        let result = try await scratch.run(
            """
            cp ~/100 run/base.safetensors && git model add -q run/base.safetensors && git commit -qm One
            git model tag -q v1.0.0 && git model rm -q run/base.safetensors && git commit -qm Two
            mkdir -p run && cp ~/200 run/tuned.safetensors && git model add -q --model tuned --meta base=small@v1.0.0 \
                --card docs/tuned.md run/tuned.safetensors
            git commit -qm Three && git model show --tensors && cat .mver/models/tuned.json && git model list
            """
        ).expectSuccess()
        #expect(result.output.contains("difference, depth 1"))
        #expect(result.output.contains("small@v1.0.0"))
        #expect(result.output.contains("0 versions  docs/tuned.md\n"))
    }

    @Test func `The tensors of a tree are listed file by file`() async throws {
        let scratch = try await repository()
        let result = try await scratch.run(
            """
            cp ~/100 run/one.safetensors && cp ~/200 run/two.safetensors && git model add -q run
            git commit -qm One && git model show --tensors && git model show --tensors --json
            """
        ).expectSuccess()
        #expect(result.output.contains("\nrun/one.safetensors\n  embedding  f32  [100000]"))
        #expect(result.output.contains("\nrun/two.safetensors\n"))
        #expect(result.output.contains(#""file":"two.safetensors""#))
    }
}
