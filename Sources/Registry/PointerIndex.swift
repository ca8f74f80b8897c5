package import Git
package import ModelCore
import SystemIO
import SystemPackage

/// The pointers of a commit or of the work tree.
package struct PointerIndex: Sendable {
    /// An artifact that has a pointer.
    package struct Entry: Hashable, Sendable {
        /// The artifact's path in the repository.
        package let path: RepositoryPath
        /// What its pointer says.
        package let pointer: Pointer
        /// Whether the artifact, a file, is executable: the pointer's own mode.
        package let isExecutable: Bool
    }

    /// A pointer file that is none.
    package struct Damage: Sendable {
        /// The pointer file's path.
        package let path: String
        /// What is wrong, as a clause.
        package let problem: String
    }

    /// The artifacts, by path.
    package let entries: [Entry]
    /// The files with a pointer's name that are no pointers.
    package let damaged: [Damage]

    private init(_ entries: [Entry], _ damaged: [Damage]) {
        self.entries = entries.sorted { $0.path < $1.path }
        self.damaged = damaged
    }

    /// Reads the pointers in the tree of a commit.
    package static func at(_ commit: GitObjectID, in repository: GitRepository) async throws(GitError) -> PointerIndex {
        let files = try await repository.objects.entries(in: commit, matching: .suffix(Pointer.fileSuffix))
        return try await read(files.map { (path: $0.path, mode: $0.mode, id: $0.id) }, in: repository)
    }

    /// Reads the pointers that the index has, as they are staged.
    package static func staged(in repository: GitRepository) async throws(GitError) -> PointerIndex {
        let entries = try await repository.index.entries([.suffix(Pointer.fileSuffix)])
        return try await read(
            entries.filter { $0.stage == 0 }.map { (path: $0.path, mode: $0.mode, id: $0.id) },
            in: repository
        )
    }

    /// Reads the pointers of some blobs of Git.
    package static func read(
        _ files: [(path: GitPath, mode: GitMode, id: GitObjectID)],
        in repository: GitRepository
    ) async throws(GitError) -> PointerIndex {
        var entries: [Entry] = []
        var damaged: [Damage] = []
        let regular = files.filter { $0.mode.isFile }
        let blobs = try await repository.objects.blobs(regular.map(\.id), limit: 1 << 20)
        for file in regular {
            guard let bytes = blobs[file.id] else { continue }
            switch parse(bytes, at: file.path, isExecutable: file.mode.isExecutable) {
            case .success(let entry): entries.append(entry)
            case .failure(let problem): damaged.append(Damage(path: file.path.description, problem: problem.text))
            }
        }
        return PointerIndex(entries, damaged)
    }

    /// Reads the pointer files of the work tree, tracked or not, but for ignored ones.
    package static func workTree(of repository: GitRepository) async throws -> PointerIndex {
        guard let root = repository.layout.workTree else { return PointerIndex([], []) }
        let output = try await repository.program.run([
            "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--full-name", "--",
            GitArgument(":(top,glob)**/*" + Pointer.fileSuffix),
        ])
        var entries: [Entry] = []
        var damaged: [Damage] = []
        for path in Set(output.bytes.split(separator: 0).map { GitPath(bytes: $0) }) {
            guard let text = path.text, let parsed = try? RepositoryPath(text) else { continue }
            let location = try SafeRelativePath.resolve(root: root, components: parsed.components)
            guard let status = try FileStatus.of(location), status.kind == .regular else { continue }
            let bytes = try DurableFile.read(location, limit: 1 << 20)
            switch parse(bytes, at: path, isExecutable: status.isExecutable) {
            case .success(let entry): entries.append(entry)
            case .failure(let problem): damaged.append(Damage(path: text, problem: problem.text))
            }
        }
        return PointerIndex(entries, damaged)
    }

    private struct Problem: Error {
        let text: String
    }

    private static func parse(_ bytes: [UInt8], at path: GitPath, isExecutable: Bool) -> Result<Entry, Problem> {
        do {
            guard let artifact = try RepositoryPath(bytes: path.bytes).removingPointerSuffix else {
                return .failure(Problem(text: "its name is only a suffix"))
            }
            let pointer = try Pointer(parsing: bytes)
            return .success(Entry(path: artifact, pointer: pointer, isExecutable: isExecutable))
        } catch { return .failure(Problem(text: "\(error)")) }
    }
}
