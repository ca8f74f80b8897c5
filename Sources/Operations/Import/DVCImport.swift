import Git
import Migration
import ModelCore
import Registry
import Store
import SystemIO
import SystemPackage

/// The work of one `import dvc`: what was found and stored so far.
struct DVCImport {
    /// From this size on, an earlier version is made readable first, so that the next can be stored as a difference to
    /// it.
    private static let readableByteCount: Int64 = 4 << 20

    private let workspace: Workspace
    private let store: LocalStore
    /// Where bytes go; `nil` in a dry run.
    private var ingest: ImportIngest?
    private var projects: [RepositoryPath?: DVCProject] = [:]
    /// What was last stored of each path.
    private var latest: [RepositoryPath: Pointer] = [:]
    /// What would be stored, in a dry run.
    private var seen: Set<DVCHash> = []
    /// What could not be taken, and has been said.
    private var failed: Set<DVCHash> = []
    /// The map as it is going to be.
    private(set) var map: ImportMap
    /// Whether bytes of the current commit, and of tags, are missing that DVC may be able to get.
    private(set) var lacksCurrent = false
    private(set) var lacksOld = false

    init(_ workspace: Workspace, store: LocalStore, session: IngestSession?) async throws {
        self.workspace = workspace
        self.store = store
        ingest = session.map { ImportIngest(session: $0) }
        map = try await workspace.importMapOnDisk()
    }

    /// The remotes of the projects that were met that only DVC reaches.
    var unreachableRemotes: [DVCConfiguration.Remote] {
        Set(projects.values.flatMap(\.unreachable)).sorted { $0.name < $1.name }
    }

    /// Whether the object of a name is known, or would be.
    func isKnown(_ hash: DVCHash) -> Bool { map.objects[hash] != nil || seen.contains(hash) }

    /// Takes an output of the current commit as an artifact.
    mutating func takeCurrent(
        _ output: DVCOutput,
        into batch: inout AddBatch,
        _ report: inout ImportReport
    ) async throws {
        try await batch.requireAddable(output.path)
        // No pointer can be where a link leads elsewhere.
        let place = try workspace.location(of: output.path)
        let found = try await find(output, at: place)
        var oid: Digest?
        if ingest == nil {
            seen.insert(output.hash)
        } else {
            batch.begin(output.path.text, byteCount: found.size)
            let result = try await store(found, of: output)
            batch.take(output.path, result, isExecutable: output.isExecutable)
            oid = result.pointer.oid
        }
        report.artifacts.append(
            ImportReport.Artifact(
                path: output.path.text,
                change: "new",
                kind: (output.hash.isDirectory ? ArtifactKind.tree : .file).rawValue,
                size: found.size,
                oid: oid?.description,
                origin: found.origin.text
            )
        )
    }

    /// Takes what a tag has that is not known yet; nothing of it gets a pointer, for a map names it.
    mutating func takeOld(
        _ outputs: [DVCOutput],
        of tag: String,
        into batch: inout AddBatch,
        _ report: inout ImportReport
    ) async throws {
        var version = ImportReport.Version(name: tag)
        for output in outputs where !isKnown(output.hash) && !failed.contains(output.hash) {
            do {
                let found = try await find(output, at: nil)
                seen.insert(output.hash)
                version.objects += 1
                version.size += found.size
                guard ingest != nil else { continue }
                batch.begin("\(tag):\(output.path)", byteCount: found.size)
                batch.keep(try await store(found, of: output).pointer)
            } catch {
                if workspace.context.cancellation.isCancelled { throw error }
                version.missing += 1
                lacksOld = lacksOld || error is DVCSearch.Absence
                failed.insert(output.hash)
                report.add("\(tag):\(output.path)", error)
            }
        }
        if version.objects + version.missing > 0 { report.versions.append(version) }
    }

    /// Notes why an output of the current commit was not taken: where its bytes are the reason, it is not tried again
    /// for a tag.
    mutating func note(_ error: any Error, of output: DVCOutput) {
        let isAbsent = error is DVCSearch.Absence
        lacksCurrent = lacksCurrent || isAbsent
        if isAbsent || (error as? Failure)?.kind == .verification { failed.insert(output.hash) }
    }

    private mutating func find(_ output: DVCOutput, at place: FilePath?) async throws -> DVCSearch.Found {
        let directory = output.source.parent
        let project = try projects[directory] ?? DVCProject(of: output.source, in: workspace)
        projects[directory] = project
        let search = DVCSearch(
            project: project,
            pool: workspace.pool,
            cancellation: workspace.context.cancellation,
            verifies: ingest != nil
        )
        return try await search.find(output, at: place)
    }

    /// Puts bytes into the store, and their name into the map.
    private mutating func store(
        _ found: DVCSearch.Found,
        of output: DVCOutput
    ) async throws -> ArtifactIngest.Result {
        guard var ingest else { preconditionFailure("a dry run stores nothing") }
        var bases = BaseCatalog.empty
        if let latest = latest[output.path] {
            if latest.size >= DVCImport.readableByteCount { try ingest.session.makeReadable() }
            bases = BaseCatalog(of: [latest], in: store)
        }
        let result = try await ingest.add(found, bases: bases)
        self.ingest = ingest
        latest[output.path] = result.pointer
        map.add(result.pointer, as: output.hash)
        return result
    }
}
