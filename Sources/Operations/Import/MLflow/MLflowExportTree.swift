import Migration
import ModelCore
import Runs
import SystemIO
import SystemPackage

/// What mlflow-export-import wrote: directories with a `run.json` and artifacts, `experiment.json`, `model.json`.
struct MLflowExportTree: MLflowSource {
    private static let fileLimit = 64 << 20
    /// How deep such files lie in the trees of that tool.
    private static let depthLimit = 8

    let name: String
    private let root: FilePath
    private let pool: WorkerPool
    /// The files of that tool, from `root`.
    private let paths: [RepositoryPath]

    /// Looks for the files of that tool; `nil` where there are none.
    init?(at root: FilePath, named name: String, pool: WorkerPool) async throws {
        self.root = root
        self.name = name
        self.pool = pool
        let found = try await pool.run {
            try DirectoryWalk.entries(under: root) { path, kind in
                let parts = path.split(separator: "/")
                guard kind == .directory else {
                    return ["run.json", "model.json", "experiment.json"].contains(parts.last.map(String.init))
                }
                return parts.count < MLflowExportTree.depthLimit && parts.last != "artifacts"
            }
        }
        paths = found.filter { $0.status.kind == .regular }.compactMap { try? RepositoryPath($0.path) }
        if !paths.contains(where: { $0.name != "experiment.json" }) { return nil }
    }

    func inventory() async throws -> MLflowInventory {
        try await pool.run { () throws -> MLflowInventory in
            var inventory = MLflowInventory()
            var seen: Set<String> = []
            for path in paths {
                do {
                    switch path.name {
                    case "experiment.json": try addExperiment(at: path, to: &inventory)
                    case "model.json": try addModel(at: path, to: &inventory)
                    default:
                        let run = try export(at: path).run
                        // Several exports may have one run.
                        guard seen.insert(run.id).inserted else { continue }
                        if run.isDeleted { inventory.deletedRuns += 1 } else { inventory.runs.append(run) }
                    }
                } catch { inventory.problems.append(Problem(path.text, error)) }
            }
            return inventory
        }
    }

    func readMetrics(
        of run: MLflowRunFacts,
        _ take: (_ name: String, MetricLog) async throws -> Void
    ) async throws -> [String] {
        let found = try await pool.run {
            try self.directories(ofRun: run.id).lazy.compactMap { try? export(of: $0) }.first
        }
        guard let found else { throw MLflowAbsence("its run.json is gone") }
        for (metric, points) in found.metrics.sorted(by: { $0.key < $1.key }) {
            try await take(metric, MetricLog(metric, points))
        }
        return found.unreadableCount > 0 ? ["points that could not be read: \(found.unreadableCount)"] : []
    }

    func files(of version: MLflowModelVersion) async throws -> MLflowFiles {
        try await pool.run { () throws -> MLflowFiles in
            if let files = try files(among: places(of: version)) { return files }
            throw MLflowAbsence("its files are not in \(name)")
        }
    }

    var isLocal: Bool { true }

    func files(at address: String) async throws -> MLflowFiles? {
        try await pool.run { () throws -> MLflowFiles? in
            let files = try files(among: places(at: address))
            return files?.count == 0 ? nil : files
        }
    }

    /// Returns the files at the first of some places that is there.
    private func files(among places: [[String]]) throws -> MLflowFiles? {
        for place in places {
            let path = try SafeRelativePath.resolve(root: root, components: place)
            guard let status = try FileStatus.of(path), status.kind != .symbolicLink,
                let files = try ArtifactFiles(at: path)
            else { continue }
            return MLflowFiles(place: .local(path), count: files.files.count, byteCount: files.byteCount)
        }
        return nil
    }

    func bring(
        _ files: MLflowFiles,
        below scratch: FilePath,
        received: @escaping @Sendable (Int) -> Void
    ) async throws -> FilePath {
        guard case .local(let path) = files.place else { throw MLflowAbsence("its files are at a server") }
        return path
    }
}

extension MLflowExportTree {
    private func bytes(at path: RepositoryPath, limit: Int) throws -> [UInt8] {
        try DurableFile.read(SafeRelativePath.resolve(root: root, components: path.components), limit: limit)
    }

    private func export(at path: RepositoryPath) throws -> MLflowRunExport {
        try MLflowRunExport(parsing: bytes(at: path, limit: MLflowRunExport.byteLimit))
    }

    private func export(of directory: RepositoryPath?) throws -> MLflowRunExport {
        let file = try RepositoryPath("run.json")
        return try export(at: directory?.appending(file) ?? file)
    }

    private func addExperiment(at path: RepositoryPath, to inventory: inout MLflowInventory) throws {
        let fields = try MLflowFields(json: bytes(at: path, limit: MLflowExportTree.fileLimit))
        guard let experiment = fields.fields("mlflow")?.fields("experiment"), let id = experiment.text("experiment_id")
        else { return }
        inventory.experiments[id] = experiment.text("name") ?? id
    }

    private func addModel(at path: RepositoryPath, to inventory: inout MLflowInventory) throws {
        let model = try MLflowModel(export: bytes(at: path, limit: MLflowExportTree.fileLimit))
        guard let position = inventory.models.firstIndex(where: { $0.name == model.name }) else {
            inventory.models.append(model)
            return
        }
        for version in model.versions { inventory.models[position].add(version) }
    }

    /// Returns the directories with an export of a run: named as it is, or, of a single version's, `run`.
    private func directories(ofRun run: String) throws -> [RepositoryPath?] {
        let own = paths.filter { $0.name == "run.json" }.map(\.parent)
        let named = own.filter { $0?.name == run }
        return named
            + own.filter { directory in
                directory?.name != run && (try? export(of: directory))?.run.id == run
            }
    }

    /// Returns the parts of a path; `nil` for one that leads elsewhere.
    private static func components(of path: String) -> [String]? {
        path.isEmpty ? [] : (try? RepositoryPath(path))?.components
    }

    /// Returns where the files of a version may be, from `root`.
    private func places(of version: MLflowModelVersion) throws -> [[String]] {
        var places: [[String]] = []
        for file in paths where file.name == "model.json" {
            let bytes = try bytes(at: file, limit: MLflowExportTree.fileLimit)
            guard (try? MLflowModel(export: bytes))?.name == version.model else { continue }
            places.append((file.parent?.components ?? []) + ["version_models", "\(version.number)"])
        }
        for address in version.places { places += try self.places(at: address) }
        return places
    }

    /// Returns where the files of an address may be, from `root`.
    private func places(at address: String) throws -> [[String]] {
        switch MLflowPlace(address) {
        case .run(let run, let path):
            guard let inner = MLflowExportTree.components(of: path) else { return [] }
            return try directories(ofRun: run).map { ($0?.components ?? []) + ["artifacts"] + inner }
        case .loggedModel(let id, let path):
            guard let inner = MLflowExportTree.components(of: path) else { return [] }
            return paths.map { $0.parent?.components ?? [] }.flatMap { directory in
                [[id], ["logged_models", id]].map { directory + $0 + ["artifacts"] + inner }
            }
        case .elsewhere: return []
        }
    }
}

extension MetricLog {
    /// Creates the log of one metric's points.
    init(_ name: String, _ points: [MLflowPoint]) {
        self.init()
        for point in points {
            add(name, point.value, step: point.step, time: Timestamp(milliseconds: point.milliseconds))
        }
    }
}
