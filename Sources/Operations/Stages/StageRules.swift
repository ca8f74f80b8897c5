import Git
import ModelCore
import Registry
import SystemIO

/// By whose rules it is judged what a stage may have, and what may be deployed: gates, and who may sign.
struct StageRules {
    /// The workspace, with the configuration whose gates count.
    let workspace: Workspace
    /// The commit whose signers count; `nil` where there is none.
    let commit: GitObjectID?
    /// What is to be said where it is not known whether these are everybody's rules.
    private(set) var warnings: [String] = []

    private init(_ workspace: Workspace, at commit: GitObjectID?) async throws {
        self.commit = commit
        guard let commit else {
            self.workspace = workspace
            return
        }
        let environment = workspace.context.environment
        let rules = try await Configuration.load(workspace.repository, at: commit, environment: environment)
        self.workspace = workspace.with(rules)
    }

    /// The rules of the default branch of a Git remote that was asked, as it is there now.
    ///
    /// Throws where neither the remote nor this clone knows which branch that is.
    init(at remote: StageRemote, in workspace: Workspace) async throws {
        let known = try await workspace.defaultCommit(remote.defaultCommit, of: remote.name)
        guard let commit = known else {
            throw Failure(
                .failed,
                "\(remote.name) does not say which branch is its default, whose gates count",
                hints: ["say which it is: `git remote set-head \(remote.name) BRANCH`"]
            )
        }
        try await self.init(workspace, at: commit)
    }

    /// The rules of the Git remote's default branch, as it was fetched last, or, where this clone does not know it and
    /// `asksRemote`, as it is there now; of HEAD only where there is no Git remote, or, with a warning, none that
    /// tells.
    ///
    /// What somebody has checked out, or changed and not committed, decides nothing about a stage that everybody has.
    init(in workspace: Workspace, asksRemote: Bool) async throws {
        let head = try await workspace.repository.objects.head().commit
        guard let name = try workspace.registryRemote() else {
            try await self.init(workspace, at: head)
            return
        }
        var commit = try await workspace.fetchedDefault(of: name)
        if commit == nil, asksRemote {
            do { commit = try await workspace.askedDefault(of: name) } catch {
                try workspace.context.cancellation.check()
                // Whoever is offline goes on, and is told by which rules.
            }
        }
        try await self.init(workspace, at: commit ?? head)
        if commit == nil {
            warnings = [
                "gates and signers are those of HEAD, for it is not known here what the default branch of \(name) is: "
                    + "`git remote set-head \(name) --auto`"
            ]
        }
    }
}

extension Workspace {
    /// Returns what a Git remote says that its default branch is, fetched where it is not here; where it says nothing,
    /// what this clone knows of it.
    fileprivate func defaultCommit(_ said: GitObjectID?, of remote: String) async throws -> GitObjectID? {
        guard let said else { return try await fetchedDefault(of: remote) }
        if try await repository.objects.resolve(said.hex, to: .commit) == nil {
            try await repository.fetchHistory(of: said, from: remote)
        }
        return said
    }

    /// Returns a Git remote's default branch as it was fetched last; `nil` where this clone does not know which it is,
    /// as where it was not made by `git clone`, or does not have it any more.
    fileprivate func fetchedDefault(of remote: String) async throws -> GitObjectID? {
        try await repository.objects.reference("refs/remotes/\(remote)/HEAD")?.peeledID
    }

    fileprivate func askedDefault(of remote: String) async throws -> GitObjectID? {
        let found = try await repository.remoteReferences(of: remote, patterns: ["HEAD"])
        return try await defaultCommit(found.first { $0.name == "HEAD" }?.peeledID, of: remote)
    }
}
