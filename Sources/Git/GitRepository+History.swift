import SystemIO
import SystemPackage

/// A file that a commit brought in: added, changed, or merged into something that no parent had.
package struct GitIntroducedFile: Sendable, Hashable {
    /// The path from the top.
    package let path: GitPath
    /// Its mode.
    package let mode: GitMode
    /// Its blob.
    package let id: GitObjectID
    /// The commit that brought it in.
    package let commit: GitObjectID
}

extension GitRepository {
    /// Hands on every plain file with that suffix, or inside a directory that is given, which commits reachable from
    /// `tips`, and not from `excluded`, bring in.
    ///
    /// Both may name tags; what they lead to that is no commit is left out, as are excluded objects that are not here.
    /// A shallow clone's oldest commits bring in all they have. Files come as Git finds them, newest commits first; the
    /// same blob may come more than once. An error that `body` throws ends the walk.
    package func introducedFiles(
        suffix: String,
        orInside directory: GitPath? = nil,
        from tips: [GitObjectID],
        excluding excluded: [GitObjectID] = [],
        excludingRemote remote: String? = nil,
        body: (GitIntroducedFile) throws(GitError) -> Void
    ) async throws(GitError) {
        let starts = try await commits(among: tips)
        guard !starts.isEmpty else { return }
        let stops = try await commits(among: excluded)
        var revisions: [GitArgument] = ["rev-list", "--stdin"]
        if let remote, GitReferenceName.isValid("refs/remotes/\(remote)/x") {
            revisions += ["--not", "--remotes=\(remote)", "--not"]
        }
        let list = starts.map { $0.hex + "\n" } + stops.map { "^\($0.hex)\n" }
        let commits = try await program.run(revisions, input: Array(list.joined().utf8)).bytes
        guard !commits.isEmpty else { return }
        // Combined (-c), a merge shows only what differs from all its parents: the rest came with one of them.
        let comparison: [GitArgument] = [
            "diff-tree", "--stdin", "-r", "-c", "--root", "--raw", "-z", "--no-renames", "--no-abbrev", "--",
            GitPathspec.suffix(suffix).argument,
        ]
        let places = directory.map { [GitPathspec.path($0).argument] } ?? []
        var parser = RawDifferences()
        var records = GitRecords(endedBy: 0)
        try await program.stream(comparison + places, input: commits) { (bytes) throws(GitError) in
            try records.feed(bytes) { (record) throws(GitError) in
                if let file = try parser.take(record) { try body(file) }
            }
        }
    }

    /// Returns every blob with that suffix, or inside a directory that is given, that a push brings to the remote: what
    /// commits bring in that are not there.
    ///
    /// What the remote has is known from its tracking branches and from the ids that it told the hook. With `tips`
    /// included, also all files with the suffix of the pushed commits themselves, new or not.
    package func introducedFiles(
        suffix: String,
        orInside directory: GitPath? = nil,
        by updates: [RefUpdate],
        to remote: String,
        includingTips: Bool = false
    ) async throws(GitError) -> [GitIntroducedFile] {
        let tips = updates.compactMap(\.localID)
        var seen: Set<GitObjectID> = []
        var files: [GitIntroducedFile] = []
        try await introducedFiles(
            suffix: suffix,
            orInside: directory,
            from: tips,
            excluding: updates.compactMap(\.remoteID),
            excludingRemote: remote
        ) { file in
            if seen.insert(file.id).inserted { files.append(file) }
        }
        guard includingTips else { return files }
        for commit in try await commits(among: tips) {
            for entry in try await objects.entries(in: commit, matching: .suffix(suffix)) where entry.mode.isFile {
                guard seen.insert(entry.id).inserted else { continue }
                files.append(GitIntroducedFile(path: entry.path, mode: entry.mode, id: entry.id, commit: commit))
            }
        }
        return files
    }

    /// Returns the commits that a merge or the like of this worktree names, and those that were fetched last: branches
    /// may lead to none of them.
    package func commitsUnderWay() async throws(GitError) -> [GitObjectID] {
        try await commits(among: WorktreeState.operationCommits(in: layout.gitDirectory))
    }

    /// Returns the tip of what `git merge --squash` merged last, as its message tells until that is committed; `nil`
    /// where there is none.
    package func squashedTip() -> GitObjectID? {
        let file = layout.gitDirectory.appending("SQUASH_MSG")
        guard let bytes = try? DurableFile.read(file, limit: 16 << 20) else { return nil }
        let prefix = "commit "
        let line = bytes.split(separator: UInt8(ascii: "\n")).first { $0.starts(with: prefix.utf8) }
        return line.flatMap { GitObjectID(String(decoding: $0.dropFirst(prefix.utf8.count), as: UTF8.self)) }
    }

    /// Returns the commits that the ids lead to; those that lead to none, or are not here, are left out.
    func commits(among ids: [GitObjectID]) async throws(GitError) -> [GitObjectID] {
        guard !ids.isEmpty else { return [] }
        let unique = Array(Set(ids)).sorted()
        let input = Array(unique.map { $0.hex + "^{commit}\n" }.joined().utf8)
        // A partial clone is not to fetch what only the remote has.
        let output = try await program.with(environment: ["GIT_NO_LAZY_FETCH": "1"])
            .run(["cat-file", "--batch-check=%(objectname)"], input: input)
        return output.lines.compactMap { GitObjectID($0) }
    }
}

extension GitRepository {
    /// Returns the best commit that both come from; `nil` where they have none in common, as far as history is here.
    package func mergeBase(of one: GitObjectID, _ other: GitObjectID) async throws(GitError) -> GitObjectID? {
        let output = try await program.run(
            ["merge-base", GitArgument(one), GitArgument(other)],
            accepting: [0, 1]
        )
        return output.exitCode == 0 ? GitObjectID(output.line) : nil
    }
}

/// Reads what `git diff-tree --stdin -c --raw -z` prints: a commit's id, and for each file modes, ids, and a path.
private struct RawDifferences {
    private var commit: GitObjectID?
    private var pending: (mode: GitMode, id: GitObjectID)?

    mutating func take(_ record: [UInt8]) throws(GitError) -> GitIntroducedFile? {
        if let (mode, id) = pending {
            pending = nil
            guard let commit else { throw RawDifferences.oddOutput }
            guard mode.isFile else { return nil }
            return GitIntroducedFile(path: GitPath(bytes: record), mode: mode, id: id, commit: commit)
        }
        guard record.first == UInt8(ascii: ":") else {
            commit = GitObjectID(String(decoding: record, as: UTF8.self))
            if commit == nil { throw RawDifferences.oddOutput }
            return nil
        }
        // N colons for N parents; N + 1 modes, N + 1 ids, status letters.
        let parents = record.prefix { $0 == UInt8(ascii: ":") }.count
        let fields = record.dropFirst(parents).split(separator: UInt8(ascii: " "))
        guard fields.count == 2 * parents + 3, let mode = GitMode(octal: fields[parents]),
            let id = GitObjectID(String(decoding: fields[2 * parents + 1], as: UTF8.self))
        else { throw RawDifferences.oddOutput }
        pending = (mode, id)
        return nil
    }

    private static var oddOutput: GitError { GitError(.unexpectedOutput, command: "git diff-tree") }
}
