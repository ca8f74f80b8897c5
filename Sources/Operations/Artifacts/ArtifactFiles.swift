import ModelCore
import SystemIO
import SystemPackage

/// The files of an artifact as they are on disk.
struct ArtifactFiles: Sendable {
    /// A file of the artifact.
    struct File: Sendable {
        /// Where it is.
        let path: FilePath
        /// The path in the tree; `nil` for an artifact that is one file.
        let relative: RepositoryPath?
        /// What it was when the artifact was looked at.
        let status: FileStatus
    }

    /// What the artifact is.
    let kind: ArtifactKind
    /// The files in the order of a listing.
    let files: [File]

    /// The sum of the sizes of the files in bytes.
    var byteCount: Int64 { files.reduce(0) { $0 + $1.status.size } }

    /// Looks at the artifact at `path`; `nil` where there is nothing.
    ///
    /// `isIncluded` is asked for paths in a tree.
    init?(at path: FilePath, isIncluded: @escaping (RepositoryPath) -> Bool = { _ in true }) throws {
        guard let status = try FileStatus.of(path) else { return nil }
        switch status.kind {
        case .regular:
            kind = .file
            files = [File(path: path, relative: nil, status: status)]
        case .directory:
            kind = .tree
            files = try ArtifactFiles.walk(path, isIncluded: isIncluded)
        case .symbolicLink:
            throw Failure(
                .failed,
                "\(path) is a symbolic link",
                hints: ["add what it leads to: `git model add --dereference \(path)`"]
            )
        default:
            throw Failure(.failed, "\(path) is neither a file nor a directory")
        }
    }

    private static func walk(_ root: FilePath, isIncluded: (RepositoryPath) -> Bool) throws -> [File] {
        var files: [File] = []
        for entry in try DirectoryWalk.entries(under: root) {
            let relative = try RepositoryPath(entry.path)
            guard isIncluded(relative) else { continue }
            guard !TemporaryFile.isTemporary(relative.name) else { continue }
            guard entry.status.kind == .regular || entry.status.kind == .symbolicLink else {
                throw Failure(.failed, "\(root.appending(entry.path)) is neither a file, a link nor a directory")
            }
            files.append(File(path: root.appending(entry.path), relative: relative, status: entry.status))
        }
        return files
    }
}
