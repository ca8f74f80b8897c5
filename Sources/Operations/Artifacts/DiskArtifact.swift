import Codec
import ModelCore
import Registry
import Store
import SystemIO
import SystemPackage

/// An artifact as it lies in the work tree, with its digests.
struct DiskArtifact {
    /// What it is now, whatever its pointer says.
    let entry: PointerIndex.Entry
    /// Whether it is what its pointer says.
    let isCurrent: Bool
    /// Its files, without links; the name is empty where the artifact is the file.
    let files: [(name: String, path: FilePath, oid: Digest)]

    /// Looks at an artifact, reading what changed since it was last read, which `cache` notes; `nil` where there is
    /// nothing to read.
    init?(_ artifact: PointerIndex.Entry, in workspace: Workspace, cache: inout StatCache) async throws {
        let place = try workspace.location(of: artifact.path)
        // What a link leads to is nobody's to look at.
        if try FileStatus.of(place)?.kind == .symbolicLink { return nil }
        let included = try await workspace.includedFiles(of: artifact.path)
        guard let found = try ArtifactFiles(at: place, isIncluded: included) else { return nil }
        let hash = ArtifactHash(pool: workspace.pool, cancellation: workspace.context.cancellation)
        let (whole, parts, _) = try await hash.pointers(of: found, cache: &cache)
        entry = artifact.naming(whole)
        isCurrent = whole == artifact.pointer
        files = zip(found.files, parts).filter { $0.0.status.kind == .regular }.map { file, part in
            (file.relative?.text ?? "", file.path, part.oid)
        }
    }
}
