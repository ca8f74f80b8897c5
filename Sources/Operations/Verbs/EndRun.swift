import Git
import ModelCore
package import Runs
import SystemIO
import SystemPackage

/// `git model run end`: closes the record of a run that `run start` began.
package struct EndRun: Sendable {
    private let text: String?
    private let status: RunStatus
    private let outputs: [String]

    /// Creates the operation on a run, or on the one that the environment names, or the only one that goes on in the
    /// worktree.
    package init(_ text: String?, status: RunStatus = .finished, outputs: [String] = []) {
        self.text = text
        self.status = status
        self.outputs = outputs
    }

    /// Reads what was written since the run began, and adds its outputs where it succeeded.
    ///
    /// A run that began in another worktree is ended there; where that is gone, only what is in the record counts. So
    /// it does for a run with a command whose recorder was killed, which stays a killed one. Of a run that ended before
    /// its outputs were added, these are added.
    package func run(in context: Context) async throws -> RunTraining.Report {
        guard status != .running else { throw Failure(.usage, "a run that ends is not running any more") }
        let workspace = try await Workspace.open(in: context)
        let record = try await self.record(in: workspace)
        if record.unadded != nil, status == .finished, outputs.isEmpty {
            return try await addRest(of: record, in: workspace)
        }
        guard record.command.isEmpty else { return try await close(record, in: workspace) }
        let isGone = try await requireNotElsewhere(record, in: workspace)
        if status == .finished { try RunOutputs(outputs, in: workspace).requireThere() }
        var recorder = try RunRecorder.resume(workspace, record)
        recorder.note { run in
            run.status = status
            run.ended = Timestamp(nanoseconds: context.now())
        }
        if isGone {
            recorder.warnings.append("metrics and outputs may be missing: the worktree that the run began in is gone")
        }
        let directory = isGone ? nil : workspace.root.pushing(FilePath(record.directory))
        let ending = RunEnding(workspace: workspace, directory: directory, outputs: outputs)
        var report = await ending.report(on: &recorder, exitCode: 0)
        report.exitCode = report.outcome.exitCode
        return report
    }

    /// Closes the record of a run with a command whose recorder was killed.
    private func close(_ record: RunRecord, in workspace: Workspace) async throws -> RunTraining.Report {
        let name = record.id.abbreviated
        let directory = workspace.runs.directory(of: record.id)
        guard try !directory.isRecording() else {
            throw Failure(.failed, "run \(name) ends with its command, and not before")
        }
        guard outputs.isEmpty || record.ended != nil else {
            throw Failure(
                .failed,
                "nobody knows whether run \(name), whose recorder was killed, made its outputs to the end",
                hints: ["end it without them: `git model run end \(name)`"]
            )
        }
        var recorder = try RunRecorder.resume(workspace, record)
        let last = try directory.lastWritten ?? Timestamp(nanoseconds: workspace.context.now())
        recorder.note { run in
            run.status = .killed
            run.ended = max(last, run.started)
        }
        recorder.warnings.append("metrics may be missing: only those in the record's own directory were read")
        return await RunEnding(workspace: workspace, directory: nil, outputs: []).report(on: &recorder, exitCode: 0)
    }

    /// Adds what a run made that was not added when it ended.
    private func addRest(of record: RunRecord, in workspace: Workspace) async throws -> RunTraining.Report {
        let isGone = try await requireNotElsewhere(record, in: workspace)
        var recorder = try RunRecorder.resume(workspace, record, toAdd: true)
        let ending = RunEnding(workspace: workspace, directory: isGone ? nil : workspace.root, outputs: [])
        var report = await ending.reportOnRest(of: &recorder)
        report.exitCode = report.outcome.exitCode
        return report
    }

    private func record(in workspace: Workspace) async throws -> RunRecord {
        let contents = try await workspace.runs.contents(on: workspace.pool)
        if let text { return try contents.find(text) }
        if let id = workspace.context.environment["GIT_MODEL_RUN_ID"], !id.isEmpty { return try contents.find(id) }
        let all = contents.records.filter { $0.status == .running && $0.command.isEmpty }
        let started = all.filter { $0.origin.worktree == workspace.repository.layout.worktreeName }
        if let only = started.first, started.count == 1 { return only }
        func names(_ runs: [RunRecord]) -> String { runs.map(\.id.abbreviated).joined(separator: ", ") }
        guard started.isEmpty else {
            throw Failure(
                .usage,
                "several runs were started: \(names(started))",
                hints: ["name it: `git model run end ID`"]
            )
        }
        let others = all.isEmpty ? "" : " in this worktree; in others: \(names(all))"
        throw Failure(.failed, "no run was started\(others)", hints: ["start one: `git model run start`"])
    }

    /// The paths of what was made, as they are typed in the root of a worktree.
    private func outputs(from workspace: Workspace) -> [String] {
        var inside = workspace.context.workingDirectory
        guard inside.removePrefix(workspace.root) else { return outputs }
        return outputs.map { inside.pushing(FilePath($0)).lexicallyNormalized().string }
    }

    /// Throws where a run began in another worktree, which has what it wrote; returns whether that one is gone.
    private func requireNotElsewhere(_ run: RunRecord, in workspace: Workspace) async throws -> Bool {
        let own = workspace.repository.layout
        guard run.origin.worktree != own.worktreeName else { return false }
        let name = run.id.abbreviated
        let end = "model run end \(name)" + (status == .finished ? "" : " --status \(status.rawValue)")
        for worktree in try await workspace.repository.worktrees() where !worktree.isBare {
            let context = workspace.context.standing(in: worktree.path)
            let found = try? await GitRepository.discover(from: worktree.path, environment: context.environment)
            guard let layout = found?.layout, layout.commonDirectory == own.commonDirectory,
                layout.worktreeName == run.origin.worktree, let place = layout.workTree
            else { continue }
            let made = outputs(from: workspace).map { " -o " + ShellWord.quoted($0) }.joined()
            throw Failure(
                .failed,
                "run \(name) began in another worktree, \(QuotedPath.encode(place.string))",
                hints: ["end it there: `git -C \(ShellWord.quoted(place.string)) \(end)\(made)`"]
            )
        }
        if let tree = run.origin.worktree,
            try FileStatus.of(own.commonDirectory.appending("worktrees").appending(tree)) != nil
        {
            throw Failure(
                .failed,
                "run \(name) began in the worktree \(QuotedPath.encode(tree)), whose directory is not there",
                hints: ["bring it back, or, where it is gone for good, first: `git worktree prune`"]
            )
        }
        guard outputs.isEmpty else {
            throw Failure(
                .failed,
                "the worktree that run \(name) began in is gone, and so is what it made",
                hints: ["end it without outputs: `git \(end)`"]
            )
        }
        return true
    }
}
