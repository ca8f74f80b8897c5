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
    /// A tree that the store does not have, each file of which is where some version has it: what a restore that was
    /// killed leaves.
    case rearranged(Pointer)
    /// Bytes that are in no store, or a tree whose files nobody has where they are.
    case modified(Pointer)
}

extension Workspace {
    /// Looks at an artifact on disk; what has to be read is noted in `cache`.
    ///
    /// Who takes nothing away need not have history looked at: then any tree of files that the store has counts as
    /// rearranged.
    func state(
        of artifact: PointerIndex.Entry,
        store: LocalStore,
        cache: inout StatCache,
        lookingAtHistory: Bool = true
    ) async throws -> ArtifactState {
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
        let (found, parts, listing) = try await hash.pointers(of: files, cache: &cache)
        if found == artifact.pointer {
            let isAlike = files.kind == .tree || files.isExecutable == artifact.isExecutable
            return isAlike ? .current : .otherMode(found)
        }
        if Closure(of: [found], in: store).isComplete { return .stale(found) }
        if let listing, Closure(of: parts, in: store).isComplete {
            guard lookingAtHistory else { return .rearranged(found) }
            if try await isMixture(listing, at: artifact, in: store) { return .rearranged(found) }
        }
        return try acknowledgedAnywhere().contains(found.oid) ? .stale(found) : .modified(found)
    }

    /// Whether a tree has nothing but files of versions, each in its place there: which file somebody moved, renamed or
    /// made executable is in no store.
    private func isMixture(
        _ found: TreeListing,
        at artifact: PointerIndex.Entry,
        in store: LocalStore
    ) async throws -> Bool {
        var rest = Set(found.entries).subtracting(store.treeEntries(of: artifact.pointer))
        guard !rest.isEmpty else { return true }
        // History tells of a pointer that is the same in several places only once: the place does not matter.
        let versions = Set(try await historicalArtifacts().map(\.pointer).filter { $0.kind == .tree })
        for version in versions where !rest.isEmpty { rest.subtract(store.treeEntries(of: version)) }
        return rest.isEmpty
    }
}

extension LocalStore {
    /// The files of a tree; none where its listing is not here.
    fileprivate func treeEntries(of tree: Pointer) -> [TreeEntry] {
        var reader = FrameReader(self)
        return (try? listing(tree.oid, reader: &reader).tree.entries) ?? []
    }
}
