import ModelCore
import Store
import SystemIO
import SystemPackage

/// Puts artifacts into the store.
struct ArtifactIngest {
    /// An artifact in the store.
    struct Result: Sendable {
        /// The artifact's pointer.
        let pointer: Pointer
        /// The number of its files.
        let fileCount: Int
        /// What is odd about files, by their names in the artifact.
        var notes: [(name: String, text: String)] = []
    }

    let session: IngestSession

    /// Reads every file of the artifact into the session and notes in `cache` what they hashed to; `bases` are tensors
    /// that new ones may be stored as differences to.
    func add(_ artifact: ArtifactFiles, bases: BaseCatalog, cache: inout StatCache) async throws -> Result {
        let regular = artifact.files.filter { $0.status.kind == .regular }
        let names = regular.map { $0.relative?.text ?? "" }
        let added = try await session.add(regular.map { ($0.path, $0.status.size) }, named: names, bases: bases)
        for object in added {
            if let status = object.status { cache.record(object.oid, of: status, readAt: object.readAt) }
        }
        let notes = zip(names, added).compactMap { $1.note.isEmpty ? nil : (name: $0, text: $1.note) }
        let named = zip(names, added).map { (name: $0, object: $1) }
        guard artifact.kind == .tree else {
            try session.compare(added[0], named, bases: bases)
            let pointer = Pointer(oid: added[0].oid, size: added[0].size, kind: .file)
            return Result(pointer: pointer, fileCount: 1, notes: notes)
        }
        var next = added.makeIterator()
        let digests = try artifact.files.map { file in
            guard file.status.kind == .symbolicLink else { return next.next()?.oid ?? LocalStore.emptyObject }
            return try addLink(file)
        }
        let listing = try ArtifactHash.listing(of: artifact, digests: digests)
        try session.compare(try session.add(listing), named, bases: bases)
        return Result(pointer: listing.pointer, fileCount: artifact.files.count, notes: notes)
    }

    private func addLink(_ file: ArtifactFiles.File) throws -> Digest {
        let target = try SymbolicLink.target(of: file.path)
        if let path = file.relative {
            do { try LinkTarget.check(target.utf8, at: path) } catch {
                throw Failure(
                    .failed,
                    "\(file.path) leads out of the artifact, to \(target)",
                    hints: ["add what links lead to: `git model add --dereference PATH`"],
                    cause: error
                )
            }
        }
        return try session.add(Array(target.utf8)).oid
    }
}
