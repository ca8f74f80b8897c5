import Migration
import ModelCore
import Runs
import SystemPackage

/// A place where MLflow keeps runs and registered models, which is read and never changed.
protocol MLflowSource: Sendable {
    /// What it is called in messages.
    var name: String { get }

    /// Lists what there is.
    func inventory() async throws -> MLflowInventory

    /// Gives the points of a run's metrics, one metric after the other; returns what could not be read, as clauses.
    func readMetrics(
        of run: MLflowRunFacts,
        _ take: (_ name: String, MetricLog) async throws -> Void
    ) async throws -> [String]

    /// Finds the files of a version; throws a clause that calls them "its files" where they are not to be had.
    func files(of version: MLflowModelVersion) async throws -> MLflowFiles

    /// Whether to look for files costs nothing worth mentioning.
    var isLocal: Bool { get }

    /// Finds the files at an address of MLflow's, `runs:/…` or `models:/m-…`; `nil` where there are none.
    func files(at address: String) async throws -> MLflowFiles?

    /// Returns where on this machine the files are, which are put below `scratch` where they are on none yet.
    func bring(
        _ files: MLflowFiles,
        below scratch: FilePath,
        received: @escaping @Sendable (Int) -> Void
    ) async throws -> FilePath
}

/// What MLflow has.
struct MLflowInventory: Sendable {
    /// The names of experiments that are not deleted, by their ids.
    var experiments: [String: String] = [:]
    /// The runs that are not deleted.
    var runs: [MLflowRunFacts] = []
    /// The ids of runs in a directory that cannot be read, each a problem, too, or part of one.
    var unreadableRuns: [String] = []
    /// How many runs were deleted, and are left out.
    var deletedRuns = 0
    /// The registered models, by name.
    var models: [MLflowModel] = []
    /// What could not be read.
    var problems: [Problem] = []
}

/// The files of a version of MLflow's.
struct MLflowFiles: Sendable {
    /// Where they are.
    enum Place: Sendable {
        /// On this machine: a directory, or one file.
        case local(FilePath)
        /// At a server, with their paths as seen from the version's directory.
        case remote([Remote])
    }

    /// A file at a server.
    struct Remote: Sendable {
        /// The path in the version; empty where the version is this file.
        let path: String
        /// The request's path and query.
        let address: String
        /// The size in bytes, as the server says it.
        let size: Int64
    }

    /// Where they are.
    let place: Place
    /// How many there are, and their size in bytes.
    let count: Int, byteCount: Int64
    /// Paths that are left out, with what is below them.
    private(set) var excluded: [String] = []

    /// Whether a path is one of the files.
    func includes(_ path: String) -> Bool { MLflowFiles.includes(path, besides: excluded) }

    private static func includes(_ path: String, besides excluded: [String]) -> Bool {
        !excluded.contains { path == $0 || path.hasPrefix($0 + "/") }
    }

    /// Returns the same files without some paths and what is below them; `nil` where nothing is left.
    func without(_ paths: [String]) throws -> MLflowFiles? {
        guard !paths.contains("") else { return nil }
        if paths.isEmpty { return self }
        var files: MLflowFiles
        switch place {
        case .remote(let all):
            let left = all.filter { MLflowFiles.includes($0.path, besides: paths) }
            let size = left.reduce(Int64(0)) { $0.addingSaturating($1.size) }
            files = MLflowFiles(place: .remote(left), count: left.count, byteCount: size)
        case .local(let path):
            let left = try ArtifactFiles(at: path) { MLflowFiles.includes($0.text, besides: paths) }
            guard let left else { return nil }
            files = MLflowFiles(place: place, count: left.files.count, byteCount: left.byteCount)
        }
        files.excluded = paths
        return files.count == 0 ? nil : files
    }
}

/// That something of MLflow's is not to be had, as a clause.
struct MLflowAbsence: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
