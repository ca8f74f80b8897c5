import Registry
import Store
import SystemPackage

/// `git model store show`: where the local store is, who uses it, and where it borrows.
package struct ShowStore: Sendable {
    /// What there is.
    package struct Report: Operations.Report {
        /// The directory of the store.
        package let path: String
        /// The Git directories of the repositories that use it, this one among them where the store is shared.
        package let users: [String]
        /// The directories of the stores that are read from beside it.
        package let alternates: [String]
    }

    /// Creates the operation.
    package init() {}

    /// Reads the list of users.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context, bare: true)
        _ = try workspace.openStore()
        let users = try StoreUsers(ofStoreAt: workspace.storePath).all()
        let alternates = try StoreAlternates(of: workspace.storePath).all()
        return Report(
            path: workspace.storePath.string,
            users: users.map(\.string),
            alternates: alternates.map(\.string)
        )
    }
}
