import Git
import ModelCore
import Registry
import Remotes
import Store
import SystemIO
import SystemPackage

extension Workspace {
    /// Registers the repository with a store that several use, so that collection there asks it what it needs.
    ///
    /// Who may only read the store has nothing in it to keep.
    func registerAsUser() throws(StoreError) {
        // The repository that a store lies in uses it without saying so.
        if hasOwnStore { return }
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

    /// Returns everything that the other users of the local store refer to, and what was pushed there where it was a
    /// remote, too; one that cannot be read is an error.
    func otherUsersPointers() async throws -> [Pointer] {
        var pointers: Set<Pointer> = []
        if try hasStore() { pointers.formUnion(try LocalStore(storePath).rootedPointers()) }
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
                    ["if it is gone for good: `git model store forget \(ShellWord.quoted(user.string))`"],
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

    /// Refuses a remote that is the local store of a repository: collection on either side asks only those of its own
    /// whether they need anything.
    func requireNobodysStore(_ remote: ConfiguredRemote) throws {
        guard let directory = remote.store.remote.lockableDirectory,
            // What there is, or why that cannot be told, whoever writes there says.
            (try? FileStatus.of(directory.appending(StoreLayout.format), followingLinks: true)) != nil
        else { return }
        let place = try FileStatus.realPath(of: directory)
        let users = try StoreUsers(ofStoreAt: place).all()
        let own = try users.first { try FileStatus.isSame($0, repository.layout.commonDirectory) }
        let present = try users.first { try FileStatus.of($0, followingLinks: true) != nil }
        guard let user = own ?? present ?? users.first else { return }
        let borrowing = "git model store alternate \(ShellWord.quoted(directory.string))"
        throw Failure(
            .failed,
            "\(directory) cannot be remote \(remote.name): it is the local store of the repository \(user), which may "
                + "delete there what others need",
            hints: ["choose another directory, which no repository has its own bytes in"]
                + (own == nil ? ["or read from it without a copy: `\(borrowing)`"] : [])
                + (present == nil ? [forgetting(user, ofStoreAt: directory)] : [])
        )
    }

    /// Returns how to take a repository off the list of a store that is not this one's: nobody else may be left to.
    private func forgetting(_ user: FilePath, ofStoreAt directory: FilePath) -> String {
        let place = ShellWord.quoted("git-model.store.path=\(directory)")
        return "if that is gone for good: `git -c \(place) model store forget \(ShellWord.quoted(user.string))`"
    }

    /// Returns what a repository refers to, as others find it that share its store.
    @discardableResult
    func livePointers(ofUser user: FilePath) async throws -> [Pointer] {
        let other = try await Workspace.discover(in: context.standing(in: user), bare: true)
        guard try FileStatus.isSame(other.repository.layout.commonDirectory, user) else {
            let word = ShellWord.quoted(user.string)
            throw Failure(
                .failed,
                "\(user) is no Git repository",
                hints: ["if it was one, and is gone for good: `git model store forget --force \(word)`"]
            )
        }
        return try await other.ownLivePointers()
    }
}
