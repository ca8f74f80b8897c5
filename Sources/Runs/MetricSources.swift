import ModelCore
import SystemIO
package import SystemPackage

/// Finds what a script wrote about its metrics without knowing of git-model, and reads it.
///
/// Files count that changed since the run began. Where several tell of a metric of the same name, the first of this order
/// does: lines in the run's directory, MLflow's file store there, DVCLive, the Trainer's state, TensorBoard, tables, JSON.
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
    private let workingDirectory: FilePath
    private let started: Timestamp

    /// Creates a search for the run of `directory`, whose command began in `workingDirectory` at that moment.
    package init(_ directory: RunDirectory, workingDirectory: FilePath, since started: Timestamp) {
        self.directory = directory
        self.workingDirectory = workingDirectory
        self.started = started
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
        var search = RecentFiles(since: started, below: workingDirectory) { path in
            MetricFileKind(path) != nil || MetricSources.hasLiveParameters(path)
        }
        let files = search.paths()
        findings.problems += search.problems
        for kind in MetricFileKind.allCases {
            let paths = files.filter { MetricFileKind($0) == kind }
            switch kind {
            case .trainerState: addTrainerStates(paths, to: &findings)
            case .events: addEvents(paths, to: &findings)
            case .liveTable, .table, .document: for path in paths { add(path, kind, to: &findings) }
            }
        }
        for path in files where MetricSources.hasLiveParameters(path) { addParameters(path, to: &findings) }
        return findings
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

    private func bytes(of path: String, _ findings: inout Findings) -> [UInt8]? {
        do throws(IOError) {
            return try DurableFile.read(workingDirectory.appending(path), limit: MetricSources.byteLimit)
        } catch {
            findings.problems.append("\(error)")
            return nil
        }
    }

    /// Reads the Trainer's states, each of which tells of all steps so far: the one of the last step counts.
    private func addTrainerStates(_ paths: [String], to findings: inout Findings) {
        var states: [(path: String, step: Int64, log: MetricLog)] = []
        for path in paths {
            guard let bytes = bytes(of: path, &findings), let log = TrainerState.log(of: bytes) else { continue }
            states.append((path, log.lastStep, log))
        }
        for state in states.sorted(by: { $0.step > $1.step }) { findings.add(state.log, from: state.path) }
    }

    /// Reads TensorBoard's files; those of one directory follow each other, and another directory's tags of the same name bear its name.
    private func addEvents(_ paths: [String], to findings: inout Findings) {
        var directories: [(name: String, log: MetricLog)] = []
        for path in paths.sorted() {
            guard let bytes = bytes(of: path, &findings) else { continue }
            let name = path.split(separator: "/").dropLast().joined(separator: "/")
            let log = TensorBoardEvents.log(of: bytes)
            if directories.last?.name == name {
                directories[directories.count - 1].log.append(log)
            } else {
                directories.append((name, log))
            }
            findings.files.append(path)
        }
        for directory in directories {
            let prefix = directory.name.split(separator: "/").last.map(String.init) ?? ""
            findings.log.fill(from: directory.log) { prefix.isEmpty ? nil : "\(prefix)/\($0)" }
        }
    }

    private func add(_ path: String, _ kind: MetricFileKind, to findings: inout Findings) {
        guard let bytes = bytes(of: path, &findings), let log = try? kind.log(of: bytes, at: path) else { return }
        if !log.isEmpty { findings.add(log, from: path) }
    }

    private func addParameters(_ path: String, to findings: inout Findings) {
        guard let bytes = bytes(of: path, &findings) else { return }
        findings.parameters.merge(Parameters.yaml(bytes) ?? [:]) { own, _ in own }
    }

    /// Reads every run of the file store in the run's directory.
    private func addMLflow(_ findings: inout Findings) throws(IOError) {
        guard try FileStatus.of(directory.mlflow) != nil else { return }
        var log = MetricLog()
        for file in try DirectoryWalk.entries(under: directory.mlflow) where file.status.kind == .regular {
            // <experiment>/<run>/metrics/<name>, where a name may have slashes.
            let parts = file.path.split(separator: "/", maxSplits: 3).map(String.init)
            guard parts.count == 4, parts[2] == "metrics" || parts[2] == "params",
                let bytes = try? DurableFile.read(directory.mlflow.appending(file.path), limit: MetricSources.byteLimit)
            else { continue }
            if parts[2] == "metrics" {
                MLflowMetrics.add(parts[3], of: bytes, to: &log)
            } else {
                findings.parameters[parts[3]] = ParameterValue(word: String(decoding: bytes, as: UTF8.self))
            }
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
