import TestSupport
import Testing

/// A repository of two models: what is said of one is not the other's.
@Suite struct SeveralModelsTests {
    /// A version of `alpha`, after which only `beta` was trained on.
    private static let setUp = """
        git model init -q --name alpha && mkdir a b && seq 1 > a/w.bin && seq 2 > b/w.bin
        git model add -q a/w.bin && git model add -q --model beta b/w.bin
        cat > train.sh <<'END'
        git model record metric $1_acc=$2 && git model record param $1_lr=$2 && seq $2 > $1/w.bin
        END
        train() { git model run -q -o $1/w.bin -- sh train.sh $1 $2; }
        train a 3 && train b 4 && git add -A && git commit -qm One && git model tag -q alpha@v1.0.0
        train b 5 && git add -A && git commit -qm Two

        """

    private func run(_ script: String) async throws -> ShellResult {
        try await ScratchRepository().run(Self.setUp + script).expectSuccess()
    }

    @Test func `A version does not differ from a commit by another model's run`() async throws {
        let result = try await run(
            """
            git model diff --exit-code alpha@v1.0.0 HEAD && git model diff --exit-code alpha@v1.0.0
            git model diff --exit-code HEAD~1 HEAD || echo differs
            """
        )
        let parts = result.output.split(separator: "alpha@v1.0.0 → ").map(String.init)
        try #require(parts.count == 2, "\(result.output)")
        #expect(parts[0] == "HEAD\nNo artifact differs\n" && parts[1].hasPrefix("work tree\nNo artifact differs\n"))
        // Of commits, everything counts.
        #expect(parts[1].contains("b_acc  4 → 5") && parts[1].hasSuffix("differs\n"), "\(parts[1])")
    }

    @Test func `What a version takes is its model's, also where its tag was made by hand`() async throws {
        let result = try await run("git tag -a -m Hand alpha@v2.0.0 && git model du | grep 'alpha@v2.0.0'")
        #expect(result.output.split(separator: " ").prefix(2) == ["6", "B"], "\(result.output)")
    }

    @Test func `The run of a model's artifact is its own, also where another model lists it`() async throws {
        let result = try await run(
            """
            sed -i 's#"b/w.bin"#"a/w.bin", "b/w.bin"#' .mver/models/beta.json
            git commit -qam Shared && train a 6 && git add -A && git commit -qm Three
            git model diff alpha@v1.0.0 HEAD
            """
        )
        #expect(result.output.contains("a_acc  3 → 6") && !result.output.contains("b_acc"), "\(result.output)")
    }

    @Test func `The card of a version has the metrics of its own model`() async throws {
        let result = try await run(
            """
            git model export huggingface -q alpha@v1.0.0 ~/card && cat ~/card/README.md
            """
        )
        #expect(result.output.contains("metrics:\n- a_acc\n---\n"), "\(result.output)")
    }

    @Test func `A model's card in the repository has its own metrics alone`() async throws {
        let result = try await run(
            """
            echo '{"accuracy": 0.9}' > a/metrics.json && echo '{"accuracy": 0.8}' > b/metrics.json && touch b/README.md
            git model describe -q beta --card b/README.md --task text-classification --meta dataset=glue
            git model card beta
            """
        )
        #expect(result.output.contains("value: 0.8\n"), "\(result.output)")
        for text in ["value: 0.9\n", "a_acc", "b/accuracy"] {
            #expect(!result.output.contains(text), "\(text): \(result.output)")
        }
    }

    @Test func `A model without artifacts takes none of another's`() async throws {
        let result = try await run(
            """
            git model init -q --name gamma && git commit -qm Three && ! git model tag gamma@v1.0.0
            git config -f .mver/config gate.production.require 'run remote safe-pickle' && git commit -qam Gates
            git init -q --bare ~/origin.git && git remote add origin ~/origin.git
            git model remote add -q store ~/models && git add -A && git commit -qm Remote && git model push -q
            git switch -q -c gone && git rm -q a/w.bin.mver && git commit -qm Gone && ! git model tag alpha@v2.0.0
            ! git model check main..HEAD --stage production --model alpha
            """
        )
        for text in [
            "cannot tag gamma@v1.0.0: the commit has no artifact of model gamma\n",
            "hint: add one: `git model add PATH --model gamma`, then `git commit`\n",
            "cannot tag alpha@v2.0.0: the commit has no artifact of model alpha\n",
            "FAIL  run record", "FAIL  objects in the remote", "FAIL  safe to unpickle",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `A version of a model whose description names only what is gone has what no other model's names`()
        async throws
    {
        let result = try await run(
            """
            git mv a/w.bin.mver a/model.bin.mver && mv a/w.bin a/model.bin && sed -i s/w.bin/model.bin/ a/.gitignore
            git commit -qam Moved && git model tag -q alpha@v2.0.0 && git model ls alpha@v2.0.0
            """
        )
        #expect(result.output.contains("a/model.bin") && !result.output.contains("b/w.bin"), "\(result.output)")
    }

    @Test func `A version that a tag by hand names takes up what its own artifacts do`() async throws {
        let result = try await run(
            "git tag -a beta@v3.0.0 -m Three && git model show beta@v3.0.0 && git model ls beta@v3.0.0"
        )
        #expect(result.output.contains("b/w.bin") && !result.output.contains("a/w.bin"), "\(result.output)")
    }
}
