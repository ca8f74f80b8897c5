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
        for parent in parents {
            for entry in try await objects.entries(in: parent, matching: .top)
            where entry.mode.isFile && blobs[entry.path] == nil { blobs[entry.path] = entry.id }
        }
        var entries: [UInt8] = []
        for (path, id) in blobs.sorted(by: { $0.key < $1.key }) {
            entries += Array("100644 blob \(id)\t".utf8) + path.bytes + [0]
        }
        let tree = try await program.run(["mktree", "-z"], input: entries).line
        let who = try await committer() ?? ("git-model", "git-model@localhost")
        var environment: [String: String?] = [:]
        for role in ["AUTHOR", "COMMITTER"] {
            environment["GIT_\(role)_NAME"] = who.name
            environment["GIT_\(role)_EMAIL"] = who.email
            environment["GIT_\(role)_DATE"] = "@\(seconds) +0000"
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
