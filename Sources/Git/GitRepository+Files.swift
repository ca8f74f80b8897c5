/// A file of a commit, with its size.
package struct GitFile: Sendable, Hashable {
    /// The path from the top.
    package let path: GitPath
    /// Its mode.
    package let mode: GitMode
    /// Its blob; of a submodule its commit.
    package let id: GitObjectID
    /// Its size in bytes; 0 of a submodule.
    package let size: Int64
}

extension GitRepository {
    /// Returns every file, link and submodule of a commit, at any depth, in the order of the tree.
    package func files(of commit: GitObjectID) async throws(GitError) -> [GitFile] {
        let output = try await program.run(["ls-tree", "-r", "-z", "--long", "--full-tree", GitArgument(commit)])
        var files: [GitFile] = []
        for record in output.records {
            // mode SP type SP id SP padded-size TAB path (git-ls-tree(1)); the size of a submodule is "-".
            guard let tab = record.firstIndex(of: UInt8(ascii: "\t")) else {
                throw GitError(.unexpectedOutput, command: "git ls-tree")
            }
            let fields = record[..<tab].split(separator: UInt8(ascii: " "))
            guard fields.count == 4, let mode = GitMode(octal: fields[0]),
                let id = GitObjectID(String(decoding: fields[2], as: UTF8.self))
            else { throw GitError(.unexpectedOutput, command: "git ls-tree") }
            let size = Int64(String(decoding: fields[3], as: UTF8.self)) ?? 0
            files.append(GitFile(path: GitPath(bytes: record[(tab + 1)...]), mode: mode, id: id, size: size))
        }
        return files
    }

    /// Returns who commits here, by name and address; `nil` where Git does not know, as on a machine that builds.
    package func committer() async throws(GitError) -> (name: String, email: String)? {
        let answer = try await program.run(["var", "GIT_COMMITTER_IDENT"], accepting: [0, 128])
        // Name <address> time zone (git-var(1)).
        guard answer.exitCode == 0, let start = answer.line.lastIndex(of: "<"),
            let end = answer.line.lastIndex(of: ">"), start < end
        else { return nil }
        let name = answer.line[..<start].reversed().drop { $0 == " " }.reversed()
        return (String(name), String(answer.line[answer.line.index(after: start)..<end]))
    }

    /// Makes a commit of the files that its parents have at the top of their trees, and of new ones, which is in no
    /// reference.
    ///
    /// Of two files of one name the new one counts, else that of the first parent. Where Git does not know who commits,
    /// it is nobody in particular.
    package func makeCommit(
        adding files: [(name: String, bytes: [UInt8])],
        to parents: [GitObjectID],
        message: String,
        at seconds: Int64
    ) async throws(GitError) -> GitObjectID {
        var blobs = try await writeBlobs(files)
        for parent in parents {
            for entry in try await objects.entries(in: parent, matching: .top)
            where entry.mode.isFile && blobs[entry.path] == nil { blobs[entry.path] = entry.id }
        }
        return try await makeCommit(
            of: blobs,
            parents: parents,
            message: message,
            by: try await committer() ?? ("git-model", "git-model@localhost"),
            date: "@\(seconds) +0000"
        )
    }
}
