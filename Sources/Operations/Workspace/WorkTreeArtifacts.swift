import ModelCore
import Registry
import Store
import SystemIO
import SystemPackage

/// What lies in the work tree in the place of artifacts that are compared.
struct WorkTreeArtifacts {
    /// What is there, by path.
    private(set) var found: [RepositoryPath: DiskArtifact] = [:]
    /// Those of which nothing is there, though their pointers are: somebody deleted them, or never got them.
    private(set) var missing: Set<RepositoryPath> = []
    /// Those of the missing whose bytes are in the local store.
    private(set) var here: Set<RepositoryPath> = []
    /// Whether no artifact at all lies there, as where nothing was checked out yet.
    private(set) var isFresh = false
    /// Those that were changed since they were added, and are in no store that is known.
    private(set) var unadded: Set<RepositoryPath> = []
    /// What cannot be looked at.
    private(set) var problems: [Problem] = []

    /// Looks nowhere.
    init() {}

    /// Those that somebody deleted: bytes that are here were there before, unless nothing was ever checked out.
    var gone: Set<RepositoryPath> { isFresh ? [] : here }

    /// Looks at the later artifacts of pairs, reading what changed since it was last read; `all` are those of the whole
    /// work tree.
    init(
        among pairs: [VersionPair.Pair],
        of all: [PointerIndex.Entry],
        in workspace: Workspace,
        _ store: LocalStore
    ) async throws {
        var cache = workspace.openStatCache()
        defer { cache.save() }
        for artifact in pairs.compactMap(\.after) {
            do { try await look(at: artifact, in: workspace, store, &cache) } catch {
                try workspace.context.cancellation.check()
                problems.append(Problem(artifact.path.text, error))
            }
        }
        guard found.isEmpty, !here.isEmpty else { return }
        // What was added or restored here once is in its cache.
        let cacheFile = workspace.modelDirectory.appending(Workspace.statCacheName)
        guard try !workspace.repository.isMain || FileStatus.of(cacheFile) == nil else { return }
        isFresh = try !all.contains { try FileStatus.of(workspace.location(of: $0.path)) != nil }
    }

    private mutating func look(
        at artifact: PointerIndex.Entry,
        in workspace: Workspace,
        _ store: LocalStore,
        _ cache: inout StatCache
    ) async throws {
        let path = artifact.path
        if let disk = try await DiskArtifact(artifact, in: workspace, cache: &cache) {
            found[path] = disk
            guard !disk.isCurrent, !Closure(of: [disk.entry.pointer], in: store).isComplete else { return }
            if try !workspace.acknowledgedAnywhere().contains(disk.entry.pointer.oid) { unadded.insert(path) }
            return
        }
        if try FileStatus.of(workspace.location(of: path)) != nil {
            problems.append(Problem(path.text, message: "what is in its place is neither a file nor a directory"))
            return
        }
        // What a sparse checkout leaves out has no pointer there either.
        guard try FileStatus.of(workspace.location(of: path.appendingPointerSuffix)) != nil else { return }
        missing.insert(path)
        if Closure(of: [artifact.pointer], in: store).isComplete { here.insert(path) }
    }

    /// Whether what lies there was compared, or nothing has to.
    func hasSeen(_ path: RepositoryPath) -> Bool {
        !missing.contains(path) && !problems.contains { $0.subject == path.text }
    }
}
