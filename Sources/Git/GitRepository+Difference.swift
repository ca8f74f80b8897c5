import SystemIO
package import SystemPackage

/// How a work tree differs from its commit, as a patch that `git apply` takes.
package struct GitDifference: Sendable {
    /// The patch, binary files and files that Git does not track included; empty where nothing differs.
    package let patch: [UInt8]
    /// Files that Git does not track and that were left out.
    package let leftOut: [GitPath]
    /// Submodules in which something is not committed; it is not in the patch.
    package let changedSubmodules: [GitPath]
}

extension GitRepository {
    /// Settings under which nothing of the user's runs, nothing is left in the Git directory, and no line end is a
    /// reason to fail.
    private static let quiet: [GitArgument] = [
        "-c", "core.hooksPath=/dev/null", "-c", "core.splitIndex=false", "-c", "core.safecrlf=false",
        "-c", "core.fsmonitor=false", "--literal-pathspecs",
    ]

    /// Returns how the work tree differs from a commit, or from nothing where there is none; the index and the objects
    /// stay as they are.
    ///
    /// HEAD may move meanwhile: it is not asked.
    ///
    /// What Git does not track counts too, unless it is ignored or `isIncluded` says no to its path. `scratch` is a
    /// directory that is there, for files that are removed again. Files that cannot be read are left out.
    package func difference(
        from commit: GitObjectID?,
        scratch: FilePath,
        isIncluded: (GitPath) throws -> Bool
    ) async throws -> GitDifference {
        guard let workTree = layout.workTree else {
            return GitDifference(patch: [], leftOut: [], changedSubmodules: [])
        }
        let place = scratch.appending("difference")
        try Directories.create(place.appending("objects").appending("info"), durable: false)
        defer { try? Directories.removeTree(place) }
        try await copyIndex(to: place.appending("index"))
        let alternates = Array((try await path(of: "objects") + "\n").utf8)
        try DurableFile.write(alternates, to: place.appending("objects/info/alternates"), durable: false)
        let scratchProgram = program.with(
            directory: workTree,
            environment: [
                "GIT_INDEX_FILE": place.appending("index").string,
                "GIT_OBJECT_DIRECTORY": place.appending("objects").string,
            ]
        )
        let add = GitRepository.quiet + ["add", "--sparse", "--ignore-errors"]
        try await scratchProgram.run(add + ["--update", "--", "."], accepting: [0, 1])
        // A directory's name is a repository of its own, which is not this one's to take.
        let included = try await untracked(scratchProgram).filter { $0.bytes.last != UInt8(ascii: "/") }.filter(
            isIncluded
        )
        if !included.isEmpty {
            let list: [GitArgument] = ["--pathspec-from-file=-", "--pathspec-file-nul"]
            try await scratchProgram.run(add + list, input: included.terminated, accepting: [0, 1])
        }
        // Plumbing: the user's settings of how differences look do not count, nor what `.gitmodules` would have
        // ignored.
        let patch = try await scratchProgram.run([
            "-c", "core.quotePath=false", "diff-index", "--cached", "-p", "--binary", "--full-index", "--no-ext-diff",
            "--no-textconv", "--no-renames", "--ignore-submodules=none", "--submodule=short",
            GitArgument(commit ?? layout.objectFormat.emptyTree), "--",
        ])
        return GitDifference(
            patch: patch.bytes,
            leftOut: try await untracked(scratchProgram),
            changedSubmodules: try await changedSubmodules(in: workTree)
        )
    }

    /// Returns the submodules in which files are changed or not tracked.
    private func changedSubmodules(in workTree: FilePath) async throws -> [GitPath] {
        guard try FileStatus.of(workTree.appending(".gitmodules")) != nil else { return [] }
        let output = try await program.run([
            "-c", "core.fsmonitor=false", "status", "--porcelain=v2", "-z", "--ignore-submodules=none", "--no-renames",
            "--untracked-files=no",
        ])
        // 1 XY S<commit><changes><untracked> <modes> <ids> <path>
        return output.records.compactMap { record in
            let fields = record.split(separator: UInt8(ascii: " "), maxSplits: 8)
            guard fields.count == 9, fields[0].elementsEqual("1".utf8), fields[2].first == UInt8(ascii: "S"),
                fields[2].dropFirst(2).contains(where: { $0 != UInt8(ascii: ".") })
            else { return nil }
            return GitPath(bytes: fields[8])
        }
    }

    private func untracked(_ program: GitProgram) async throws -> [GitPath] {
        try await program.run(["ls-files", "-z", "--others", "--exclude-standard"]).records.map { GitPath(bytes: $0) }
    }

    /// Copies the index with its time: by that, Git knows which files it has to read although they seem unchanged.
    private func copyIndex(to copy: FilePath) async throws {
        let index = FilePath(try await path(of: "index"))
        guard let status = try FileStatus.of(index) else { return }
        try DurableFile.write(try DurableFile.read(index, limit: .max), to: copy, durable: false)
        try DurableFile.setModified(status.modified, of: copy)
    }

    private func path(of name: GitArgument) async throws(GitError) -> String {
        try await program.run(["rev-parse", "--path-format=absolute", "--git-path", name]).line
    }
}
