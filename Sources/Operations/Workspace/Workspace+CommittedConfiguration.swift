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
}
