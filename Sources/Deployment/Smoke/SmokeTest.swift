import Synchronization
package import SystemIO
package import SystemPackage

/// Tries a release on its sample: loads it by the command that serves it, or by the one for batches, and compares what
/// it gives.
package struct SmokeTest: Sendable {
    /// How often a server is started whose port somebody took meanwhile.
    private static let attempts = 3

    private let plan: ReleasePlan
    private let directory: FilePath
    private let timeout: Int
    private let environment: [String: String]
    private let cancellation: Cancellation

    /// Creates the test of a release that is in a directory, an absolute path.
    ///
    /// A server has `timeout` seconds until it is ready, and as many for its answer; a batch has these to end. Commands
    /// have the environment, and what `ServeLaunch` adds. Soon after `cancellation` is set, the test has failed.
    package init(
        plan: ReleasePlan,
        directory: FilePath,
        timeout: Int,
        environment: [String: String],
        cancellation: Cancellation = Cancellation()
    ) {
        self.plan = plan
        self.directory = directory
        self.timeout = timeout
        self.environment = environment
        self.cancellation = cancellation
    }

    /// Starts what the plan names, tries it and stops it; nothing is thrown, as what cannot be tried has failed.
    ///
    /// A version with both commands is tried by the one that serves it, or `asBatch` by the other first: the one sample
    /// may be the server's, which has passed then if the other ran at all, and what that did is in what was found.
    package func run(_ launch: any ServeLaunch, asBatch: Bool = false) async -> SmokeOutcome {
        let isServed = !plan.serve.isEmpty
        if isServed, !asBatch { return await runServer(launch) }
        guard plan.batch.contains(where: { $0.contains("{in}") || $0.contains("{out}") }) else {
            return isServed ? await runServer(launch) : SmokeOutcome(.unchecked, "has no command that could load it")
        }
        var hasRun = false
        let batch = await measured {
            guard let sample = try SmokeSample(of: plan, in: directory) else {
                return unchecked("has a command for batches")
            }
            let output = try await batchOutput(of: launch, on: sample)
            hasRun = true
            return try await batchVerdict(on: output, sample)
        }
        guard isServed, plan.expectation != nil, batch.result != .passed, !cancellation.isCancelled else {
            return batch
        }
        let server = await runServer(launch)
        guard server.result == .passed else { return cancellation.isCancelled ? server : batch }
        let why = batch.result == .unchecked ? "it \(batch.found)" : batch.found
        let found = "by its server, and not as a batch: \(why)"
        // A command that does not run at all is nothing that the server could vouch for.
        return SmokeOutcome(
            hasRun ? .passed : .unchecked,
            hasRun ? found : "passed \(found)",
            milliseconds: server.milliseconds
        )
    }

    /// Tries a server that was started already, and leaves it running.
    package func check(_ server: any RunningServer) async -> SmokeOutcome {
        await measured { try await tryServer(server) }
    }

    /// Waits until a server that was started already takes requests, asks it nothing more, and leaves it running.
    package func waitUntilReady(_ server: any RunningServer) async -> SmokeOutcome {
        await measured {
            try await probe(server).waitUntilReady(health: plan.health)
            return SmokeOutcome(.skipped)
        }
    }

    private func runServer(_ launch: any ServeLaunch) async -> SmokeOutcome {
        var attempt = 1
        while true {
            let server: any RunningServer
            do {
                // What is missing is known before anything is loaded.
                _ = try SmokeSample(of: plan, in: directory)
                server = try await launch.start(plan.serve, in: directory, variables: environment, port: nil)
            } catch { return SmokeOutcome(.failed, SmokeTest.text(of: error, "its server cannot be started: ")) }
            let outcome = await check(server)
            let isTaken = await server.hasEnded() && server.log.lowercased().contains("address already in use")
            await server.stop()
            guard outcome.result == .failed, isTaken, attempt < SmokeTest.attempts else { return outcome }
            attempt += 1
        }
    }

    private func probe(_ server: any RunningServer) -> ServerProbe {
        ServerProbe(server, timeout: timeout, cancellation: cancellation)
    }

    private func tryServer(_ server: any RunningServer) async throws -> SmokeOutcome {
        let sample = try SmokeSample(of: plan, in: directory)
        let probe = probe(server)
        try await probe.waitUntilReady(health: plan.health)
        guard let sample else { return unchecked("answers") }
        let given = try await probe.answer(to: sample, at: plan.endpoint)
        return try await verdict(on: given, sample)
    }

    /// Runs the command for batches on the sample; throws where it cannot be run, fails or takes too long.
    private func batchOutput(of launch: any ServeLaunch, on sample: SmokeSample) async throws -> [UInt8] {
        let suffix = FilePath(sample.expectation.path).extension.map { "." + $0 } ?? ""
        let words = plan.batch.map { word in
            // The command may tell by the name what is in a file.
            word.replacing("{in}", with: sample.path).replacing(
                "{out}",
                with: "{out}" + (word.hasSuffix("{out}") ? suffix : "")
            )
        }
        let (directory, environment, input) = (directory, environment, sample.input)
        let result = try await TimeLimit.within(timeout, until: cancellation) {
            try await launch.capture(words, in: directory, input: input, variables: environment)
        }
        guard let result else { throw SmokeProblem("its batch command did not end within \(timeout) s") }
        guard result.exitCode == 0 else {
            let end = Excerpt.end(ofLog: String(decoding: result.output, as: UTF8.self))
            let text = "its batch command ended with exit code \(result.exitCode)"
            throw SmokeProblem(end.isEmpty ? text : text + "; the last that it said:" + end)
        }
        return result.output
    }

    private func batchVerdict(on output: [UInt8], _ sample: SmokeSample) async throws -> SmokeOutcome {
        let isShared = !plan.serve.isEmpty && !output.isEmpty
        guard !isShared || ExpectationCheck.isReadable(output, as: sample) else {
            // What is expected is what the server gives then.
            return SmokeOutcome(.unchecked, "runs as a batch, and \(sample.expectation.path) has another form")
        }
        return try await verdict(on: output, sample)
    }

    private func unchecked(_ fact: String) -> SmokeOutcome {
        let lack =
            plan.sample == nil ? "it has no sample to be tried on" : "nobody said what it should give for its sample"
        return SmokeOutcome(.unchecked, "\(fact), and \(lack)")
    }

    private func verdict(on given: [UInt8], _ sample: SmokeSample) async throws -> SmokeOutcome {
        let compared = await SmokeTest.done(within: .seconds(max(timeout, 10))) {
            ExpectationCheck.difference(given: given, expected: sample.expected, sample.expectation)
        }
        guard let compared else { throw SmokeProblem("what it gave could not be compared in time") }
        return compared.map { SmokeOutcome(.failed, "differs from \(sample.expectation.path): \($0)") }
            ?? SmokeOutcome(.passed)
    }

    private func measured(_ body: () async throws -> SmokeOutcome) async -> SmokeOutcome {
        let start = ContinuousClock.now
        var outcome: SmokeOutcome
        do { outcome = try await body() } catch { outcome = SmokeOutcome(.failed, SmokeTest.text(of: error)) }
        outcome.milliseconds = Int64((ContinuousClock.now - start) / .milliseconds(1))
        return outcome
    }

    private static func text(of error: any Error, _ start: String = "") -> String {
        switch error {
        case let problem as SmokeProblem: problem.text
        case is CancellationError: "was interrupted"
        default: start + Excerpt.line("\(error)")
        }
    }
}

extension SmokeTest {
    /// Runs a body that nobody can end on a thread of its own; `nil` where it did not end in time, and is left to
    /// itself.
    private static func done<R: Sendable>(within limit: Duration, _ body: @Sendable @escaping () -> R) async -> R? {
        let waiting = Waiting<R>()
        return await withCheckedContinuation { continuation in
            waiting.begin(continuation)
            WorkerThread.start { waiting.end(body()) }
            Task {
                try? await Task.sleep(for: limit)
                waiting.end(nil)
            }
        }
    }
}

/// Somebody who waits for a value, and goes on with the first.
private final class Waiting<Value: Sendable>: Sendable {
    private let continuation = Mutex<CheckedContinuation<Value?, Never>?>(nil)

    func begin(_ new: CheckedContinuation<Value?, Never>) { continuation.withLock { $0 = new } }

    func end(_ value: Value?) {
        let waiting = continuation.withLock { continuation in
            defer { continuation = nil }
            return continuation
        }
        waiting?.resume(returning: value)
    }
}
