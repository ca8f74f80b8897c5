import TestSupport
import Testing

/// What only the built binary shows: signals, pipes, shells, `man`.
@Suite struct BinaryTests {
    @Test func `A reader that goes away ends the command quietly`() async throws {
        let repository = try await ScratchRepository()
        let result = try await repository.run("{ git model completion bash; echo $? >code; } | true; cat code")
        #expect(result.output == "0\n")
    }

    @Test func `A full disk under standard output is an error`() async throws {
        let repository = try await ScratchRepository()
        let result = try await repository.run("git model completion bash >/dev/full")
        #expect(
            result.output == "error: cannot write to standard output\n  caused by: No space left on device\n"
        )
        #expect(result.exitCode == 5)
    }

    @Test func `git runs git-model from PATH and keeps its exit code`() async throws {
        let repository = try await ScratchRepository()
        #expect(try await repository.run("git model --version").output.hasPrefix("git-model version "))
        #expect(try await repository.run("git model nonsense").exitCode == 2)
    }

    @Test func `The manual page has no complaint from mandoc and shows in man`() async throws {
        let repository = try await ScratchRepository()
        #expect(try await repository.run("git model documentation man | mandoc -T lint").output == "")
        let install = "mkdir -p man/man1 && git model documentation man >man/man1/git-model.1"
        try await repository.run(install).expectSuccess()
        let page = try await repository.run("MANPATH=$PWD/man MANPAGER=cat git help model").expectSuccess()
        #expect(page.output.contains("git-model - version machine-learning models with Git"))
    }

    @Test(arguments: ["pre-commit", "post-checkout", "post-merge", "post-rewrite", "pre-push"])
    func `A hook without the tool says so and lets Git go on`(hook: String) async throws {
        let repository = try await ScratchRepository()
        let script = "PATH=/usr/bin:/bin exec \(PackageFiles.root)/hooks/\(hook) origin url </dev/null"
        let result = try await repository.run(script)
        #expect(result.exitCode == 0)
        #expect(result.output.contains("git-model is not installed here"))
        #expect(result.output.contains(".mver/README.md"))
    }

    @Test(arguments: ["pre-commit", "post-checkout", "post-merge", "post-rewrite", "pre-push"])
    func `A hook hands its name and arguments to the tool`(hook: String) async throws {
        let repository = try await ScratchRepository()
        try repository.write("#!/bin/sh\necho \"$@\"\nexit 7\n", to: "bin/git-model")
        let script =
            "chmod +x bin/git-model; PATH=$PWD/bin:/usr/bin:/bin exec \(PackageFiles.root)/hooks/\(hook) a 'b c'"
        let result = try await repository.run(script)
        #expect(result.output == "hook \(hook) a b c\n")
        #expect(result.exitCode == 7)
    }
}
