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
        // The repository that a store lies in uses it without saying so.
        if storePath.lexicallyNormalized() == modelDirectory.appending("store") { return }
        let users = StoreUsers(ofStoreAt: storePath)
        if configuration.storePath == nil, try !users.isShared { return }
        do throws(StoreError) { try users.register(repository.layout.commonDirectory) } catch {
            guard case .io(let cause) = error, cause.isReadOnly else { throw error }
        }
    }

    /// Returns the Git directories of the other repositories that use the local store.
    func otherUsers() throws -> [FilePath] {
        try StoreUsers(ofStoreAt: storePath).all().filter {
            try !FileStatus.isSame($0, repository.layout.commonDirectory)
        }
    }

    /// Returns everything that the other users of the local store refer to; one that cannot be read is an error.
    func otherUsersPointers() async throws -> [Pointer] {
        var pointers: Set<Pointer> = []
        for user in try otherUsers() {
            let failure = { (hints: [String], cause: any Error) in
                Failure(
                    .failed,
                    "cannot tell what repository \(user) needs of the store that it shares",
                    hints: hints,
                    cause: cause
                )
            }
            guard try FileStatus.of(user, followingLinks: true) != nil else {
                throw failure(
                    ["if it is gone for good: `git model store forget \(user)`"],
                    Failure(.failed, "\(user): no such file or directory")
                )
            }
            do { pointers.formUnion(try await livePointers(ofUser: user)) } catch {
                if context.cancellation.isCancelled { throw error }
                throw failure([], error)
            }
        }
        return Array(pointers)
    }

    private func livePointers(ofUser user: FilePath) async throws -> [Pointer] {
        let other = try await Workspace.discover(in: context.standing(in: user), bare: true)
        guard try FileStatus.isSame(other.repository.layout.commonDirectory, user) else {
            throw Failure(
                .failed,
                "\(user) is no Git repository",
                hints: ["if it was one, and is gone for good: `git model store forget --force \(user)`"]
            )
        }
        return try await other.ownLivePointers()
    }
}
