import ModelCore
import SystemIO
package import SystemPackage

/// Finds what a script wrote about its metrics without knowing of git-model, and reads it.
///
/// Files count that changed since the run began. Where several tell of a metric of the same name, the first of this
/// order does: lines in the run's directory, MLflow's file store there, DVCLive, the Trainer's state, TensorBoard,
/// tables, JSON. A file elsewhere that another run may have written is nobody's.
package struct MetricSources: Sendable {
    /// Larger files are not read.
    private static let byteLimit = 1 << 30
    private static let liveParametersName = "params.yaml"

    /// What was found.
    package struct Findings: Sendable {
        /// The points of all metrics.
        package var log = MetricLog()
        /// Hyperparameters that a library logged.
        package var parameters: [String: ParameterValue] = [:]
        /// Hyperparameters that were recorded by themselves.
        package var recordedParameters: [String: ParameterValue] = [:]
        /// What people noted.
        package var notes: [String] = []
        /// The paths of what is to be an artifact.
        package var artifacts: [String] = []
        /// Things outside the repository.
        package var references: [RunReference] = []
        /// The files that were read, relative to where the command ran, or to the run's directory.
        package var files: [String] = []
        /// What could not be looked at.
        package var problems: [String] = []

        /// Creates findings of nothing.
        package init() {}
    }

    private let directory: RunDirectory
    private let workingDirectory: FilePath?
    private let started: Timestamp
    private let loggedRuns: [String]?
    private let beside: RunsBeside?

    /// Creates a search for the run of `directory`, whose command began in `workingDirectory` at that moment; where
    /// that is `nil`, only the run's directory is looked at.
    ///
    /// Of MLflow's runs in the file store these count, by their ids, the one that began last in front; `nil` counts all
    /// of them.
    package init(
        _ directory: RunDirectory,
        workingDirectory: FilePath?,
        since started: Timestamp,
        loggedRuns: [String]? = nil,
        beside: RunsBeside? = nil
    ) {
        self.directory = directory
        self.workingDirectory = workingDirectory
        self.started = started
        self.loggedRuns = loggedRuns
        self.beside = beside
    }

    /// Reads everything; what cannot be looked at is left out, and named.
    ///
    /// Blocks.
    package func findings() -> Findings {
        var findings = Findings()
        let lines = RunLines(directory)
        findings.attempt { findings throws(IOError) in findings.recordedParameters = try lines.parameters }
        findings.attempt { findings throws(IOError) in findings.notes = try lines.notes }
        findings.attempt { findings throws(IOError) in findings.artifacts = try lines.artifacts }
        findings.attempt { findings throws(IOError) in findings.references = try lines.references }
        findings.attempt(addLines)
        findings.attempt(addMLflow)
        if let workingDirectory { addFiles(below: workingDirectory, to: &findings) }
        return findings
    }

    private func addFiles(below place: FilePath, to findings: inout Findings) {
        var search = RecentFiles(since: started, below: place) { path in
            MetricFileKind(path) != nil || MetricSources.hasLiveParameters(path)
        }
        let files = own(search.files(), &findings)
        findings.problems += search.problems
        for kind in MetricFileKind.allCases {
            let paths = files.filter { MetricFileKind($0) == kind }
            switch kind {
            case .trainerState: addTrainerStates(paths, below: place, to: &findings)
            case .events: addEvents(paths, below: place, to: &findings)
            case .liveTable, .table, .document: for path in paths { add(path, kind, below: place, to: &findings) }
            }
        }
        for path in files where MetricSources.hasLiveParameters(path) {
            addParameters(path, below: place, to: &findings)
        }
    }

    /// Returns the paths of the files that no other run may have written.
    private func own(_ files: [RecentFiles.File], _ findings: inout Findings) -> [String] {
        // Where nothing was written, nobody else has to be asked for.
        guard let beside, !files.isEmpty else { return files.map(\.path) }
        var others: [RunRecord] = []
        findings.attempt { (_) throws(IOError) in others = try beside.all() }
        var (own, left): ([String], [String]) = ([], [])
        var writers: Set<RunID> = []
        for file in files {
            let found = beside.writers(of: file.path, at: file.modified, among: others)
            if found.isEmpty { own.append(file.path) } else { left.append(file.path) }
            writers.formUnion(found.map(\.id))
        }
        guard let first = left.first else { return own }
        let more = left.count > 1 ? " and \(left.count - 1) more" : ""
        let names = writers.sorted().prefix(3).map(\.abbreviated).joined(separator: ", ")
        findings.problems.append(
            "metrics may be missing: \(first)\(more) changed while another run went on here (\(names)), and may be its; "
                + "give each a directory of its own, or write to $GIT_MODEL_RUN_DIR/metrics.jsonl"
        )
        return own
    }

    private func addLines(_ findings: inout Findings) throws(IOError) {
        guard try FileStatus.of(directory.metrics) != nil else { return }
        let log = MetricLines.log(of: try DurableFile.read(directory.metrics, limit: MetricSources.byteLimit))
        if !log.isEmpty || log.unreadableCount > 0 { findings.add(log, from: RunDirectory.metricsName) }
    }

    /// Whether DVCLive keeps parameters in a file of that path.
    private static func hasLiveParameters(_ path: String) -> Bool {
        MetricFileKind.isLive(path) && path.hasSuffix("/" + liveParametersName)
    }

    private func bytes(of path: String, below place: FilePath, _ findings: inout Findings) -> [UInt8]? {
        do throws(IOError) {
            return try DurableFile.read(place.appending(path), limit: MetricSources.byteLimit)
        } catch {
            findings.problems.append("\(error)")
            return nil
        }
    }

    /// Reads the Trainer's states, each of which tells of all steps so far: the one of the last step counts.
    private func addTrainerStates(_ paths: [String], below place: FilePath, to findings: inout Findings) {
        var states: [(path: String, step: Int64, log: MetricLog)] = []
        for path in paths {
            guard let log = log(of: path, .trainerState, below: place, &findings) else { continue }
            states.append((path, log.lastStep, log))
        }
        for state in states.sorted(by: { $0.step > $1.step }) { findings.add(state.log, from: state.path) }
    }

    /// Reads TensorBoard's files, whose names begin with the time at which they were begun.
    private func addEvents(_ paths: [String], below place: FilePath, to findings: inout Findings) {
        var directories = EventDirectories()
        for path in paths.sorted() {
            guard let bytes = bytes(of: path, below: place, &findings) else { continue }
            directories.add(TensorBoardEvents.log(of: bytes), from: path)
            findings.files.append(path)
        }
        directories.fill(&findings.log)
    }

    private func add(_ path: String, _ kind: MetricFileKind, below place: FilePath, to findings: inout Findings) {
        guard let log = log(of: path, kind, below: place, &findings) else { return }
        if !log.isEmpty || log.unreadableCount > 0 { findings.add(log, from: path) }
    }

    /// Reads a file; one that is not what its name says is named.
    private func log(
        of path: String,
        _ kind: MetricFileKind,
        below place: FilePath,
        _ findings: inout Findings
    ) -> MetricLog? {
        guard let bytes = bytes(of: path, below: place, &findings) else { return nil }
        do throws(FormatError) { return try kind.log(of: bytes, at: path) } catch {
            findings.problems.append("metrics may be missing: \(QuotedPath.encode(path)) cannot be read: \(error)")
            return nil
        }
    }

    private func addParameters(_ path: String, below place: FilePath, to findings: inout Findings) {
        guard let bytes = bytes(of: path, below: place, &findings) else { return }
        findings.parameters.merge(Parameters.yaml(bytes) ?? [:]) { own, _ in own }
    }

    /// Reads runs of the file store in the run's directory; of those that tell of one name, the first one counts.
    private func addMLflow(_ findings: inout Findings) throws(IOError) {
        guard try FileStatus.of(directory.mlflow) != nil else { return }
        // <experiment>/<run>/metrics/<name>, where a name may have slashes.
        let files = try DirectoryWalk.entries(under: directory.mlflow).filter { $0.status.kind == .regular }
            .map { $0.path.split(separator: "/", maxSplits: 3).map(String.init) }
            .filter { $0.count == 4 && ($0[2] == "metrics" || $0[2] == "params") }
        let byRun = Dictionary(grouping: files) { $0[1] }
        var log = MetricLog()
        for run in loggedRuns ?? byRun.keys.sorted() {
            var own = MetricLog()
            for parts in byRun[run] ?? [] {
                let path = directory.mlflow.appending(parts.joined(separator: "/"))
                guard let bytes = try? DurableFile.read(path, limit: MetricSources.byteLimit) else { continue }
                if parts[2] == "metrics" {
                    MLflowMetrics.add(parts[3], of: bytes, to: &own)
                } else if findings.parameters[parts[3]] == nil {
                    findings.parameters[parts[3]] = ParameterValue(word: String(decoding: bytes, as: UTF8.self))
                }
            }
            log.fill(from: own)
        }
        if !log.isEmpty { findings.add(log, from: "mlruns") }
    }
}

extension MetricSources.Findings {
    /// Does something that may fail without harm to the rest.
    fileprivate mutating func attempt(_ body: (inout Self) throws(IOError) -> Void) {
        do throws(IOError) { try body(&self) } catch { problems.append("metrics may be missing: \(error)") }
    }

    fileprivate mutating func add(_ other: MetricLog, from file: String) {
        log.fill(from: other)
        files.append(file)
    }
}
