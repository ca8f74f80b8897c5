package import Git
import SystemIO

/// The configuration and the model descriptions of `.mver` where the work tree does not have them: a sparse checkout, a
/// clone without checkout, a bare repository.
///
/// The index has them then, else HEAD. A sparse checkout may have one and not the other: what is set in the
/// configuration brings that alone.
package struct SharedFiles: Sendable {
    /// The bytes by path from the top; none of what the work tree is to have.
    package let files: [GitPath: [UInt8]]

    /// No files.
    package static let none = SharedFiles(files: [:])

    private static let directory: GitPath = ".mver"

    /// The configuration; `nil` where there is none, or the work tree has it.
    package var configuration: [UInt8]? { files[GitPath(Configuration.path)] }

    /// Reads the files of a repository; throws `ConfigurationError`, `GitError`, and `IOError` or `UnsafePathError`.
    ///
    /// Where the work tree has a configuration, these are the descriptions that a sparse checkout leaves out.
    package static func of(_ repository: GitRepository) async throws -> SharedFiles {
        if let root = repository.layout.workTree {
            let path = try SafeRelativePath.resolve(root: root, components: [".mver", "config"])
            if try FileStatus.of(path) != nil {
                let leftOut = try await repository.leftOut([.path(GitPath(ModelDescription.directory))])
                return try await read(leftOut.map { (path: $0.path, mode: $0.mode, id: $0.id) }, in: repository)
            }
            let staged = try await repository.index.entries([.path(directory)]).filter { $0.stage == 0 }
            let files = try await read(staged.map { (path: $0.path, mode: $0.mode, id: $0.id) }, in: repository)
            if files.configuration != nil { return files }
        }
        guard let head = try await repository.objects.head().commit else { return .none }
        let committed = try await repository.objects.entries(in: head, matching: .inside(directory))
        return try await read(committed.map { (path: $0.path, mode: $0.mode, id: $0.id) }, in: repository)
    }

    private static func read(
        _ entries: [(path: GitPath, mode: GitMode, id: GitObjectID)],
        in repository: GitRepository
    ) async throws -> SharedFiles {
        let models = GitPath(ModelDescription.directory)
        let wanted = entries.filter { entry in
            entry.path == GitPath(Configuration.path)
                || entry.path.isInside(models) && ModelDescription.isDescription(entry.path.description)
        }
        if let odd = wanted.first(where: { !$0.mode.isFile }), odd.path == GitPath(Configuration.path) {
            throw ConfigurationError.notAFile
        }
        let plain = wanted.filter(\.mode.isFile)
        guard !plain.isEmpty else { return .none }
        let blobs = try await repository.objects.blobs(plain.map(\.id), limit: Int64(ModelDescription.byteLimit))
        return SharedFiles(
            files: Dictionary(plain.compactMap { entry in blobs[entry.id].map { (entry.path, $0) } }) { first, _ in
                first
            }
        )
    }
}
