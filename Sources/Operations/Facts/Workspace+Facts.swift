import Git
import Migration
import ModelCore
import Registry
import Runs
import SystemIO

extension Workspace {
    /// Reads metrics and parameters, from Git and from the disk alone: nothing is fetched.
    ///
    /// Of what is no version of a model, only what is not another model's than `model` counts.
    func facts(of subject: FactSubject, for model: ModelName? = nil) async throws -> TrainingFacts {
        switch subject {
        case .run(let record): return TrainingFacts(of: record)
        case .commit(let resolved):
            guard let version = resolved.version else { return try await facts(at: resolved.commit, for: model) }
            let own = try await pointers(of: resolved).entries
            return try await facts(at: resolved.commit, of: own, for: version.model)
        case .workTree:
            var snapshot = try await Snapshot(ofWorkTreeIn: self)
            var entries = try await PointerIndex.workTree(of: repository, withLeftOut: true).entries
            if let model {
                let places = ModelPlaces(of: model, among: try models())
                snapshot.leaveOut(places.isForeign)
                entries.removeAll { places.isForeign($0.path) }
            }
            return try await facts(in: snapshot, with: entries)
        }
    }

    /// Reads the metrics and parameters of a commit, and of the runs that made its artifacts, or those that are given.
    ///
    /// For one model, what lies beside other models' artifacts does not count, nor, where none are given, their
    /// artifacts.
    func facts(
        at commit: GitObjectID,
        of entries: [PointerIndex.Entry]? = nil,
        for model: ModelName?
    ) async throws -> TrainingFacts {
        var snapshot = try await Snapshot(of: commit, in: repository)
        var artifacts = if let entries { entries } else { try await pointers(at: commit).entries }
        if let model {
            let places = ModelPlaces(of: model, among: try await ModelIndex.at(commit, in: repository).models)
            snapshot.leaveOut(places.isForeign)
            if entries == nil { artifacts.removeAll { places.isForeign($0.path) } }
        }
        return try await facts(in: snapshot, with: artifacts)
    }

    /// Reads the metrics and parameters of a snapshot, and of the runs that made the artifacts it has.
    func facts(in snapshot: Snapshot, with artifacts: [PointerIndex.Entry]) async throws -> TrainingFacts {
        let reports = try await reports(in: snapshot)
        let metrics = metricFiles(in: snapshot, reports)
        let parameters = parameterFiles(in: snapshot, reports)
        let summaries = artifacts.isEmpty ? [] : snapshot.paths.filter { KeptRun.run(ofSummaryAt: $0) != nil }
        let wanted = Set(metrics.map(\.path)).union(parameters).union(summaries).sorted()
        let contents = try await snapshot.read(wanted, limit: MetricFile.byteLimit)
        var files = TrainingFacts.Files()
        files.metrics = metrics.compactMap { file in contents.bytes[file.path].map { (file: file, bytes: $0) } }
        files.damagedMetrics = metrics.compactMap { file in
            contents.problemsByPath[file.path].map { TrainingFacts.DamagedFile(file, problem: $0) }
        }
        files.parameters = parameters.compactMap { path in contents.bytes[path].map { (path: path, bytes: $0) } }
        let records = try await pool.map(0..<summaries.count) { position in
            contents.bytes[summaries[position]].flatMap { RunRecord(parsing: $0) }
        }
        var facts = TrainingFacts(of: files, madeBy: makers(of: artifacts, among: records.compactMap(\.self)))
        facts.problems = contents.problems + facts.problems
        return facts
    }

    /// Reads what every `dvc.yaml` says of metrics and parameters; one that cannot be read says nothing, for DVC tells
    /// why.
    private func reports(in snapshot: Snapshot) async throws -> [DVCReports] {
        let suffix = "/" + DVCReports.fileName
        let paths = snapshot.paths.filter { $0 == DVCReports.fileName || $0.hasSuffix(suffix) }
        let contents = try await snapshot.read(paths, limit: MetricFile.byteLimit)
        return contents.bytes.compactMap { path, bytes in
            (try? RepositoryPath(path)).flatMap { try? DVCReports(parsing: bytes, at: $0) }
        }
    }

    private func metricFiles(in snapshot: Snapshot, _ reports: [DVCReports]) -> [MetricFile] {
        let declared = reports.flatMap(\.metrics).compactMap { MetricFile(declared: $0.text) }
        return Array(Set(declared).union(snapshot.paths.compactMap { MetricFile(named: $0) }))
    }

    /// Returns the usual files at the top, of which the later ones count, then those that are declared.
    private func parameterFiles(in snapshot: Snapshot, _ reports: [DVCReports]) -> [String] {
        let usual = Array(Parameters.usualFileNames.reversed())
        let declared = Set(reports.flatMap(\.parameters).map(\.text)).subtracting(usual)
        return usual.filter(Set(snapshot.paths).contains) + declared.sorted()
    }

    /// Returns the runs that made artifacts, as their records have it by oid, the last one first; of an artifact the
    /// last one counts.
    private func makers(
        of artifacts: [PointerIndex.Entry],
        among records: [RunRecord]
    ) -> [TrainingFacts.Maker] {
        var open = Dictionary(grouping: artifacts) { $0.pointer.oid.description }
        var makers: [TrainingFacts.Maker] = []
        for run in records.sorted(by: { ($0.started, $0.id) > ($1.started, $1.id) }) {
            let made = run.outputs.compactMap { open.removeValue(forKey: $0.oid)?.first?.path.text }
            if let artifact = made.min() { makers.append(TrainingFacts.Maker(run, of: artifact)) }
        }
        return makers
    }
}
