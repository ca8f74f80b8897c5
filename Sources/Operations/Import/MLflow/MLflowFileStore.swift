import Migration
import ModelCore
import Runs
import SystemIO
import SystemPackage
import Transport

/// MLflow's file store: the directory `mlruns`, with a directory for each experiment and `models` for the registry.
///
/// Source: mlflow/store/tracking/file_store.py and mlflow/store/model_registry/file_store.py of MLflow 3.
struct MLflowFileStore: MLflowSource {
    private static let metaLimit = 16 << 20
    private static let valueLimit = 1 << 20
    /// Larger files of a metric, which would have some ten million points, are not read.
    private static let metricLimit: Int64 = 1 << 30
    private static let blockByteCount = 4 << 20

    let name: String
    private let root: FilePath
    private let pool: WorkerPool
    private let cancellation: Cancellation

    /// Creates a reader of the store at `root`; nothing is read yet.
    init(at root: FilePath, named name: String, pool: WorkerPool, cancellation: Cancellation) {
        self.root = root
        self.name = name
        self.pool = pool
        self.cancellation = cancellation
    }

    /// Whether a directory is such a store: it has an experiment, or a registry.
    static func isStore(_ root: FilePath) throws -> Bool {
        try DirectoryEntry.all(in: root).contains { entry in
            guard entry.kind == .directory, entry.name != ".trash" else { return false }
            let directory = root.appending(entry.name)
            if try FileStatus.of(directory.appending("meta.yaml")) != nil { return true }
            return try entry.name == "models"
                && DirectoryEntry.all(in: directory).contains { model in
                    try FileStatus.of(directory.appending(model.name).appending("meta.yaml")) != nil
                }
        }
    }

    func inventory() async throws -> MLflowInventory {
        try await pool.run { () throws -> MLflowInventory in
            var inventory = MLflowInventory()
            for directory in try directories(in: root) where directory != "models" && directory != ".trash" {
                try cancellation.check()
                guard try isThere([directory, "meta.yaml"]) else { continue }
                do { try addExperiment(directory, to: &inventory) } catch {
                    inventory.problems.append(Problem("experiment \(directory)", error))
                    let known = Set(inventory.runs.map(\.id))
                    inventory.unreadableRuns += ((try? runs(in: [directory])) ?? []).filter { !known.contains($0) }
                }
            }
            if try isThere([".trash"]) {
                for experiment in try directories(in: root.appending(".trash")) {
                    inventory.deletedRuns += try runs(in: [".trash", experiment]).count
                }
            }
            if try isThere(["models"]) { try addModels(to: &inventory) }
            return inventory
        }
    }

    func readMetrics(
        of run: MLflowRunFacts,
        _ take: (_ name: String, MetricLog) async throws -> Void
    ) async throws -> [String] {
        let place = try directory(ofRun: run.id).appending("metrics")
        guard try FileStatus.of(place) != nil else { return [] }
        var problems: [String] = []
        for file in try DirectoryWalk.entries(under: place) where file.status.kind == .regular {
            let read = try await pool.run { () -> Result<MetricLog, any Error> in
                Result { try self.log(of: file.path, at: place.appending(file.path), file.status.size) }
            }
            try cancellation.check()
            switch read {
            case .success(let log): try await take(file.path, log)
            case .failure(let error): problems.append("\(error)")
            }
        }
        return problems
    }

    func files(of version: MLflowModelVersion) async throws -> MLflowFiles {
        try await pool.run { () throws -> MLflowFiles in
            var looked: [String] = []
            for place in version.places {
                guard let path = try location(of: place) else {
                    looked.append(place)
                    continue
                }
                guard let files = try ArtifactFiles(at: path) else {
                    looked.append(path.string)
                    continue
                }
                return MLflowFiles(place: .local(path), count: files.files.count, byteCount: files.byteCount)
            }
            throw MLflowAbsence(
                looked.isEmpty
                    ? "nobody said where its files are"
                    : "its files are not in \(name): \(looked.map(QuotedPath.encode).joined(separator: ", "))"
            )
        }
    }

    var isLocal: Bool { true }

    func files(at address: String) async throws -> MLflowFiles? {
        try await pool.run { () throws -> MLflowFiles? in
            guard let path = try location(of: address), let files = try ArtifactFiles(at: path), !files.files.isEmpty
            else { return nil }
            return MLflowFiles(place: .local(path), count: files.files.count, byteCount: files.byteCount)
        }
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

extension MLflowFileStore {
    private func directories(in path: FilePath) throws -> [String] {
        try DirectoryEntry.all(in: path).filter { $0.kind == .directory }.map(\.name)
    }

    /// Returns the place of a path in the store, in which no link leads anywhere else.
    private func place(_ components: [String]) throws -> FilePath {
        try SafeRelativePath.resolve(root: root, components: components)
    }

    private func isThere(_ components: [String]) throws -> Bool { try FileStatus.of(place(components)) != nil }

    private func meta(of components: [String]) throws -> MLflowFields {
        try MLflowFields(yaml: bytes(at: place(components + ["meta.yaml"]), limit: MLflowFileStore.metaLimit))
    }

    /// Reads a file that is no link.
    private func bytes(at path: FilePath, limit: Int) throws -> [UInt8] {
        guard try FileStatus.of(path)?.kind == .regular else { throw MLflowAbsence("\(path) is no file") }
        return try DurableFile.read(path, limit: limit)
    }

    private func addExperiment(_ directory: String, to inventory: inout MLflowInventory) throws {
        let fields = try meta(of: [directory])
        let runs = try runs(in: [directory])
        guard fields.text("lifecycle_stage") != "deleted" else {
            inventory.deletedRuns += runs.count
            return
        }
        inventory.experiments[directory] = fields.text("name") ?? directory
        for run in runs {
            do {
                try cancellation.check()
                let facts = try facts(ofRun: run, in: directory)
                if facts.isDeleted { inventory.deletedRuns += 1 } else { inventory.runs.append(facts) }
            } catch {
                try cancellation.check()
                inventory.problems.append(Problem("run \(run)", error))
                inventory.unreadableRuns.append(run)
            }
        }
    }

    /// Returns the names of an experiment's directories of runs.
    private func runs(in experiment: [String]) throws -> [String] {
        let others: Set<String> = ["datasets", "models", "tags", "traces"]
        return try directories(in: place(experiment)).filter { name in
            try !others.contains(name) && isThere(experiment + [name, "meta.yaml"])
        }
    }

    private func facts(ofRun run: String, in experiment: String) throws -> MLflowRunFacts {
        var facts = try MLflowRunFacts(info: meta(of: [experiment, run]))
        // Whatever the file says, the directory is where the rest is found.
        guard facts.id == run else { throw MLflowAbsence("its meta.yaml is that of run \(facts.id)") }
        guard !facts.isDeleted else { return facts }
        facts.parameters = try texts(at: [experiment, run, "params"])
        facts.take(tags: try texts(at: [experiment, run, "tags"]))
        facts.datasets = try datasets(ofRun: run, in: experiment)
        if try isThere([experiment, run, "outputs"]) {
            facts.loggedModels = try directories(in: place([experiment, run, "outputs"]))
        }
        return facts
    }

    /// Reads a directory of small files; their names may have slashes.
    private func texts(at components: [String]) throws -> [String: String] {
        let directory = try place(components)
        guard try FileStatus.of(directory) != nil else { return [:] }
        var texts: [String: String] = [:]
        for file in try DirectoryWalk.entries(under: directory) where file.status.kind == .regular {
            let bytes = try DurableFile.read(directory.appending(file.path), limit: MLflowFileStore.valueLimit)
            texts[file.path] = String(decoding: bytes, as: UTF8.self)
        }
        return texts
    }

    private func datasets(ofRun run: String, in experiment: String) throws -> [MLflowDataset] {
        guard try isThere([experiment, run, "inputs"]) else { return [] }
        return try directories(in: place([experiment, run, "inputs"])).compactMap { input in
            guard let fields = try? meta(of: [experiment, run, "inputs", input]),
                fields.text("source_type") == "DATASET", let source = fields.text("source_id"),
                let dataset = try? meta(of: [experiment, "datasets", source])
            else { return nil }
            return MLflowDataset(dataset)
        }
    }

    private func addModels(to inventory: inout MLflowInventory) throws {
        for directory in try directories(in: root.appending("models"))
        where try isThere(["models", directory, "meta.yaml"]) {
            do {
                var model = try MLflowModel(meta(of: ["models", directory]))
                let aliases = try texts(at: ["models", directory, "aliases"])
                for (alias, number) in aliases { model.aliases[alias] = Int64(number.filter { !$0.isWhitespace }) }
                for version in try directories(in: place(["models", directory])) where version.hasPrefix("version-") {
                    do { model.add(try self.version(version, of: directory)) } catch {
                        inventory.problems.append(Problem("\(directory) \(version)", error))
                    }
                }
                inventory.models.append(model)
            } catch { inventory.problems.append(Problem("model \(directory)", error)) }
        }
    }

    private func version(_ directory: String, of model: String) throws -> MLflowModelVersion {
        var version = try MLflowModelVersion(meta(of: ["models", model, directory]))
        version.tags = try texts(at: ["models", model, directory, "tags"])
        return version
    }

    private func directory(ofRun run: String) throws -> FilePath {
        for experiment in try directories(in: root) {
            if try isThere([experiment, run, "meta.yaml"]) { return try place([experiment, run]) }
        }
        throw MLflowAbsence("run \(run) is not in \(name)")
    }

    /// Returns where in this store an address leads; `nil` where that is nowhere.
    ///
    /// An address may name any path of any machine: nothing outside of the store is ever read.
    private func location(of address: String) throws -> FilePath? {
        let isFile = address.hasPrefix("file:")
        let (owner, parts, path): (String, [String], String)
        switch MLflowPlace(isFile ? PercentEncoding.decoded(address) ?? address : address) {
        case .run(let run, let inner): (owner, parts, path) = (run, [run, "artifacts"], inner)
        case .loggedModel(let model, let inner): (owner, parts, path) = (model, ["models", model, "artifacts"], inner)
        case .elsewhere: return nil
        }
        guard let inner = path.isEmpty ? [] : (try? RepositoryPath(path))?.components else { return nil }
        for experiment in try directories(in: root) where owner != experiment {
            let found = try place([experiment] + parts + inner)
            if let status = try FileStatus.of(found), status.kind != .symbolicLink { return found }
        }
        return nil
    }

    /// Reads the points of a metric a block at a time; a line that is not complete counts as unreadable.
    private func log(of metric: String, at path: FilePath, _ size: Int64) throws -> MetricLog {
        guard size <= MLflowFileStore.metricLimit else {
            throw MLflowAbsence("metric \(QuotedPath.encode(metric)) has more points than are read (\(size) bytes)")
        }
        let file = try OpenFile(reading: path)
        var log = MetricLog()
        var rest: [UInt8] = []
        var offset: Int64 = 0
        while true {
            try cancellation.check()
            var block = [UInt8](repeating: 0, count: MLflowFileStore.blockByteCount)
            let count = try block.withUnsafeMutableBytes { try file.read(into: $0, at: offset) }
            offset += Int64(count)
            block.removeLast(block.count - count)
            rest += block
            let end = count == 0 ? rest.count : rest.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
            MLflowMetrics.add(metric, of: Array(rest[..<end]), to: &log)
            rest.removeFirst(end)
            if count == 0 { return log }
            guard rest.count <= MLflowFileStore.valueLimit else {
                throw MLflowAbsence("metric \(QuotedPath.encode(metric)) has a line that no metric has")
            }
        }
    }
}
