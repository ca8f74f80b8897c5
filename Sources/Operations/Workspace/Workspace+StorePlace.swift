import Git
import Registry
import Store
import SystemIO
import SystemPackage

extension Workspace {
    /// Where the local store is.
    ///
    /// All work trees share it: from a linked one, and from within `.git`, a relative place counts from the top of the
    /// main one, or from the bare repository.
    var storePath: FilePath {
        guard let path = configuration.storePath else { return modelDirectory.appending("store") }
        return (repository.isMain ? root : mainPlace ?? repositoryPlace).pushing(FilePath(path))
    }

    /// Whether the store is in the repository's own place.
    var hasOwnStore: Bool {
        storePath.lexicallyNormalized() == modelDirectory.appending("store").lexicallyNormalized()
    }

    /// Opens the store, creating it where there is none.
    ///
    /// Only the repository's own may be absent: one that is elsewhere and can be neither found nor made is not mounted,
    /// and whoever took it for empty would take all bytes for lost.
    func openOrCreateStore() throws(StoreError) -> LocalStore {
        try hasOwnStore ? LocalStore.openOrAbsent(storePath) : LocalStore.openOrCreate(storePath)
    }

    /// Throws where the store is at a relative place, and where that counts from cannot be told from here.
    func requireStorePlace() throws(Failure) {
        guard configuration.hasRelativeStore, !repository.isMain, mainPlace == nil, let path = configuration.storePath
        else { return }
        throw Failure(
            .failed,
            "cannot tell where the store \(path) is: \(repository.layout.commonDirectory) does not say where the main "
                + "work tree is, from which that counts",
            hints: ["make it absolute: `git config git-model.store.path DIRECTORY`"]
        )
    }
}

extension Configuration {
    /// Whether the place of the store counts from somewhere.
    var hasRelativeStore: Bool { storePath.map { FilePath($0).isRelative } ?? false }
}

extension GitRepository {
    /// Whether this is the main work tree, or a bare repository.
    var isMain: Bool { !layout.isLinkedWorktree && (layout.workTree != nil || layout.isBare) }
}
