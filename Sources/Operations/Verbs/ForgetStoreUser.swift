import ModelCore
import Registry
import Store
import SystemIO
import SystemPackage

/// `git model store forget`: a repository that is gone no longer keeps bytes of the shared store.
package struct ForgetStoreUser: Sendable {
    /// What was done.
    package struct Report: Operations.Report {
        /// The repository's Git directory.
        package let repository: String
    }

    private let repository: String
    private let isForced: Bool

    /// Creates the operation; a repository that is still there is only forgotten when forced.
    package init(_ repository: String, isForced: Bool = false) {
        self.repository = repository
        self.isForced = isForced
    }

    /// Takes the repository off the list.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context, bare: true)
        let users = StoreUsers(ofStoreAt: workspace.storePath)
        let given = context.workingDirectory.pushing(FilePath(context.expandingHome(repository))).lexicallyNormalized()
        let known = try users.all()
        guard let user = known.first(where: { $0 == given || $0 == given.appending(".git") }) else {
            throw Failure(
                .failed,
                "\(given) does not use the store \(workspace.storePath)",
                hints: ["see which repositories do: `git model store show`"]
            )
        }
        if !isForced, try FileStatus.of(user, followingLinks: true) != nil {
            let own = ShellWord.quoted(user.appending("model/store").string)
            throw Failure(
                .failed,
                "\(user) is still there: collection would delete what only it needs",
                hints: [
                    "give it a store of its own there: `git model store use \(own)`",
                    "or forget it all the same: `--force`",
                ]
            )
        }
        guard try users.forget(user) else {
            throw Failure(
                .failed,
                "the store \(workspace.storePath) lies in \(user), which uses it as long as it is there"
            )
        }
        return Report(repository: user.string)
    }
}
