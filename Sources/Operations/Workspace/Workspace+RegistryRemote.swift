import ModelCore
import Registry

extension Workspace {
    /// Returns the Git remote that has everybody's stages, rules and deployments: the one that this user's own
    /// configuration names, else `origin`, else the only one; `nil` where there is none at all.
    ///
    /// What is checked out decides nothing. Throws where several could be meant, and where the one that is named is not
    /// there.
    func registryRemote() throws -> String? {
        let names = configuration.gitRemoteURLs.keys.sorted()
        let key = "git config git-model.\(Configuration.registryRemoteKey)"
        if let named = configuration.registryRemote {
            guard names.contains(named) else {
                throw Failure(
                    .failed,
                    "\(Configuration.registryRemoteKey) is \(QuotedPath.encode(named)), and Git has no remote of that name",
                    hints: ["see which there are: `git remote`", "name one of them: `\(key) NAME`"]
                )
            }
            return named
        }
        if names.contains("origin") { return "origin" }
        guard names.count > 1 else { return names.first }
        throw Failure(
            .failed,
            "it is not clear which Git remote has everybody's stages and deployments: \(names.joined(separator: ", "))",
            hints: ["say which: `\(key) NAME`"]
        )
    }

    /// Returns the same, and throws where there is none.
    func requireRegistryRemote() throws -> String {
        if let remote = try registryRemote() { return remote }
        throw Failure(.failed, "no Git remote is set up", hints: ["add one: `git remote add origin URL`"])
    }
}
