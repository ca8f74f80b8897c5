import Git
import ModelCore
import Runs
import SystemIO
import SystemPackage

extension RunEnding {
    /// Notes what is to be added before anything is: an interruption, or whoever kills this, takes nothing from the run
    /// that it made.
    func noteNames(of made: [String], _ recorder: inout RunRecorder) {
        let paths = RunOutputs(made, in: workspace).present.map(\.text)
        guard !paths.isEmpty, paths != recorder.record.unadded else { return }
        recorder.note { $0.unadded = paths }
    }

    /// Adds what the run made, and says what of it could not be added.
    func finish(_ made: [String], _ recorder: inout RunRecorder, _ report: inout RunTraining.Report) async {
        noteNames(of: made, &recorder)
        do { try await add(made, &recorder, &report) } catch {
            let subject = made.joined(separator: ", ")
            let isInterrupted = workspace.context.cancellation.isCancelled
            report.problems.append(isInterrupted ? Problem(subject, message: "interrupted") : Problem(subject, error))
            report.hints = (error as? Failure)?.hints ?? []
        }
        if !report.problems.isEmpty { await noteUnadded(made, &recorder, &report) }
    }

    /// Adds what a run made that was not added when it ended, as far as it is as the run left it, and returns the
    /// report on it.
    func reportOnRest(of recorder: inout RunRecorder) async -> RunTraining.Report {
        var report = RunTraining.Report(
            run: recorder.record,
            directory: recorder.directory.path.string,
            sources: [],
            exitCode: 0
        )
        var rest: [RepositoryPath] = []
        for text in recorder.record.unadded ?? [] {
            if directory != nil, let path = try? RepositoryPath(text),
                await workspace.has(path, asLeftBy: recorder.record)
            {
                rest.append(path)
            } else {
                recorder.warnings.append(
                    "\(QuotedPath.encode(text)) is gone, or changed since, and no output of the run"
                )
            }
        }
        recorder.note { $0.unadded = rest.isEmpty ? nil : rest.map(\.text) }
        if !rest.isEmpty {
            await finish(rest.map { workspace.root.appending($0.text).string }, &recorder, &report)
        }
        report.run = recorder.record
        report.warnings = recorder.warnings + report.warnings
        return report
    }

    /// Notes the outputs that are there and could not be added: whoever adds them later adds what this run made.
    private func noteUnadded(
        _ outputs: [String],
        _ recorder: inout RunRecorder,
        _ report: inout RunTraining.Report
    ) async {
        let added = recorder.record.outputs.map(\.path)
        do {
            try workspace.context.cancellation.check()
            let rest = try await RunOutputs(outputs, in: workspace).found(except: added)
            recorder.note { record in
                record.outputs += rest
                record.unadded = nil
            }
            guard !rest.isEmpty else { return }
            let paths = rest.map { ShellWord.quoted($0.path) }.joined(separator: " ")
            let place = workspace.context.workingDirectory == workspace.root ? "" : ", at the top of the repository"
            report.hints.append("when the reason is gone\(place): `git model add \(paths)`")
        } catch {
            if !workspace.context.cancellation.isCancelled {
                recorder.warnings.append("the digests of what the run made are not in its record: \(error)")
            }
            report.hints += workspace.hints(onUnadded: recorder.record)
        }
    }

    /// Adds the outputs, and stages the record with them.
    private func add(
        _ outputs: [String],
        _ recorder: inout RunRecorder,
        _ report: inout RunTraining.Report
    ) async throws {
        let added = try await Add(outputs, keepsRuns: false, isPart: true).run(in: workspace.context)
        recorder.note { record in
            record.note(added: added.artifacts.map { RunOutput(path: $0.path, oid: $0.oid, size: $0.size) })
            if added.problems.isEmpty { record.unadded = nil }
        }
        report.warnings = added.warnings
        report.problems = added.problems
        report.hints = added.hints
        guard !added.artifacts.isEmpty else { return }
        // The outputs are there: what is wrong with the record is only said.
        do { report.warnings += try await RunKeeping(workspace).stage(recorder.record).warnings } catch {
            report.warnings.append("\(error)")
        }
    }
}

extension Workspace {
    /// File systems keep times less exactly than clocks do, in ms.
    private static let timeTolerance: Int64 = 3

    /// Whether something is there, and did not change since a run of this worktree ended.
    func has(_ path: RepositoryPath, asLeftBy run: RunRecord) async -> Bool {
        guard let ended = run.ended, run.origin.worktree == repository.layout.worktreeName,
            let place = try? location(of: path), let included = try? await includedFiles(of: path),
            let found = (try? ArtifactFiles(at: place, isIncluded: included)) ?? nil
        else { return false }
        let latest = (ended.milliseconds + Workspace.timeTolerance) * 1_000_000
        return found.files.allSatisfy { $0.status.modified <= latest }
    }

    /// Returns what helps where a run made what was not added; nothing for any other run, nor while it is being added.
    func hints(onUnadded run: RunRecord) -> [String] {
        guard run.unadded != nil else { return [] }
        return ["add what it made: `git model run end \(run.id.abbreviated)`"]
    }
}
