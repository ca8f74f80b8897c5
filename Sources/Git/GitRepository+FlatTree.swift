extension GitRepository {
    /// Writes files of one directory into the object database.
    func writeBlobs(_ files: [(name: String, bytes: [UInt8])]) async throws(GitError) -> [GitPath: GitObjectID] {
        var blobs: [GitPath: GitObjectID] = [:]
        for file in files {
            guard !file.name.isEmpty, !file.name.utf8.contains(where: { $0 == 0 || $0 == UInt8(ascii: "/") }) else {
                throw GitError(.invalidName(file.name), command: "git mktree")
            }
            let blob = try await program.run(["hash-object", "-w", "--stdin"], input: file.bytes).line
            guard let id = GitObjectID(blob) else {
                throw GitError(.unexpectedOutput, command: "git hash-object", message: blob)
            }
            blobs[GitPath(file.name)] = id
        }
        return blobs
    }

    /// Makes a commit of files at the top of its tree, which is in no reference; `date` is one that Git reads.
    func makeCommit(
        of blobs: [GitPath: GitObjectID],
        parents: [GitObjectID],
        message: String,
        by who: (name: String, email: String),
        date: String
    ) async throws(GitError) -> GitObjectID {
        var entries: [UInt8] = []
        for (path, id) in blobs.sorted(by: { $0.key < $1.key }) {
            entries += Array("100644 blob \(id)\t".utf8) + path.bytes + [0]
        }
        let tree = try await program.run(["mktree", "-z"], input: entries).line
        var environment: [String: String?] = [:]
        for role in ["AUTHOR", "COMMITTER"] {
            environment["GIT_\(role)_NAME"] = who.name
            environment["GIT_\(role)_EMAIL"] = who.email
            environment["GIT_\(role)_DATE"] = date
        }
        let before = parents.flatMap { [GitArgument("-p"), GitArgument($0)] }
        let output = try await program.with(environment: environment)
            .run(["commit-tree", GitArgument(tree), "-m", GitArgument(message)] + before)
        guard let commit = GitObjectID(output.line) else {
            throw GitError(.unexpectedOutput, command: "git commit-tree", message: output.line)
        }
        return commit
    }
}
