import Codec
import Migration
import ModelCore
import Registry
import Runs
import Store
import SystemIO
import SystemPackage

/// Finds the digests of what a run reads.
struct DataDigests {
    let workspace: Workspace
    /// The work tree that links in this one lead to.
    private let owner: Workspace?
    private let tracked: [RepositoryPath: Pointer]
    private var cache: StatCache

    init(_ workspace: Workspace, tracked index: PointerIndex, linkedTo owner: Workspace? = nil) {
        self.workspace = workspace
        self.owner = owner
        tracked = Dictionary(index.entries.map { ($0.path, $0.pointer) }) { first, _ in first }
        cache = workspace.openStatCache()
    }

    /// Returns what an argument names: a URL as it is, a `.dvc` file by its digest, anything else by its bytes.
    mutating func data(_ argument: String) async throws -> RunData {
        if argument.contains("://") {
            return RunData(source: Redaction.value(argument), kind: .url, digest: nil, size: nil)
        }
        let place = workspace.context.workingDirectory.pushing(FilePath(argument)).lexicallyNormalized()
        let path = try? workspace.path(argument)
        let source = path?.text ?? place.string
        if argument.hasSuffix(".dvc") { return try imported(place, path, source: source) }
        guard let pointer = try await pointer(at: place, included: included(path)) else {
            throw Failure(.failed, "there is no data \(QuotedPath.encode(argument))")
        }
        let isArtifact = path.flatMap { tracked[$0] } == pointer
        return RunData(
            source: source,
            kind: isArtifact ? .artifact : .path,
            digest: "sha256:\(pointer.oid.hex)",
            size: pointer.size
        )
    }

    /// Returns a warning where data are an artifact that was changed and not added: nothing keeps those bytes.
    func warning(about data: RunData) -> String? {
        guard data.kind == .path, let path = try? RepositoryPath(data.source), tracked[path] != nil else { return nil }
        return "\(path) was changed and not added, so that nothing keeps the bytes that the run reads: "
            + "`git model add \(path.shellWord)` before it"
    }

    /// Returns what of a directory would belong to an artifact that it were.
    private func included(_ path: RepositoryPath?) async throws -> @Sendable (RepositoryPath) -> Bool {
        guard let path else { return { _ in true } }
        if let place = try? workspace.location(of: path), try FileStatus.of(place)?.kind != .symbolicLink {
            return try await workspace.includedFiles(of: path)
        }
        // Git does not look behind links.
        guard let owner, !owner.isBare, (try? owner.location(of: path)) != nil else { return { _ in true } }
        return try await owner.includedFiles(of: path, byRulesOf: workspace)
    }

    /// Returns what is at a place by its bytes, links followed, as far as it counts; `nil` where there is nothing.
    mutating func pointer(
        at place: FilePath,
        included: @escaping @Sendable (RepositoryPath) -> Bool = { _ in true }
    ) async throws -> Pointer? {
        guard let files = try ArtifactFiles(at: place, followsLinks: true, isIncluded: included) else { return nil }
        let hash = ArtifactHash(pool: workspace.pool, cancellation: workspace.context.cancellation)
        return try await hash.pointer(of: files, cache: &cache)
    }

    /// Keeps what was read, so that it is not read again.
    mutating func save() { cache.save() }

    private func imported(_ place: FilePath, _ path: RepositoryPath?, source: String) throws -> RunData {
        let bytes = try DurableFile.read(place, limit: Int(DVCOutputs.byteLimit))
        let file = try path ?? RepositoryPath(place.lastComponent?.string ?? "data.dvc")
        let outputs: [DVCOutput]
        do { outputs = try DVCOutputs(stage: bytes, at: file).outputs } catch {
            // The file is DVC's, and nothing of git-model's is damaged.
            throw Failure(.failed, "cannot read the data of \(QuotedPath.encode(source)): \(error)")
        }
        guard let output = outputs.first else { throw Failure(.failed, "\(source) names no data") }
        let digests = outputs.map { "\($0.hash.algorithm.rawValue):\($0.hash.text)" }
        let lines = zip(digests, outputs).map { "\($0) \($1.path)\n" }.sorted().joined()
        return RunData(
            source: source,
            kind: .dvc,
            // Of several data, the digest of their list.
            digest: outputs.count == 1 ? digests[0] : "sha256:\(SHA256.digest(of: Array(lines.utf8)).hex)",
            size: outputs.count == 1 ? output.size : nil
        )
    }
}
