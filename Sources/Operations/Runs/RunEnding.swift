import Codec
import ModelCore
import Runs
import SystemIO
import SystemPackage

/// What comes once a run is over: what it wrote about itself is read, and what it made is added.
///
/// How it ended is in the record already: what goes wrong from here on is only said.
struct RunEnding {
    /// Larger plots are left out.
    private static let plotLimit = 64 << 20

    let workspace: Workspace
    /// Where its command ran; `nil` where that is gone, with all that it made.
    let directory: FilePath?
    /// What becomes an artifact if it succeeded.
    let outputs: [String]

    /// Completes the record, and returns the report on it, with the exit code that is passed on.
    func report(on recorder: inout RunRecorder, exitCode: Int32) async -> RunTraining.Report {
        // What a repetition makes is compared, and gone with its worktree.
        let addsOutputs =
            recorder.record.status == .finished && recorder.record.reproduces == nil && directory != nil
        if addsOutputs { noteNames(of: outputs, &recorder) }
        let (nested, loggedRuns) = await nestedRuns(&recorder)
        let findings = await collect(into: &recorder, loggedRuns: loggedRuns)
        var report = RunTraining.Report(
            run: recorder.record,
            directory: recorder.directory.path.string,
            sources: findings.files,
            exitCode: exitCode
        )
        if let inside = await nested?.record(beside: recorder.record) {
            report.nested = inside.runs
            recorder.warnings += inside.warnings
        }
        let made = outputs + findings.artifacts.filter { !outputs.contains($0) }
        if addsOutputs, !made.isEmpty { await finish(made, &recorder, &report) }
        report.run = recorder.record
        report.warnings = recorder.warnings + report.warnings
        return report
    }

    /// Returns what MLflow's calls left, and which of its runs are the recorded one; where that cannot be told, all of
    /// them are, as `nil` says.
    private func nestedRuns(_ recorder: inout RunRecorder) async -> (found: NestedRuns?, own: [String]?) {
        do {
            let found = try await NestedRuns(of: recorder.directory, in: workspace)
            recorder.warnings += found?.problems ?? []
            return (found, found?.own)
        } catch {
            guard !workspace.context.cancellation.isCancelled else {
                // It may be that of runs inside, whose figures are not this one's.
                recorder.warnings.append("what MLflow logged is not in the record, for this was interrupted")
                return (nil, [])
            }
            recorder.warnings.append("what MLflow logged counts as one run: \(error)")
            return (nil, nil)
        }
    }

    /// Notes metrics, parameters, remarks and the like, and returns what was found.
    private func collect(
        into recorder: inout RunRecorder,
        loggedRuns: [String]?
    ) async -> MetricSources.Findings {
        let sources = MetricSources(
            recorder.directory,
            workingDirectory: directory,
            since: recorder.record.started,
            loggedRuns: loggedRuns,
            beside: RunsBeside(
                recorder.record,
                in: workspace.runs,
                inside: RunVariables.outerRuns(in: workspace.context.environment)
            )
        )
        let findings: MetricSources.Findings
        do { findings = try await workspace.pool.run { sources.findings() } } catch { return MetricSources.Findings() }
        let series = await keep(findings.log, in: &recorder)
        let plots = keepPlots(in: &recorder)
        recorder.warnings += findings.problems
        if findings.log.unreadableCount > 0 {
            recorder.warnings.append("lines of metrics that could not be read: \(findings.log.unreadableCount)")
        }
        recorder.note { record in
            record.metrics = findings.log.summaries
            record.series = series
            record.plots = plots.isEmpty ? nil : plots
            record.references = findings.references.isEmpty ? nil : findings.references
            record.parameters.merge(findings.parameters) { own, _ in own }
            record.parameters.merge(findings.recordedParameters) { $1 }
            Redaction.apply(to: &record.parameters)
            record.notes = findings.notes.map(Redaction.value)
        }
        return findings
    }

    /// Keeps the points of metrics: what they were read from is the next run's to write over.
    private func keep(_ log: MetricLog, in recorder: inout RunRecorder) async -> RunFile? {
        guard !log.isEmpty else { return nil }
        do {
            let lines = try await workspace.pool.run { log.lines }
            return try recorder.write(lines, to: RunDirectory.seriesName)
        } catch {
            recorder.warnings.append("the history of metrics is not in the record: \(error)")
            return nil
        }
    }

    /// Notes the plots that were recorded.
    private func keepPlots(in recorder: inout RunRecorder) -> [RunFile] {
        let place = recorder.directory.plots
        var plots: [RunFile] = []
        do {
            guard try FileStatus.of(place) != nil else { return [] }
            for file in try DirectoryWalk.entries(under: place) where file.status.kind == .regular {
                let bytes = try DurableFile.read(place.appending(file.path), limit: RunEnding.plotLimit)
                let path = "\(RunDirectory.plotsName)/\(file.path)"
                plots.append(RunFile(path: path, oid: SHA256.digest(of: bytes), size: Int64(bytes.count)))
            }
        } catch { recorder.warnings.append("plots may be missing: \(error)") }
        return plots
    }
}
