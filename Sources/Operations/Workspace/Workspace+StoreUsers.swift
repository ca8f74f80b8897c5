import Git
import ModelCore
import Registry
import Store
import SystemIO
import SystemPackage

extension Workspace {
    /// Registers the repository with a store that several use, so that collection there asks it what it needs.
    ///
    /// Who may only read the store has nothing in it to keep.
    func registerAsUser() throws(StoreError) {
        let users = StoreUsers(ofStoreAt: storePath)
        if configuration.storePath == nil, try !users.isShared { return }
        do throws(StoreError) { try users.register(repository.layout.commonDirectory) } catch {
            guard case .io(let cause) = error, cause.isReadOnly else { throw error }
        }
    }

    /// Returns the Git directories of the other repositories that use the local store.
    func otherUsers() throws(StoreError) -> [FilePath] {
        try StoreUsers(ofStoreAt: storePath).all().filter { $0 != repository.layout.commonDirectory }
    }

    /// Returns everything that the other users of the local store refer to; one that cannot be read is an error.
    func otherUsersPointers() async throws -> [Pointer] {
        var pointers: Set<Pointer> = []
        for user in try otherUsers() {
            do {
                guard try FileStatus.of(user, followingLinks: true) != nil else {
                    throw Failure(.failed, "\(user): no such file or directory")
                }
                let other = try await Workspace.discover(in: context.standing(in: user), bare: true)
                guard other.repository.layout.commonDirectory == user else {
                    throw Failure(.failed, "\(user) is not in a Git repository of its own")
                }
                pointers.formUnion(try await other.ownLivePointers())
            } catch {
                if context.cancellation.isCancelled { throw error }
                throw Failure(
                    .failed,
                    "cannot tell what repository \(user) needs of the store that it shares",
                    hints: ["if it is gone for good: `git model store forget \(user)`"],
                    cause: error
                )
            }
        }
        return Array(pointers)
    }
}
