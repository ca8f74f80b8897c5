extension GitRepository {
    /// Makes a commit of some files at the top of its tree, by nobody in particular, which is in no reference.
    ///
    /// The same files, parents, message and seconds since 1970 give the same commit.
    package func makeCommit(
        of files: [(name: String, bytes: [UInt8])],
        parents: [GitObjectID],
        message: String,
        at seconds: Int64
    ) async throws(GitError) -> GitObjectID {
        var entries: [UInt8] = []
        for file in files {
            guard !file.name.isEmpty, !file.name.utf8.contains(where: { $0 == 0 || $0 == UInt8(ascii: "/") }) else {
                throw GitError(.invalidName(file.name), command: "git mktree")
            }
            let blob = try await program.run(["hash-object", "-w", "--stdin"], input: file.bytes).line
            entries += Array("100644 blob \(blob)\t\(file.name)".utf8) + [0]
        }
        let tree = try await program.run(["mktree", "-z"], input: entries).line
        var environment: [String: String?] = [:]
        for role in ["AUTHOR", "COMMITTER"] {
            environment["GIT_\(role)_NAME"] = "git-model"
            environment["GIT_\(role)_EMAIL"] = "git-model@localhost"
            environment["GIT_\(role)_DATE"] = "\(seconds) +0000"
        }
        let before = parents.flatMap { [GitArgument("-p"), GitArgument($0)] }
        let output = try await program.with(environment: environment)
            .run(["commit-tree", GitArgument(tree), "-m", GitArgument(message)] + before)
        guard let commit = GitObjectID(output.line) else {
            throw GitError(.unexpectedOutput, command: "git commit-tree", message: output.line)
        }
        return commit
    }

    /// Pushes commits to references of a remote, over what is there, and nothing beside them; no hook runs.
    ///
    /// Nothing is printed, but credentials may be asked for. Throws `unreachable` or `authenticationFailed`.
    package func pushCommits(
        _ commits: [(id: GitObjectID, reference: String)],
        to remote: String
    ) async throws(GitError) {
        guard !commits.isEmpty else { return }
        var arguments: [GitArgument] = [
            "push", "--quiet", "--no-verify", "--no-follow-tags", "--recurse-submodules=no", "--",
            try remoteArgument(remote),
        ]
        for commit in commits {
            guard GitReferenceName.isValid(commit.reference) else {
                throw GitError(.invalidName(commit.reference), command: "git push")
            }
            arguments.append("+\(commit.id.hex):\(commit.reference)")
        }
        try await program.run(arguments)
    }
}
