import Git
import Registry

extension Workspace {
    /// Returns the same with `.mver/config` as a commit has it, or, where that cannot be read, without any, and why.
    func withConfiguration(
        of commit: GitObjectID
    ) async throws -> (workspace: Workspace, problem: ConfigurationError?) {
        let environment = context.environment
        do {
            let configuration = try await Configuration.load(repository, at: commit, environment: environment)
            return (with(configuration), nil)
        } catch let error as ConfigurationError {
            let configuration = try await Configuration.loadWithoutTracked(repository, environment: environment)
            return (with(configuration), error)
        }
    }

    /// Opens the repository for a verb about what is deployed: nobody has to finish a merge first to go back.
    ///
    /// Where a merge left a `.mver/config` with conflicts, the one of HEAD counts, which `configurationWarning` says.
    static func openForDeployments(in context: Context) async throws -> Workspace {
        do { return try await open(in: context, bare: true) } catch let error as ConfigurationError {
            guard let workspace = try await openUnmerged(in: context) else { throw error }
            return workspace
        }
    }

    /// Returns the same with the configuration of HEAD; `nil` where the index has that file as no merge left it.
    private static func openUnmerged(in context: Context) async throws -> Workspace? {
        let workspace = try await discover(in: context, bare: true, readsTracked: false)
        let repository = workspace.repository
        let staged = try await repository.index.entries([.path(GitPath(Configuration.path))])
        guard staged.contains(where: { $0.stage > 0 }), let head = try await repository.objects.head().commit else {
            return nil
        }
        let committed = try await Configuration.load(repository, at: head, environment: context.environment)
        var unmerged = workspace.with(committed)
        unmerged.configurationWarning =
            "\(Configuration.path) has conflicts of a merge: what \(head.abbreviated) says counts, which is checked out"
        try unmerged.requireStorePlace()
        return unmerged
    }
}
