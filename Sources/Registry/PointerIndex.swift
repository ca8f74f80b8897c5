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
    }

    /// A file with a pointer's name that is no pointer.
    package struct Damage: Hashable, Sendable {
        /// The file's path.
        package let path: String
        /// What is wrong, as a clause that calls the file "it".
        package let problem: String
        /// Whether it is a pointer to a newer git-model, which may know what it names.
        package let needsNewerVersion: Bool
        /// What it names all the same, where only its path or its line endings are wrong.
        package let named: Pointer?

        init(path: String, problem: String, needsNewerVersion: Bool = false, named: Pointer? = nil) {
            self.path = path
            self.problem = problem
            self.needsNewerVersion = needsNewerVersion
            self.named = named
        }
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
        self.entries = entries.sorted { $0.path < $1.path }
        self.damaged = damaged.sorted { $0.path < $1.path }
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
        var wanted = Set(files.filter { $0.mode.isFile }.map(\.id))
        var blobs: [GitObjectID: [UInt8]]?
        while blobs == nil {
            do { blobs = try await repository.objects.blobs(wanted, limit: PointerFile.byteLimit) } catch {
                // One large file of that name must not hide all the others.
                guard case .objectTooLarge(let id, _, _) = error.kind, wanted.remove(id) != nil else { throw error }
            }
        }
        return files.map { file in
            guard file.mode.isFile else { return PointerFile(path: file.path, .failure(.notAFile)) }
            guard let bytes = blobs?[file.id] else {
                return PointerFile(path: file.path, .failure(.init(PointerError.tooLarge)))
            }
            return PointerFile(path: file.path, bytes, isExecutable: file.mode.isExecutable, isTracked: true)
        }
    }

    /// Reads the pointer files of the work tree, tracked or not, but for ignored ones; throws `GitError` or `IOError`.
    ///
    /// What is not on disk is left out: a sparse checkout's, and what somebody deleted.
    package static func workTree(of repository: GitRepository) async throws -> PointerIndex {
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
        for (path, state) in states {
            if let file = try onDisk(path, below: root, state) { files.append(file) }
        }
        return PointerIndex(files)
    }

    private static func onDisk(_ path: GitPath, below root: FilePath, _ state: UInt8) throws -> PointerFile? {
        let location: FilePath
        do {
            location = try SafeRelativePath.resolve(
                root: root,
                components: RepositoryPath(bytes: path.bytes).components
            )
        } catch let error as RepositoryPathError {
            return PointerFile(path: path, .failure(.init(error)))
        } catch UnsafePathError.io(let error) {
            throw error
        } catch let error as UnsafePathError {
            return PointerFile(path: path, .failure(.init(error)))
        }
        guard let status = try FileStatus.of(location) else { return nil }
        if state == UInt8(ascii: "M") { return PointerFile(path: path, .failure(.unmerged)) }
        guard status.kind == .regular else { return PointerFile(path: path, .failure(.notAFile)) }
        guard status.size <= PointerFile.byteLimit else {
            return PointerFile(path: path, .failure(.init(PointerError.tooLarge)))
        }
        let bytes = try DurableFile.read(location, limit: Int(PointerFile.byteLimit))
        let isTracked = state != UInt8(ascii: "?")
        return PointerFile(path: path, bytes, isExecutable: status.isExecutable, isTracked: isTracked)
    }
}

/// A file with a pointer's name, and what it turned out to be.
private struct PointerFile {
    struct Problem: Error {
        let text: String
        private var needsNewerVersion = false
        private var named: Pointer?

        static let unmerged = Problem(text: "it has a merge conflict")
        static let notAFile = Problem(text: "it is not a plain file")
        static let onlySuffix = Problem(text: "it is not named after an artifact")

        init(_ error: some Error) {
            text = "\(error)"
            needsNewerVersion = (error as? PointerError)?.needsNewerVersion ?? false
        }

        init(_ error: PointerError, in bytes: [UInt8]) {
            text = "\(error)"
            needsNewerVersion = error.needsNewerVersion
            named = try? Pointer(parsing: bytes.filter { $0 != UInt8(ascii: "\r") })
        }

        init(_ error: RepositoryPathError, in bytes: [UInt8]) {
            text = "\(error)"
            named = try? Pointer(parsing: bytes)
        }

        private init(text: String) {
            self.text = text
        }

        func damage(at path: GitPath) -> PointerIndex.Damage {
            PointerIndex.Damage(
                path: path.description,
                problem: text,
                needsNewerVersion: needsNewerVersion,
                named: named
            )
        }
    }

    /// Enough for a pointer of a later version, so that it is told from a large file.
    static let byteLimit: Int64 = 1 << 16

    let path: GitPath
    let entry: Result<PointerIndex.Entry, Problem>

    init(path: GitPath, _ entry: Result<PointerIndex.Entry, Problem>) {
        self.path = path
        self.entry = entry
    }

    init(path: GitPath, _ bytes: [UInt8], isExecutable: Bool, isTracked: Bool) {
        self.path = path
        do {
            guard let artifact = try RepositoryPath(bytes: path.bytes).removingPointerSuffix else {
                throw Problem.onlySuffix
            }
            let pointer = try Pointer(parsing: bytes)
            entry = .success(
                PointerIndex.Entry(path: artifact, pointer: pointer, isExecutable: isExecutable, isTracked: isTracked)
            )
        } catch let problem as Problem {
            entry = .failure(problem)
        } catch let error as PointerError {
            entry = .failure(Problem(error, in: bytes))
        } catch let error as RepositoryPathError {
            entry = .failure(Problem(error, in: bytes))
        } catch {
            entry = .failure(Problem(error))
        }
    }
}
