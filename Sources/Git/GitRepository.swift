package import SystemPackage

/// A Git repository: where it is, its objects, and the `git` program set up for it.
///
/// A value that is copied and shared freely; it keeps no lock on the repository.
package struct GitRepository: Sendable {
    /// Where its parts are.
    package let layout: GitLayout
    /// `git`, running at the top of the work tree, or in the Git directory where there is none.
    package let program: GitProgram
    /// Its objects and references.
    package let objects: GitObjects

    /// Who may answer questions about objects.
    package enum Backend: Sendable {
        /// libgit2, and `git` for what libgit2 cannot do.
        case automatic
        /// `git` alone.
        case programOnly
    }

    private static let locatingVariables = ["GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR"]

    /// Finds the repository that `git` would use in `directory`, an absolute path, with this environment.
    ///
    /// Takes about a millisecond where libgit2 can open the repository and the environment names none; otherwise one
    /// run of `git rev-parse` more. Throws `notARepository`, `unsafeOwnership` (with its remedy) or `notInstalled`.
    package static func discover(
        from directory: FilePath,
        environment: [String: String],
        executable: String = "git",
        backend: Backend = .automatic
    ) async throws(GitError) -> GitRepository {
        let environment = GitEnvironment.normalized(environment, directory: directory)
        let program = GitProgram(directory: directory, environment: environment, executable: executable)
        if backend == .automatic, !locatingVariables.contains(where: { environment[$0] != nil }),
            let found = try? LibraryHandle(opening: directory, search: GitEnvironment.search(environment))
        {
            let layout = if let layout = found.layout(from: directory) { layout } else { try await locate(program) }
            return GitRepository(layout, program, LibraryObjects(found))
        }
        let layout = try await locate(program)
        guard backend == .automatic, layout.objectFormat == .sha1,
            let handle = try? LibraryHandle(opening: layout.gitDirectory, search: .gitDirectory)
        else { return GitRepository(layout, program, nil) }
        return GitRepository(layout, program, LibraryObjects(handle))
    }

    /// Makes a bare repository in a directory, an absolute path; one that is there already is opened.
    package static func create(
        at directory: FilePath,
        environment: [String: String]
    ) async throws(GitError) -> GitRepository {
        let program = GitProgram(directory: directory.removingLastComponent(), environment: environment)
        try await program.run(["init", "--quiet", "--bare", "--", GitArgument(directory)])
        return try await discover(from: directory, environment: environment)
    }

    private init(_ layout: GitLayout, _ program: GitProgram, _ library: LibraryObjects?) {
        self.layout = layout
        var place: [String: String?] = [:]
        if let workTree = layout.workTree, program.environment["GIT_DIR"] == nil, !layout.isFoundFromWorkTree {
            // `core.worktree` may lead anywhere, also into another repository.
            place = ["GIT_DIR": layout.gitDirectory.string, "GIT_WORK_TREE": workTree.string]
        }
        self.program = program.with(directory: layout.directory, environment: place)
        objects = GitObjects(library: library, program: self.program)
    }

    private static func locate(_ program: GitProgram) async throws(GitError) -> GitLayout {
        let questions: [GitArgument] = [
            "rev-parse", "--path-format=absolute", "--is-bare-repository", "--is-inside-work-tree",
            "--show-object-format", "--git-dir", "--git-common-dir",
        ]
        let output = try await program.run(questions)
        let answers = output.lines
        guard answers.count == 5, let format = GitObjectFormat(rawValue: answers[2]) else {
            throw GitError(.unexpectedOutput, command: program.summary(questions), message: output.line)
        }
        // Asked apart, because Git fails where there is no work tree, and the path may hold a line feed.
        let top = try await program.run(["rev-parse", "--show-toplevel"], accepting: [0, 128])
        return GitLayout(
            workTree: top.exitCode == 0 && !top.line.isEmpty ? FilePath(top.line) : nil,
            gitDirectory: FilePath(answers[3]),
            commonDirectory: FilePath(answers[4]),
            isBare: answers[0] == "true",
            objectFormat: format
        )
    }
}
