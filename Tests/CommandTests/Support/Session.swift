import SystemPackage
import TestSupport

@testable import CommandLineInterface

/// A repository in which verbs run in process, as if typed there.
struct Session {
    /// What a verb answered.
    struct Answer: Sendable {
        let exitCode: Int32
        let output: String
        let error: String
    }

    let scratch: ScratchRepository

    /// Creates a repository, sets it up for a model of that name, and runs a script in it.
    init(model: String? = "small", _ script: String = "true") async throws {
        scratch = try await ScratchRepository()
        if let model {
            let answer = await run("init", "-q", "--no-hooks", "--name", model)
            guard answer.exitCode == 0 else { throw Unexpected(answer: answer) }
            try await shell("git commit -qm 'Set up'")
        }
        try await shell(script)
    }

    struct Unexpected: Error { let answer: Answer }

    /// Runs a script with the shell; it must succeed.
    @discardableResult
    func shell(_ script: String) async throws -> String {
        try await scratch.run("set -e\n" + script).expectSuccess().output
    }

    /// Runs a verb from a directory of the repository.
    func run(_ words: String..., in directory: String = "") async -> Answer {
        await run(words, in: directory)
    }

    /// Runs a verb from a directory of the repository.
    func run(_ words: [String], in directory: String = "") async -> Answer {
        let recorder = Recorder()
        let place = directory.isEmpty ? scratch.path : scratch.path.appending(directory)
        let program = recorder.program(words, environment: scratch.environment, workingDirectory: place)
        let exitCode = await program.run()
        return Answer(exitCode: exitCode, output: recorder.output, error: recorder.error)
    }

    /// Runs a verb that must succeed.
    @discardableResult
    func succeed(_ words: String..., in directory: String = "") async throws -> Answer {
        let answer = await run(words, in: directory)
        guard answer.exitCode == 0 else { throw Unexpected(answer: answer) }
        return answer
    }
}
