import Migration
import ModelCore
import Registry
import Runs
import Store
import SystemIO
import SystemPackage

/// The files of MLflow's runs that no registered version is made of: their artifacts, and the models that they logged.
struct MLflowArtifactImport {
    /// Files of a run.
    private struct Group {
        /// The path beside the run's summary.
        let path: RepositoryPath
        let files: MLflowFiles
    }

    private let source: any MLflowSource
    /// The paths of registered versions among the artifacts of runs.
    private let registered: [String: [String]]
    private let registeredModels: Set<String>

    /// Creates the import of what the versions of a selection are not made of.
    init(from source: any MLflowSource, besides selection: MLflowSelection) {
        self.source = source
        var (paths, models): ([String: [String]], Set<String>) = ([:], [])
        for place in selection.models.flatMap(\.versions).flatMap(\.places).map({ MLflowPlace($0) }) {
            switch place {
            case .run(let run, let path): paths[run, default: []].append(path)
            case .loggedModel(let id, _): models.insert(id)
            case .elsewhere: continue
            }
        }
        registered = paths
        registeredModels = models
    }

    /// Whether counting asks nobody.
    var isLocal: Bool { source.isLocal }

    /// Counts the files of a run that the record of it which is there does not have.
    func count(_ run: MLflowRunFacts, known record: RunRecord?) async throws -> ImportMLflow.Report.Artifacts {
        var counted = ImportMLflow.Report.Artifacts()
        counted.add(try await groups(of: run, known: record).map(\.files))
        return counted
    }

    /// Puts the files of a run into the store, but for those that the record has which is there; they are artifacts of
    /// the batch.
    func take(
        _ run: MLflowRunFacts,
        known record: RunRecord?,
        below scratch: FilePath,
        into batch: inout AddBatch,
        _ counted: inout ImportMLflow.Report.Artifacts
    ) async throws -> [RunOutput] {
        let groups = try await groups(of: run, known: record)
        var outputs: [RunOutput] = []
        for group in groups {
            batch.begin(group.path.text, byteCount: group.files.byteCount)
            let directory = try TemporaryDirectory(in: scratch)
            let place = try await source.bring(group.files, below: directory.path) { _ in }
            let found = try ArtifactFiles(at: place) { group.files.includes($0.text) }
            guard let found else { throw MLflowAbsence("its files are gone") }
            var cache = StatCache(directory.path.appending("stat-cache"))
            let result = try await ArtifactIngest(session: batch.session).add(found, bases: .empty, cache: &cache)
            batch.take(group.path, result, isExecutable: false)
            let pointer = result.pointer
            outputs.append(RunOutput(path: group.path.text, oid: pointer.oid.description, size: pointer.size))
        }
        counted.add(groups.map(\.files))
        return outputs
    }

    /// Finds the files of a run; those of one that ended as it did before are known.
    private func groups(of run: MLflowRunFacts, known record: RunRecord?) async throws -> [Group] {
        let isOver = record?.ended != nil && record?.ended?.milliseconds == run.ended
        let known = isOver ? Set(record?.outputs.map(\.path) ?? []) : []
        let directory = KeptRun.directory(of: MLflowRecords.id(of: run.id))
        var places = [("artifacts", "runs:/\(run.id)", registered[run.id] ?? [])]
        for model in run.loggedModels where !registeredModels.contains(model) {
            places.append(("models/\(model)", "models:/\(model)", []))
        }
        var groups: [Group] = []
        for (name, address, registered) in places {
            let path = try RepositoryPath("\(directory)/\(name)")
            guard !known.contains(path.text) else { continue }
            if let files = try await source.files(at: address)?.without(registered) {
                groups.append(Group(path: path, files: files))
            }
        }
        return groups
    }
}

extension ImportMLflow.Report.Artifacts {
    /// Counts the files of one run.
    fileprivate mutating func add(_ groups: [MLflowFiles]) {
        guard !groups.isEmpty else { return }
        runs += 1
        files += groups.reduce(0) { $0 + $1.count }
        size = groups.reduce(size) { $0.addingSaturating($1.byteCount) }
    }

    /// Adds what was counted of other runs.
    mutating func add(_ other: Self) {
        runs += other.runs
        files += other.files
        size = size.addingSaturating(other.size)
    }
}
