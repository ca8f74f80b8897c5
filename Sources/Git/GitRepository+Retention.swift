/// Which commits still count where only the newest of each branch are to be kept.
package struct GitRetention: Sendable {
    /// Commits of which the tree counts.
    package let commits: [GitObjectID]
    /// Commits of which the tree and all history count.
    package let histories: [GitObjectID]

    /// Whether a reference is a run's: `refs/git-model/runs/<id>`, the same of a remote, or one that is shared without
    /// being kept.
    fileprivate static func isRun(_ reference: GitReference) -> Bool {
        let parts = reference.name.split(separator: "/")
        // refs, git-model, runs, id; or refs, git-model-remotes, remote, runs, id. Of a stage something else may be
        // called so.
        let isOwn = parts.count == 4 && parts[1] == "git-model" && parts[2] == "runs"
        return isOwn
            || parts.count >= 5 && parts[1] == "git-model-remotes" && parts[parts.count - 2] == "runs"
                && !parts.dropLast().contains("stages")
    }
}

extension GitRepository {
    /// Returns the commits that stay when a branch keeps those `count` newest ones that change a file with that suffix.
    ///
    /// These are, with their trees: what tags lead to; for each branch, local or remote-tracking, its tip and the
    /// newest ones; every worktree's HEAD and whatever is under way there; the stash; what no Git remote has, once
    /// there is one; and what only reflogs still lead to, for that is how Git undoes. A reference in a directory `runs`
    /// of git-model's own keeps one commit, as a tag does. What other references lead to stays with its history.
    package func retention(
        keepingLast count: Int,
        changing suffix: String
    ) async throws(GitError) -> GitRetention {
        var commits: Set<GitObjectID> = []
        var branches: Set<GitObjectID> = []
        var histories: [GitObjectID] = []
        var hasRemote = false
        for reference in try await objects.references(prefix: "refs/") {
            let id = reference.peeledID
            if reference.name.hasPrefix("refs/tags/") || GitRetention.isRun(reference) {
                commits.insert(id)
            } else if reference.name == "refs/stash" {
                commits.formUnion(try await list(["--no-walk", "refs/stash", "refs/stash^@"]))
            } else if reference.name.hasPrefix("refs/heads/") {
                branches.insert(id)
            } else if reference.name.hasPrefix("refs/remotes/") {
                branches.insert(id)
                hasRemote = true
            } else {
                histories.append(id)
            }
        }
        var mentioned: [GitObjectID] = []
        for directory in try WorktreeState.directories(in: layout.commonDirectory) {
            mentioned += try WorktreeState.operationCommits(in: directory)
        }
        let standing = try await self.commits(among: mentioned)
        commits.formUnion(standing)
        for tip in branches.union(standing) {
            commits.insert(tip)
            let changing = GitPathspec.suffix(suffix).argument
            commits.formUnion(try await list(["--max-count=\(count)", GitArgument(tip), "--", changing]))
        }
        commits.formUnion(try await list(["--ignore-missing", "--reflog", "--not", "--all"]))
        if hasRemote {
            // A push needs their bytes.
            commits.formUnion(
                try await list(["--branches"] + standing.map { GitArgument($0) } + ["--not", "--remotes"])
            )
        }
        return GitRetention(
            commits: try await self.commits(among: Array(commits)),
            histories: try await self.commits(among: histories)
        )
    }

    private func list(_ revisions: [GitArgument]) async throws(GitError) -> [GitObjectID] {
        try await program.run(["rev-list"] + revisions).lines.compactMap { GitObjectID($0) }
    }
}
