import Codec
import Registry
import ModelCore
import Store
import SystemIO
import SystemPackage

/// What is at an artifact's place, compared with its pointer.
enum ArtifactState: Equatable, Sendable {
    /// The bytes that the pointer names.
    case current
    /// Nothing.
    case missing
    /// The bytes that the pointer names, in a file that is executable and should not be, or the other way round.
    case otherMode(Pointer)
    /// Bytes of another version that the store has, or that a remote was seen to have.
    case stale(Pointer)
    /// A tree that the store does not have, of files that it has: what a restore that was killed leaves, for one.
    case rearranged(Pointer)
    /// Bytes that are in no store.
    case modified(Pointer)
}

extension Workspace {
    /// Looks at an artifact on disk; what has to be read is noted in `cache`.
    func state(of artifact: PointerIndex.Entry, store: LocalStore, cache: inout StatCache) async throws -> ArtifactState
    {
        let place = try location(of: artifact.path)
        if try FileStatus.of(place)?.kind == .symbolicLink {
            // No artifact is a link: somebody put it there, and what it leads to is nobody's to look at.
            let target = Array(try SymbolicLink.target(of: place).utf8)
            return .modified(Pointer(oid: SHA256.digest(of: target), size: Int64(target.count), kind: .file))
        }
        let included = try await includedFiles(of: artifact.path)
        guard let files = try ArtifactFiles(at: place, isIncluded: included) else {
            return .missing
        }
        let hash = ArtifactHash(pool: pool, cancellation: context.cancellation)
        let (found, parts) = try await hash.pointers(of: files, cache: &cache)
        if found == artifact.pointer {
            let isAlike = files.kind == .tree || files.isExecutable == artifact.isExecutable
            return isAlike ? .current : .otherMode(found)
        }
        if Closure(of: [found], in: store).isComplete { return .stale(found) }
        if Closure(of: parts, in: store).isComplete { return .rearranged(found) }
        return try acknowledgedAnywhere().contains(found.oid) ? .stale(found) : .modified(found)
    }
}
