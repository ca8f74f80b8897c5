package import Git
package import ModelCore
import SystemIO
import SystemPackage

/// The pointers of a commit, of the index, or of the work tree.
package struct PointerIndex: Sendable {
    /// An artifact that has a pointer.
    package struct Entry: Hashable, Sendable {
        /// The artifact's path in the repository.
        package let path: RepositoryPath
        /// What its pointer says.
        package let pointer: Pointer
        /// Whether the artifact, a file, is executable: the pointer's own mode.
        package let isExecutable: Bool
        /// Whether Git has the pointer; one in the work tree may be new.
        package let isTracked: Bool
        /// Whether the index has several versions of the pointer, of a merge that is not resolved; of the work tree
        /// only.
        package let isUnmerged: Bool

        /// Creates an artifact that has a pointer.
        init(path: RepositoryPath, pointer: Pointer, isExecutable: Bool, isTracked: Bool, isUnmerged: Bool) {
            self.path = path
            self.pointer = pointer
            self.isExecutable = isExecutable
            self.isTracked = isTracked
            self.isUnmerged = isUnmerged
        }

        /// Returns the same artifact with other bytes.
        package func naming(_ pointer: Pointer) -> Entry {
            Entry(
                path: path,
                pointer: pointer,
                isExecutable: isExecutable,
                isTracked: isTracked,
                isUnmerged: isUnmerged
            )
        }

        /// Creates an artifact that a map of imports stands for, in place of a pointer.
        package init(imported path: RepositoryPath, _ pointer: Pointer, isExecutable: Bool = false) {
            self.init(path: path, pointer: pointer, isExecutable: isExecutable, isTracked: true, isUnmerged: false)
        }
    }

    /// A file with a pointer's name that cannot be read as one.
    package struct Damage: Hashable, Sendable {
        /// What sort of problem it is, which decides what helps.
        package enum Kind: Hashable, Sendable {
            /// Its bytes are no pointer's.
            case malformed
            /// Nor does Git have it: some other file, which only happens to have that name.
            case foreign
            /// A newer git-model wrote it.
            case newerVersion
            /// It has the marks of a merge conflict.
            case unmerged
            /// It is a link, a directory or the like.
            case notAFile
            /// A link or file stands where one of its directories should be; the path is the one from the top.
            case obstructed(by: String)
            /// Its name is no artifact's.
            case unusableName
        }

        /// The file's path.
        package let path: String
        /// What sort of problem it is.
        package let kind: Kind
        /// What is wrong, as a clause that calls the file "it".
        package let problem: String
        /// What it names all the same, where only its path or its line endings are wrong.
        package let named: Pointer?

        /// Creates the damage of a file.
        package init(path: String, kind: Kind, problem: String, named: Pointer? = nil) {
            self.path = path
            self.kind = kind
            self.problem = problem
            self.named = named
        }

        /// The path of the artifact that it would be the pointer of; `nil` where there can be none.
        package var artifact: RepositoryPath? { (try? RepositoryPath(path))?.removingPointerSuffix }
    }

    /// The artifacts, sorted by path.
    package let entries: [Entry]
    /// The files with a pointer's name that are no pointers, sorted by path.
    package let damaged: [Damage]

    private init(_ files: [PointerFile]) {
        var entries: [Entry] = []
        var damaged: [Damage] = []
        for file in files {
            switch file.entry {
            case .success(let entry): entries.append(entry)
            case .failure(let problem): damaged.append(problem.damage(at: file.path))
            }
        }
        self.init(entries: entries, damaged: damaged)
    }

    private init(entries: [Entry], damaged: [Damage]) {
        self.entries = entries.sorted { $0.path < $1.path }
        self.damaged = damaged.sorted { $0.path < $1.path }
    }

    /// Returns the same with what maps of imports name, and with maps that cannot be read.
    package func adding(_ imported: [Entry], damaged more: [Damage] = []) -> PointerIndex {
        imported.isEmpty && more.isEmpty ? self : PointerIndex(entries: entries + imported, damaged: damaged + more)
    }

    /// Returns the artifact at exactly that path; `nil` when there is none.
    package func entry(at path: RepositoryPath) -> Entry? { entries.first { $0.path == path } }

    /// Reads the pointers in the tree of a commit.
    package static func at(_ commit: GitObjectID, in repository: GitRepository) async throws(GitError) -> PointerIndex {
        let files = try await repository.objects.entries(in: commit, matching: .suffix(Pointer.fileSuffix))
        return try await read(files.map { (path: $0.path, mode: $0.mode, id: $0.id) }, in: repository)
    }

    /// Reads the pointers that the index has, as they are staged; one with a merge conflict is none.
    package static func staged(in repository: GitRepository) async throws(GitError) -> PointerIndex {
        let entries = try await repository.index.entries([.suffix(Pointer.fileSuffix)])
        let unmerged = Set(entries.filter { $0.stage != 0 }.map(\.path)).map {
            PointerFile(path: $0, .failure(.unmerged))
        }
        let merged = entries.filter { $0.stage == 0 }.map { (path: $0.path, mode: $0.mode, id: $0.id) }
        return PointerIndex(try await files(merged, in: repository) + unmerged)
    }

    /// Reads the pointers of some blobs of Git.
    package static func read(
        _ files: [(path: GitPath, mode: GitMode, id: GitObjectID)],
        in repository: GitRepository
    ) async throws(GitError) -> PointerIndex {
        PointerIndex(try await self.files(files, in: repository))
    }

    private static func files(
        _ files: [(path: GitPath, mode: GitMode, id: GitObjectID)],
        in repository: GitRepository
    ) async throws(GitError) -> [PointerFile] {
        let wanted = files.filter { $0.mode.isFile }.map(\.id)
        // One large file of that name must not hide all the others.
        let blobs = try await repository.objects.smallBlobs(wanted, limit: PointerFile.byteLimit)
        return files.map { file in
            guard file.mode.isFile else { return PointerFile(path: file.path, .failure(.notAFile)) }
            guard let bytes = blobs[file.id] else {
                return PointerFile(path: file.path, .failure(.init(.tooLarge)))
            }
            return PointerFile(path: file.path, bytes, isExecutable: file.mode.isExecutable)
        }
    }

    /// Reads the pointer files of the work tree, tracked or not, but for ignored ones; throws `GitError` or `IOError`.
    ///
    /// What is not on disk is left out: what somebody deleted, and what a sparse checkout does not have, unless it
    /// counts as the index has it.
    package static func workTree(
        of repository: GitRepository,
        withLeftOut countsLeftOut: Bool = false
    ) async throws -> PointerIndex {
        guard let root = repository.layout.workTree else { return PointerIndex([]) }
        let output = try await repository.program.run([
            "ls-files", "-z", "-t", "--cached", "--others", "--exclude-standard", "--full-name", "--",
            GitArgument(":(top,glob)**/*" + Pointer.fileSuffix),
        ])
        var states: [GitPath: UInt8] = [:]
        for record in output.bytes.split(separator: 0) where record.count > 2 {
            // A letter for the state, a space, the path (git-ls-files(1), -t).
            states[GitPath(bytes: record.dropFirst(2))] = record.first
        }
        var files: [PointerFile] = []
        var leftOut: Set<GitPath> = []
        for (path, state) in states {
            if let file = try PointerFile(onDisk: path, below: root, state) {
                files.append(file)
            } else if state == UInt8(ascii: "S") {
                leftOut.insert(path)
            }
        }
        guard countsLeftOut, !leftOut.isEmpty else { return PointerIndex(files) }
        let staged = try await repository.index.entries([.suffix(Pointer.fileSuffix)])
            .filter { $0.stage == 0 && leftOut.contains($0.path) }
            .map { (path: $0.path, mode: $0.mode, id: $0.id) }
        return PointerIndex(files + (try await self.files(staged, in: repository)))
    }
}
