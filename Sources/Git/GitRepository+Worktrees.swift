import SystemIO
package import SystemPackage

/// A worktree of a repository.
package struct GitWorktree: Sendable, Hashable {
    /// Its directory; the Git directory of a bare repository, and of a main one of which Git does not say where it is.
    package let path: FilePath
    /// What its HEAD leads to; `nil` when bare or before the first commit.
    package let commit: GitObjectID?
    /// The full name of its branch; `nil` when detached or bare.
    package let branch: String?
    /// Whether it is the bare repository itself.
    package let isBare: Bool
    /// Why it is locked, perhaps with no word; `nil` when it is not.
    package let lockReason: String?
    /// Why Git would prune it, mostly because the directory is gone; `nil` when it would not.
    package let pruneReason: String?

    /// The same in another place, which is a work tree.
    fileprivate func at(_ place: FilePath) -> GitWorktree {
        GitWorktree(
            path: place,
            commit: commit,
            branch: branch,
            isBare: false,
            lockReason: lockReason,
            pruneReason: pruneReason
        )
    }
}

/// What keeps objects alive in one clone.
package struct GitRoots: Sendable, Hashable {
    /// The commits of all references, of every worktree's HEAD, of all reflogs (the stash's among them), and of merges,
    /// rebases and the like that are under way.
    package let commits: [GitObjectID]
    /// The matching entries of every worktree's index.
    package let indexEntries: [GitIndexEntry]
}

extension GitRepository {
    /// Returns where Git looks for hooks, honouring `core.hooksPath`; the directory may not exist.
    package func hooksDirectory() async throws(GitError) -> FilePath {
        FilePath(try await program.run(["rev-parse", "--path-format=absolute", "--git-path", "hooks"]).line)
    }

    /// Returns all worktrees, the main one first.
    package func worktrees() async throws(GitError) -> [GitWorktree] {
        var worktrees = try await listedWorktrees()
        // Git looks for the main one around the Git directory alone, where that of a submodule is not.
        guard let main = worktrees.first, (try? FileStatus.isSame(main.path, layout.commonDirectory)) == true else {
            return worktrees
        }
        if !layout.isLinkedWorktree, let top = layout.workTree {
            worktrees[0] = main.at(top)
        } else if !main.isBare, let top = try await mainPlace() {
            worktrees[0] = main.at(top)
        }
        return worktrees
    }

    /// Returns the top of the main work tree, or the bare repository, as seen from elsewhere; `nil` where Git does not
    /// say: with `git init --separate-git-dir` only the work tree knows of the Git directory.
    package func mainPlace() async throws(GitError) -> FilePath? {
        let common = layout.commonDirectory
        var git = try await program.configuration(file: common.appending("config"))
        let own = common.appending("config.worktree")
        if git.flag("extensions.worktreeConfig") == true, (try? FileStatus.of(own)) != nil {
            git = git.overridden(by: try await program.configuration(file: own))
        }
        if let top = git.value("core.worktree") { return common.pushing(FilePath(top)).lexicallyNormalized() }
        // A bare repository may be called `.git`, too.
        if git.flag("core.bare") == true { return common }
        return common.lastComponent == ".git" ? common.removingLastComponent() : nil
    }

    private func listedWorktrees() async throws(GitError) -> [GitWorktree] {
        let output = try await program.run(["worktree", "list", "--porcelain", "-z"])
        let groups = output.bytes.split(separator: 0, omittingEmptySubsequences: false)
            .split { $0.isEmpty }
        return groups.map { lines in
            var fields: [String: String] = [:]
            for line in lines {
                let parts = String(decoding: line, as: UTF8.self).split(separator: " ", maxSplits: 1)
                fields[String(parts[0])] = parts.count > 1 ? String(parts[1]) : ""
            }
            let commit = fields["HEAD"].flatMap { GitObjectID($0) }
            return GitWorktree(
                path: FilePath(fields["worktree"] ?? ""),
                commit: commit?.isZero == true ? nil : commit,
                branch: fields["branch"],
                isBare: fields["bare"] != nil,
                lockReason: fields["locked"],
                pruneReason: fields["prunable"]
            )
        }
    }

    /// Makes a worktree without a branch, in a directory that is not there or empty; no hook of ours runs.
    ///
    /// It has all files of the commit, also where a sparse checkout leaves some out here. With a reason, it is locked
    /// from the beginning. That a hook of the user's fails in it is no failure: Git takes away what it could not make
    /// as a whole.
    package func addWorktree(
        at path: FilePath,
        commit: GitObjectID,
        lockedFor reason: String? = nil
    ) async throws(GitError) {
        let program = program.with(environment: hookGuard.mapValues { $0 })
        let lock: [GitArgument] = reason.map { ["--lock", "--reason", GitArgument($0)] } ?? []
        let place = ["--", GitArgument(path), GitArgument(commit)]
        let whole: [GitArgument] = ["-c", "core.sparseCheckout=false"]
        let arguments = whole + ["worktree", "add", "--quiet", "--detach"] + lock + place
        if let failure = await program.failure(of: arguments) {
            guard failure.mayBeOfHook, try await isWorktree(path, at: commit) else { throw failure }
        }
        try await keepWhole(path, program)
    }

    /// Keeps the patterns of a sparse checkout from counting in a new worktree.
    private func keepWhole(_ path: FilePath, _ program: GitProgram) async throws(GitError) {
        // Git copies a worktree's own configuration; without that, a new one has no patterns that could count.
        let extensions = try await program.run(
            ["config", "--type=bool", "--get", "extensions.worktreeConfig"],
            accepting: [0, 1]
        )
        guard extensions.line == "true" else { return }
        let there: [String: String?] = [
            "GIT_DIR": path.appending(".git").string, "GIT_WORK_TREE": path.string, "GIT_COMMON_DIR": nil,
        ]
        try await program.with(directory: path, environment: there)
            .run(["config", "--worktree", "core.sparseCheckout", "false"])
    }

    private func isWorktree(_ path: FilePath, at commit: GitObjectID) async throws(GitError) -> Bool {
        try await worktrees().contains { worktree in
            worktree.commit == commit && (try? FileStatus.isSame(worktree.path, path)) == true
        }
    }

    /// Takes the lock of a worktree away.
    package func unlockWorktree(at path: FilePath) async throws(GitError) {
        try await program.run(["worktree", "unlock", "--", GitArgument(path)])
    }

    /// Removes a worktree with everything in it, locked or not.
    package func removeWorktree(at path: FilePath) async throws(GitError) {
        try await program.run(["worktree", "remove", "--force", "--force", "--", GitArgument(path)])
    }

    /// Makes a commit without files and without a past, which is in no reference.
    package func makeEmptyCommit() async throws(GitError) -> GitObjectID {
        let nobody: [GitArgument] = ["-c", "user.name=git-model", "-c", "user.email=git-model@localhost"]
        let output = try await program.run(
            nobody + ["commit-tree", "-m", "Before the first commit", GitArgument(layout.objectFormat.emptyTree)]
        )
        guard let commit = GitObjectID(output.line) else {
            throw GitError(.unexpectedOutput, command: "git commit-tree", message: output.line)
        }
        return commit
    }

    /// Applies a patch to the work tree; the index stays as it is.
    package func apply(_ patch: [UInt8]) async throws(GitError) {
        try await program.run(["apply", "--whitespace=nowarn", "-"], input: patch)
    }

    /// Returns everything that keeps an object alive here: tips of history, and index entries with that suffix, or
    /// inside a directory that is given.
    ///
    /// Worktrees whose directories are gone count, since Git keeps their indexes until it prunes them. Throws when any
    /// index cannot be read: who collects garbage must know all roots or do nothing.
    package func gcRoots(
        indexSuffix suffix: String,
        orInside directory: GitPath? = nil
    ) async throws(GitError) -> GitRoots {
        // Without `--single-worktree` Git looks at every worktree's HEAD and reflogs.
        let arguments: [GitArgument] = ["rev-list", "--no-walk=unsorted", "--ignore-missing", "--all", "--reflog"]
        var commits = Set(try await program.run(arguments).lines.compactMap { GitObjectID($0) })
        var mentioned: [GitObjectID] = []
        var entries: Set<GitIndexEntry> = []
        let places = [GitPathspec.suffix(suffix)] + (directory.map { [.path($0)] } ?? [])
        for directory in try WorktreeState.directories(in: layout.commonDirectory) {
            mentioned += try WorktreeState.operationCommits(in: directory)
            // The work tree does not matter for reading the index, but Git wants one.
            let place = ["GIT_DIR": directory.string, "GIT_WORK_TREE": directory.string, "GIT_INDEX_FILE": nil]
            let index = GitIndex(program.with(directory: directory, environment: place), layout.objectFormat)
            entries.formUnion(try await index.entries(places))
        }
        commits.formUnion(try await self.commits(among: mentioned))
        // A commit in progress may use an index of its own.
        if program.environment["GIT_INDEX_FILE"] != nil {
            entries.formUnion(try await index.entries(places))
        }
        return GitRoots(commits: commits.sorted(), indexEntries: entries.sorted { ($0.path, $0.id) < ($1.path, $1.id) })
    }
}
