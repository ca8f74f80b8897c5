/// Which commits still count where only the newest of each branch are to be kept.
package struct GitRetention: Sendable {
    /// Commits of which the tree counts.
    package let commits: [GitObjectID]
    /// Commits of which the tree and all history count.
    package let histories: [GitObjectID]

    /// Where the commits are that kept runs ran with: `refs/git-model/runs/<id>`, or the same of a remote.
    fileprivate static let runs: Substring = "runs"
    /// Where runs are that are shared without being kept: commits of their records, each with the run's own before it.
    fileprivate static let unkeptRuns: Substring = "unkept-runs"

    /// Returns the directory of git-model's own that a reference is in, here or of a remote; `nil` for others, and for
    /// those of stages, where something else may be called so.
    fileprivate static func directory(of reference: GitReference) -> Substring? {
        let parts = reference.name.split(separator: "/")
        // refs, git-model, runs, id; or refs, git-model-remotes, remote, runs, id.
        let isOwn = parts.count == 4 && parts[1] == "git-model"
        let isOfRemote = parts.count >= 5 && parts[1] == "git-model-remotes" && !parts.dropLast().contains("stages")
        return isOwn || isOfRemote ? parts[parts.count - 2] : nil
    }
}

extension GitRepository {
    /// Returns the commits that stay when a branch keeps those `count` newest ones that change a file with that suffix.
    ///
    /// These are, with their trees: what tags lead to; for each branch, local or remote-tracking, its tip and the
    /// newest ones; every worktree's HEAD and whatever is under way there; the stash; what no Git remote has, once
    /// there is one; and what only reflogs still lead to, for that is how Git undoes. A reference in a directory `runs`
    /// of git-model's own keeps one commit, as a tag does; one in `unkept-runs` that of the record and the one that the
    /// run ran with. What other references lead to stays with its history.
    package func retention(
        keepingLast count: Int,
        changing suffix: String
    ) async throws(GitError) -> GitRetention {
        var commits: Set<GitObjectID> = []
        var branches: Set<GitObjectID> = []
        var unkeptRuns: [GitObjectID] = []
        var histories: [GitObjectID] = []
        var hasRemote = false
        for reference in try await objects.references(prefix: "refs/") {
            let id = reference.peeledID
            let directory = GitRetention.directory(of: reference)
            if reference.name.hasPrefix("refs/tags/") || directory == GitRetention.runs {
                commits.insert(id)
            } else if directory == GitRetention.unkeptRuns {
                unkeptRuns.append(id)
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
        commits.formUnion(try await withParents(unkeptRuns))
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

    /// Returns the commits among the ids, and those before each.
    private func withParents(_ ids: [GitObjectID]) async throws(GitError) -> [GitObjectID] {
        let commits = try await self.commits(among: ids)
        guard !commits.isEmpty else { return [] }
        let revisions = commits.map { "\($0.hex)\n\($0.hex)^@\n" }.joined()
        let output = try await program.run(["rev-list", "--no-walk", "--stdin"], input: Array(revisions.utf8))
        return output.lines.compactMap { GitObjectID($0) }
    }

    private func list(_ revisions: [GitArgument]) async throws(GitError) -> [GitObjectID] {
        try await program.run(["rev-list"] + revisions).lines.compactMap { GitObjectID($0) }
    }
}
