import Migration
import ModelCore
import Store
import SystemIO

extension AddBatch {
    /// Starts the batch of an import, whose artifacts belong to the model of that name, where one is named.
    init(importingInto workspace: Workspace, store: LocalStore, model: String?) async throws {
        let models = try ModelAssignment(among: workspace.models(), named: model, metadata: [])
        try await self.init(workspace, store: store, models: models, tracked: workspace.pointers())
    }
}

/// Puts bytes into the store that another tool keeps.
struct ImportIngest {
    private struct Known {
        let oid: Digest
        let size: Int64
    }

    let session: IngestSession
    /// What the files of directories turned out to be; versions of a directory have most in common.
    private var known: [DVCHash: Known] = [:]

    init(session: IngestSession) { self.session = session }

    /// Adds a file or directory that DVC keeps; `bases` are tensors that new ones may be stored as differences to.
    mutating func add(_ found: DVCSearch.Found, bases: BaseCatalog) async throws -> ArtifactIngest.Result {
        switch found {
        case .file(let file):
            return ArtifactIngest.Result(pointer: try await add(file, bases: bases), fileCount: 1)
        case .tree(let files):
            var fresh: [DVCHash: Int] = [:]
            for (position, item) in files.enumerated() where known[item.hash] == nil { fresh[item.hash] = position }
            let chosen = fresh.values.sorted().map { files[$0] }
            let names = chosen.map(\.path.text)
            let added = try await session.add(
                chosen.map { ($0.file.path, $0.file.status.size) },
                named: names,
                bases: bases
            )
            for (item, object) in zip(chosen, added) {
                try ImportIngest.requireUnchanged(item.file, object)
                known[item.hash] = Known(oid: object.oid, size: object.size)
            }
            let listing = try TreeListing(
                files.compactMap { item in
                    known[item.hash].map {
                        TreeEntry(mode: .regular, size: $0.size, digest: $0.oid, path: item.path)
                    }
                }
            )
            _ = try session.add(listing)
            return ArtifactIngest.Result(pointer: listing.pointer, fileCount: files.count)
        }
    }

    /// Adds one file, and returns what its pointer is.
    func add(_ file: ImportedFile, bases: BaseCatalog = .empty) async throws -> Pointer {
        let added = try await session.add([(file.path, file.status.size)], bases: bases)
        try ImportIngest.requireUnchanged(file, added[0])
        return Pointer(oid: added[0].oid, size: added[0].size, kind: .file)
    }

    /// What was checked has to be what was read.
    private static func requireUnchanged(_ file: ImportedFile, _ object: IngestedObject) throws {
        guard object.status == file.status else { throw StoreError.changedWhileRead(file.path) }
    }
}
