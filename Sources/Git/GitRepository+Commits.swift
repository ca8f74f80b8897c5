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
        let blobs = try await writeBlobs(files)
        return try await makeCommit(
            of: blobs,
            parents: parents,
            message: message,
            by: ("git-model", "git-model@localhost"),
            date: "\(seconds) +0000"
        )
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
