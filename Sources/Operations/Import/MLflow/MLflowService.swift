import Migration
import ModelCore
import Runs
import SystemIO
import SystemPackage
import Transport

/// An MLflow server, by its REST interface, of which nothing but questions is asked.
///
/// Source: mlflow/protos/service.proto, model_registry.proto and mlflow_artifacts.proto of MLflow 3.
struct MLflowService: MLflowSource {
    /// How many things an answer brings (the most that servers take).
    private static let (runsAtOnce, modelsAtOnce, pointsAtOnce) = (1000, 1000, 25000)
    /// How many things of one kind a server may make us keep.
    private static let itemLimit = 10_000_000

    let name: String
    private let server: MLflowServer
    private let pool: WorkerPool

    /// Creates a reader of a server; nothing is asked yet.
    init(_ server: MLflowServer, pool: WorkerPool) {
        self.server = server
        self.pool = pool
        name = server.url
    }

    func inventory() async throws -> MLflowInventory {
        var inventory = MLflowInventory()
        try await eachPage { token in
            try await server.send(
                "experiments/search",
                ["max_results": JSONValue(Int64(MLflowService.runsAtOnce)), "view_type": "ACTIVE_ONLY"].asking(token),
                isRepeatable: true
            )
        } take: { page in
            let listed = page.list("experiments")
            for experiment in listed {
                guard let id = experiment.text("experiment_id") else { continue }
                inventory.experiments[id] = experiment.text("name") ?? id
            }
            return listed.count
        }
        for experiment in inventory.experiments.keys.sorted() { try await addRuns(of: experiment, to: &inventory) }
        try await addModels(to: &inventory)
        return inventory
    }

    func readMetrics(
        of run: MLflowRunFacts,
        _ take: (_ name: String, MetricLog) async throws -> Void
    ) async throws -> [String] {
        var problems: [String] = []
        for metric in run.lastValues.keys.sorted() {
            var points: [MLflowPoint] = []
            var unreadable = 0
            try await eachPage { token in
                var query = [
                    ("run_id", run.id), ("metric_key", metric), ("max_results", "\(MLflowService.pointsAtOnce)"),
                ]
                if let token { query.append(("page_token", token)) }
                return try await server.get("metrics/get-history", query)
            } take: { page in
                let listed = page.list("metrics")
                let read = listed.compactMap { MLflowPoint($0) }
                unreadable += listed.count - read.count
                points += read
                return listed.count
            }
            if unreadable > 0 {
                problems.append("points of \(QuotedPath.encode(metric)) that could not be read: \(unreadable)")
            }
            try await take(metric, MetricLog(metric, points))
        }
        return problems
    }

    func files(of version: MLflowModelVersion) async throws -> MLflowFiles {
        var looked: [String] = []
        for address in try await addresses(of: version) {
            if let files = try await files(at: address) { return files }
            looked.append(address)
        }
        throw MLflowAbsence(
            "the server does not give its files: \(looked.map(QuotedPath.encode).joined(separator: ", "))"
        )
    }

    var isLocal: Bool { false }

    func files(at address: String) async throws -> MLflowFiles? {
        guard let root = try await artifactRoot(of: address) else { return nil }
        let files: [MLflowFiles.Remote]
        do { files = try await root.files(at: server) } catch let error as MLflowError {
            guard error.isAbsent else { throw error }
            return nil
        }
        guard !files.isEmpty else { return nil }
        let size = files.reduce(Int64(0)) { $0.addingSaturating($1.size) }
        return MLflowFiles(place: .remote(files), count: files.count, byteCount: size)
    }

    func bring(
        _ files: MLflowFiles,
        below scratch: FilePath,
        received: @escaping @Sendable (Int) -> Void
    ) async throws -> FilePath {
        guard case .remote(let remote) = files.place else { throw MLflowAbsence("its files are on this machine") }
        let place = scratch.appending("version")
        for file in remote {
            let target =
                file.path.isEmpty
                ? place
                : try SafeRelativePath.resolve(root: place, components: RepositoryPath(file.path).components)
            try Directories.create(target.removingLastComponent(), durable: false)
            try await server.fetch(file.address, to: target, byteCount: file.size, received: received)
            guard try FileStatus.of(target)?.size == file.size else {
                throw MLflowAbsence(
                    "the server gave another number of bytes of \(QuotedPath.encode(file.path)) than it says"
                )
            }
        }
        return place
    }
}

extension MLflowService {
    /// Goes through the pages of an answer, whose `take` returns how many things a page brought; a server that begins
    /// again, or never ends, is an error.
    private func eachPage(
        _ ask: (_ token: String?) async throws -> [String: JSONValue],
        take: (MLflowFields) throws -> Int
    ) async throws {
        var token: String?
        var tokens: Set<String> = []
        var count = 0
        while count <= MLflowService.itemLimit {
            let page = MLflowFields(try await ask(token))
            // A page without anything counts, too.
            count += max(1, try take(page))
            guard let next = page.text("next_page_token") else { return }
            guard tokens.insert(next).inserted else { break }
            token = next
        }
        throw MLflowError(url: server.url, status: nil, code: "", message: "its list of answers has no end")
    }

    private func addRuns(of experiment: String, to inventory: inout MLflowInventory) async throws {
        var found: [MLflowRunFacts] = []
        var problems: [Problem] = []
        try await eachPage { token in
            try await server.send(
                "runs/search",
                [
                    "experiment_ids": .array([.string(experiment)]), "run_view_type": "ALL",
                    "max_results": JSONValue(Int64(MLflowService.runsAtOnce)),
                ].asking(token),
                isRepeatable: true
            )
        } take: { page in
            let listed = page.list("runs")
            for run in listed {
                do throws(FormatError) { found.append(try MLflowRunFacts(answer: run)) } catch {
                    problems.append(Problem("a run of experiment \(experiment)", error))
                }
            }
            return listed.count
        }
        inventory.runs += found.filter { !$0.isDeleted }
        inventory.deletedRuns += found.count(where: \.isDeleted)
        inventory.problems += problems
    }

    private func addModels(to inventory: inout MLflowInventory) async throws {
        var models: [MLflowModel] = []
        try await eachPage { token in
            var query = [("max_results", "\(MLflowService.modelsAtOnce)")]
            if let token { query.append(("page_token", token)) }
            return try await server.get("registered-models/search", query)
        } take: { page in
            let listed = page.list("registered_models")
            models += listed.compactMap { try? MLflowModel($0) }
            return listed.count
        }
        for position in models.indices {
            // What a search calls the latest versions are not all.
            models[position].versions = []
            let name = models[position].name.replacing("'", with: "\\'")
            try await eachPage { token in
                var query = [("filter", "name='\(name)'"), ("max_results", "\(MLflowService.modelsAtOnce)")]
                if let token { query.append(("page_token", token)) }
                return try await server.get("model-versions/search", query)
            } take: { page in
                let listed = page.list("model_versions")
                for item in listed {
                    if let version = try? MLflowModelVersion(item) { models[position].add(version) }
                }
                return listed.count
            }
        }
        inventory.models = models
    }

    /// Returns where the files of a version may be, as the server resolves it first.
    private func addresses(of version: MLflowModelVersion) async throws -> [String] {
        let query = [("name", version.model), ("version", "\(version.number)")]
        let resolved = try await askedFor { try await server.get("model-versions/get-download-uri", query) }
        let first = resolved.flatMap { MLflowFields($0).text("artifact_uri") }
        return (first.map { [$0] } ?? []) + version.places.filter { $0 != first }
    }

    private func artifactRoot(of address: String) async throws -> MLflowArtifactRoot? {
        if let path = MLflowRun.artifactPath(of: address) { return .proxied(path) }
        switch MLflowPlace(address) {
        case .run(let run, let path):
            let found = try await askedFor { try await server.get("runs/get", [("run_id", run)]) }
            guard let info = found.flatMap({ MLflowFields($0).fields("run")?.fields("info") }) else { return nil }
            guard let root = info.text("artifact_uri").flatMap({ MLflowRun.artifactPath(of: $0) }) else {
                return .run(run, path: path)
            }
            return .proxied(MLflowService.join(root, path))
        case .loggedModel(let id, let path):
            let found = try await askedFor { try await server.get("logged-models/\(PercentEncoding.encoded(id))") }
            let info = found.flatMap { MLflowFields($0).fields("model")?.fields("info") }
            let root = info?.text("artifact_uri").flatMap { MLflowRun.artifactPath(of: $0) }
            return root.map { .proxied(MLflowService.join($0, path)) }
        case .elsewhere: return nil
        }
    }

    private static func join(_ root: String, _ path: String) -> String { path.isEmpty ? root : "\(root)/\(path)" }

    /// Returns an answer; `nil` where what was asked for is not there.
    private func askedFor(_ ask: () async throws -> [String: JSONValue]) async throws -> [String: JSONValue]? {
        do { return try await ask() } catch let error as MLflowError {
            guard error.isAbsent else { throw error }
            return nil
        }
    }
}

extension [String: JSONValue] {
    /// Returns the same question for a page; the first one has no token.
    fileprivate func asking(_ token: String?) -> [String: JSONValue] {
        var question = self
        question["page_token"] = token.map { .string($0) }
        return question
    }
}
