import Deployment
import ModelCore
import SystemIO
import SystemPackage

/// Runs the batch command of a release once, where the release is: on this machine, or on the target's host.
struct BatchExecution {
    /// SIGHUP and SIGTERM, by which also others than the user end a command.
    private static let ends: Set<Int32> = [1, 15]
    /// SIGINT.
    private static let interrupt: Int32 = 2

    let seal: ReleaseSeal
    let host: any ReleaseHost
    let target: TargetName
    /// The file of outputs, as the user named it.
    let output: String
    let context: Context

    /// Turns a file into another, both of this machine; throws a `Failure` where the command does not succeed, or
    /// writes no file.
    func run(from source: FilePath, to raw: FilePath) async throws {
        guard !seal.plan.batch.isEmpty else {
            throw Failure(
                .failed,
                "\(seal.tag) has no batch command",
                hints: ["describe it, then tag and deploy a version that has it: `git model describe --help`"]
            )
        }
        if let host = host as? SSHReleaseHost {
            try await run(on: host, from: source, to: raw)
        } else {
            try await runHere(from: source, to: raw)
        }
        guard try FileStatus.of(raw)?.kind == .regular else { throw noFile }
    }

    private var noFile: Failure { Failure(.failed, "the batch command of \(seal.tag) wrote no file at {out}") }

    private func failure(_ how: String) -> Failure {
        Failure(
            .failed,
            "the batch command of \(seal.tag) \(how); \(QuotedPath.encode(output)) was not written"
        )
    }

    private func run(on host: SSHReleaseHost, from source: FilePath, to raw: FilePath) async throws {
        let end: SSHReleaseHost.BatchEnd
        do { end = try await host.runBatch(of: seal, from: source, to: raw) } catch let error as HostError {
            throw Failure(error, at: target)
        }
        context.progress.finish()
        switch end {
        case .done: return
        case .noOutput: throw noFile
        case .failed(let exitCode, let said):
            let last = said.split(whereSeparator: \.isNewline).last.map {
                ": \(QuotedPath.printable(String($0.prefix(300))))"
            }
            throw failure("ended with exit code \(exitCode) on \(target)\(last ?? "")")
        }
    }

    private func runHere(from source: FilePath, to raw: FilePath) async throws {
        let directory = host.layout.files(of: seal.release)
        let places = ["{in}": source.string, "{out}": raw.string, "{dir}": directory.string]
        let words = seal.plan.batch.map { word in Placeholders.replaced(in: word, by: places) }
        let search = InterpreterSearch(environment: context.environment, directory: directory)
        guard let program = search.program(words[0]) else {
            throw Failure(
                .failed,
                "there is no program \(QuotedPath.encode(seal.plan.batch[0])), which is the batch command of \(seal.tag)"
            )
        }
        let process = try ForegroundProcess(
            program,
            words,
            environment: environment(directory, source, raw),
            directory: directory,
            outputToErrors: true
        )
        context.forwardSignals(process.identifier)
        if context.cancellation.isCancelled { process.interrupt() }
        let end = await withCheckedContinuation { continuation in
            WorkerThread.start { continuation.resume(returning: process.wait()) }
        }
        context.forwardSignals(nil)
        try context.cancellation.check()
        // A signal that was passed on to the command, or that the terminal sent to both, interrupted it alone.
        let isPassedOn = context.hasPassedOnInterrupt()
        if let signal = end.signal,
            signal == BatchExecution.interrupt || isPassedOn && BatchExecution.ends.contains(signal)
        {
            throw CancellationError()
        }
        guard end.code == 0 else {
            throw failure(end.signal.map { "was ended by signal \($0)" } ?? "ended with exit code \(end.code)")
        }
    }

    private func environment(_ directory: FilePath, _ source: FilePath, _ raw: FilePath) -> [String: String] {
        // A release is never changed, not by Python's caches either.
        var environment = ["PYTHONDONTWRITEBYTECODE": "1"].merging(context.environment) { $1 }
        environment["GIT_MODEL_DIR"] = directory.string
        environment["GIT_MODEL_MODEL"] = seal.model
        environment["GIT_MODEL_VERSION"] = seal.version
        environment["GIT_MODEL_DIGEST"] = seal.digest
        environment["GIT_MODEL_IN"] = source.string
        environment["GIT_MODEL_OUT"] = raw.string
        return environment
    }
}
