extension GitRepository {
    /// Fetches every reference of a remote, whoever made it and for what, to the same name below `refs/<namespace>/`,
    /// and to nowhere else.
    ///
    /// Nothing is printed, but credentials may be asked for. Throws `unreachable` or `authenticationFailed`.
    package func mirrorReferences(of remote: String, under namespace: String) async throws(GitError) {
        guard GitReferenceName.isValid("refs/\(namespace)/x") else {
            throw GitError(.invalidName(namespace), command: "git fetch")
        }
        try await program.run([
            "fetch", "--quiet", "--no-tags", "--refmap=", "--no-write-fetch-head", "--", try remoteArgument(remote),
            GitArgument("+refs/*:refs/\(namespace)/*"),
        ])
    }

    /// Fetches references to the names that are given here, and nothing beside them.
    ///
    /// Nothing is printed, but credentials may be asked for; unless `mayAsk`, only of programs that the environment
    /// names for it. Throws `unreachable` or `authenticationFailed`, and `failed` where the remote has none of that
    /// name.
    package func fetchReferences(
        _ refspecs: [GitRefspec],
        from remote: String,
        mayAsk: Bool = true
    ) async throws(GitError) {
        guard !refspecs.isEmpty else { return }
        let quietly: [GitArgument] = [
            "fetch", "--quiet", "--no-tags", "--refmap=", "--no-write-fetch-head", "--no-recurse-submodules", "--",
            try remoteArgument(remote),
        ]
        try await program.with(environment: mayAsk ? [:] : questionsToPrograms)
            .run(quietly + refspecs.map(\.argument))
    }

    /// Fetches a commit by its id, with what is not here of its history; no reference is made of it, and a clone that
    /// is not shallow stays so.
    ///
    /// Nothing is printed, but credentials may be asked for. Throws `unreachable` or `authenticationFailed`, and
    /// `failed` where the remote has no such commit, or gives none by its id.
    package func fetchHistory(of commit: GitObjectID, from remote: String) async throws(GitError) {
        try await program.run([
            "fetch", "--quiet", "--no-tags", "--refmap=", "--no-write-fetch-head", "--no-recurse-submodules", "--",
            try remoteArgument(remote), GitArgument(commit),
        ])
    }

    /// Pushes references, and nothing beside them, whatever the user's settings say; no hook runs.
    ///
    /// Nothing is printed, but credentials may be asked for. Throws `unreachable` or `authenticationFailed`, and
    /// `failed` where the remote refuses one: the others are there then.
    package func pushReferences(_ refspecs: [GitRefspec], to remote: String) async throws(GitError) {
        if let refusal = try await offerReferences(refspecs, to: remote) { throw refusal.error }
    }

    /// Pushes references as `pushReferences` does; returns which did not get there, and why; `nil` where all did.
    package func offerReferences(
        _ refspecs: [GitRefspec],
        to remote: String
    ) async throws(GitError) -> (refspecs: [GitRefspec], error: GitError)? {
        guard !refspecs.isEmpty else { return nil }
        let quietly: [GitArgument] = [
            "push", "--quiet", "--porcelain", "--no-verify", "--no-follow-tags", "--recurse-submodules=no", "--",
            try remoteArgument(remote),
        ]
        var output: [UInt8] = []
        do throws(GitError) {
            try await program.stream(quietly + refspecs.map(\.argument)) { (bytes) throws(GitError) in
                output += bytes
                if output.count > GitProgram.defaultOutputLimit {
                    throw GitError(.tooMuchOutput, command: "git push")
                }
            }
            return nil
        } catch {
            // `<flag> TAB <from>:<to> TAB <summary>`, where the flag of what was refused is `!`.
            let lines = String(decoding: output, as: UTF8.self).split(separator: "\n")
            let taken = lines.compactMap { line -> Substring? in
                let fields = line.split(separator: "\t")
                guard fields.count == 3, fields[0] != "!" else { return nil }
                return fields[1].split(separator: ":").last
            }
            return (refspecs.filter { refspec in !taken.contains { $0 == refspec.destination } }, error)
        }
    }

    /// Lets references lead to objects, wherever they led before: all of them, or none.
    package func setReferences(_ references: [(name: String, id: GitObjectID)]) async throws(GitError) {
        guard !references.isEmpty else { return }
        if let odd = references.first(where: { !GitReferenceName.isValid($0.name) }) {
            throw GitError(.invalidName(odd.name), command: "git update-ref")
        }
        let lines = references.map { "update \($0.name) \($0.id.hex)\n" }.joined()
        try await program.run(["update-ref", "--stdin"], input: Array(lines.utf8))
    }

    /// Deletes every reference below `refs/<namespace>/`.
    package func deleteReferences(under namespace: String) async throws(GitError) {
        guard GitReferenceName.isValid("refs/\(namespace)/x") else {
            throw GitError(.invalidName(namespace), command: "git update-ref")
        }
        let found = try await program.run(["for-each-ref", "--format=delete %(refname)", "refs/\(namespace)"])
        guard !found.bytes.isEmpty else { return }
        try await program.run(["update-ref", "--stdin"], input: found.bytes)
    }

    /// Returns every commit that a reference or a worktree's HEAD leads to.
    package func reachableCommits() async throws(GitError) -> Set<GitObjectID> {
        Set(try await program.run(["rev-list", "--all"]).lines.compactMap { GitObjectID($0) })
    }

    /// Whether history ends before its beginning here, so that what it leads to is not known.
    package func isShallow() async throws(GitError) -> Bool {
        try await program.run(["rev-parse", "--is-shallow-repository"]).line == "true"
    }
}
