import Git
import ModelCore
package import Runs
import SystemIO
import SystemPackage

/// `git model reproduce`: does a run again, and compares what comes of it.
package struct ReproduceRun: Sendable {
    /// What came of it.
    package struct Report: Operations.Report {
        /// A metric of the earlier run.
        package struct Metric: Encodable, Sendable {
            /// The metric's name.
            package let name: String
            /// What it was.
            package let before: Double
            /// What it is; `nil` where it is not there again.
            package let after: Double?
            /// How the two compare.
            package let agreement: MetricTolerance.Agreement
        }

        /// Something that the earlier run made.
        package struct Output: Encodable, Sendable {
            /// The path in the repository.
            package let path: String
            /// What it was.
            package let before: String
            /// What it is; `nil` where it was not made again.
            package let after: String?

            /// Whether it is the same, bit for bit.
            package var isSame: Bool { before == after }
        }

        /// The run that was done again.
        package let reproduces: RunID
        /// The record of the run that did that.
        package let run: RunRecord
        /// The share that metrics may be off; `nil` where none was given.
        package let tolerance: Double?
        /// Its metrics beside those of the earlier one, but for those of how fast it was.
        package let metrics: [Metric]
        /// What it made, beside that.
        package fileprivate(set) var outputs: [Output] = []
        /// What was different around it.
        package fileprivate(set) var differences: [EnvironmentDifference] = []
        /// Where the worktree is, where it was to stay.
        package fileprivate(set) var worktree: String?
        /// Whether every one of these metrics is there again, as near as it was to be.
        package let isReproduced: Bool
        package fileprivate(set) var warnings: [String] = []
        package fileprivate(set) var hints: [String] = []
        package var outcome: Outcome { isReproduced ? .ok : .negative }

        private enum CodingKeys: CodingKey {
            case reproduces, run, tolerance, metrics, outputs, differences, worktree, isReproduced
        }
    }

    /// What the user asks for.
    package struct Options: Sendable {
        /// How far metrics may be from what they were; without it they are compared, and nothing counts as reproduced.
        package var tolerance: MetricTolerance?
        /// Where the worktree is made; else among temporary files.
        package var place: String?
        /// Whether the worktree stays.
        package var keepsWorktree = false
        /// Whether a command that was recorded elsewhere may run.
        package var isAgreed = false

        /// Creates the options with their default values.
        package init() {}
    }

    private let text: String
    private let options: Options

    /// Creates the operation on a run: an id, its first digits, a name, or `latest`.
    package init(_ text: String, _ options: Options = Options()) {
        self.text = text
        self.options = options
    }

    /// Does the run again in a worktree of its own, which is removed afterwards.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context, bare: true)
        let found = try await workspace.findRuns([text], passesRepetitions: true)
        guard let run = found.first else { throw RunLookupError.unknown(text) }
        try requireRepeatable(run)
        try requireAgreement(to: run, in: workspace)
        let place = try place(for: run.id, in: workspace)
        let joined = try workspace.openStore()
        let commit = try await RunPins(workspace.repository).commit(of: run, from: workspace.gitRemote())
        let cleared = await AbandonedWorktrees(in: workspace).remove()
        let worktree = try await RunWorktree.make(at: commit, in: place, of: workspace, stays: options.keepsWorktree)
        let files = RunFiles(workspace: workspace, store: joined.store)
        let repetition = RunRepetition(run: run, worktree: worktree, files: files)
        var report: Report
        do { report = try await perform(repetition, in: context) } catch {
            if !options.keepsWorktree { _ = await worktree.remove() }
            throw error
        }
        if options.keepsWorktree {
            report.worktree = place.string
            report.hints.append("remove the worktree: `git worktree remove --force \(ShellWord.quoted(place.string))`")
        } else {
            report.warnings += await worktree.remove()
        }
        report.warnings = cleared + report.warnings
        return report
    }

    private func perform(_ repetition: RunRepetition, in context: Context) async throws -> Report {
        var repetition = repetition
        let earlier = repetition.run
        var warnings = try await repetition.prepare()
        try context.cancellation.check()
        context.progress.finish()
        let done = try await repetition.start()
        try requireWhole(done.run, of: earlier, in: context)
        let metrics = compare(done.run, with: earlier)
        let agrees = !metrics.isEmpty && metrics.allSatisfy(\.agreement.isAgreement)
        let endsAlike = done.run.status == earlier.status
        var report = Report(
            reproduces: earlier.id,
            run: done.run,
            tolerance: options.tolerance?.share,
            metrics: metrics,
            isReproduced: options.tolerance != nil && agrees && endsAlike
        )
        warnings += done.warnings
        let differences = try await repetition.differences(to: done.run)
        report.differences = differences.found
        do {
            report.outputs = try await repetition.outputs().map { output, oid in
                Report.Output(path: output.path, before: output.oid, after: oid)
            }
        } catch { warnings.append("outputs cannot be compared: \(error)") }
        if metrics.isEmpty {
            let has = earlier.metrics.isEmpty ? "no metrics" : "only metrics of how fast it was, which are not compared"
            warnings.append("run \(earlier.id.abbreviated) has \(has): there is nothing to compare")
        } else if options.tolerance == nil {
            report.hints = ["say how near metrics have to be: `--tolerance 1e-3`, or `--tolerance 0` for the same"]
        }
        if !endsAlike {
            func end(_ run: RunRecord) -> String { (run.status == .killed ? "was " : "") + run.status.rawValue }
            warnings.append("it \(end(done.run)), but the earlier run \(end(earlier))")
        }
        report.warnings = warnings + differences.warnings
        return report
    }

    /// A command that was interrupted says nothing about the run; one that ended well all the same has done its work.
    private func requireWhole(_ run: RunRecord, of earlier: RunRecord, in context: Context) throws {
        let isInterrupted = context.cancellation.isCancelled || context.hasPassedOnInterrupt()
        guard isInterrupted, run.status != .finished else { return }
        throw Failure(
            .interrupted,
            "run \(earlier.id.abbreviated) was interrupted while it was done again",
            hints: ["the same command begins anew"]
        )
    }

    private func compare(_ run: RunRecord, with earlier: RunRecord) -> [Report.Metric] {
        let tolerance = options.tolerance ?? MetricTolerance.none
        // How fast it was is no result; docs/runs.md has these names.
        let results = earlier.metrics.filter { name, _ in
            !["_runtime", "_per_second", "_time", "duration", "timestamp"].contains(where: name.hasSuffix)
        }
        return results.sorted { $0.key < $1.key }.map { name, metric in
            let after = run.metrics[name]?.value
            let agreement = tolerance.agreement(metric.value, after)
            return Report.Metric(name: name, before: metric.value, after: after, agreement: agreement)
        }
    }

    private func requireRepeatable(_ run: RunRecord) throws {
        let name = run.id.abbreviated
        guard run.status != .running else { throw Failure(.failed, "cannot do run \(name) again: it is not over yet") }
        if let parent = run.parent {
            throw Failure(
                .failed,
                "cannot do run \(name) again by itself: it was begun inside of run \(parent.abbreviated)",
                hints: ["do that one again: `git model reproduce \(parent.abbreviated)`"]
            )
        }
        guard !run.command.isEmpty else {
            throw Failure(.failed, "cannot do run \(name) again: it was begun without a command")
        }
        guard !run.command.contains(where: { $0.contains(Redaction.mark) }) else {
            throw Failure(
                .failed,
                "cannot do run \(name) again: its command holds a secret, which is not in the record",
                hints: ["hand it over in a variable next time, which the command reads"]
            )
        }
    }

    /// A record from elsewhere, which a clone brought, runs nothing before the user agreed.
    private func requireAgreement(to run: RunRecord, in workspace: Workspace) throws {
        guard !options.isAgreed, workspace.runs.current(run.id) == nil else { return }
        let command = run.command.map(ShellWord.quoted).joined(separator: " ")
        let author = run.origin.user.map { " by \($0)" } ?? ""
        let question = "Run `\(command)` with the code that was recorded\(author)?"
        if workspace.context.confirm(question) == true { return }
        throw Failure(
            .failed,
            "run \(run.id.abbreviated) was recorded elsewhere\(author): its command runs once you agree: \(command)",
            hints: [
                "look at it: `git model runs show \(run.id.abbreviated)`",
                "then: `git model reproduce \(run.id.abbreviated) --yes`",
            ]
        )
    }

    private func place(for run: RunID, in workspace: Workspace) throws -> FilePath {
        let context = workspace.context
        guard let text = options.place else {
            let suffix = String(UInt32.random(in: .min ... .max), radix: 16)
            return context.temporaryDirectory.appending("git-model-\(run.abbreviated)-\(suffix)")
        }
        let place = context.workingDirectory.pushing(FilePath(text)).lexicallyNormalized()
        guard workspace.isBare || !place.starts(with: workspace.root) else {
            throw Failure(.usage, "\(QuotedPath.encode(text)) is in the work tree, where the run would see itself")
        }
        return place
    }
}
