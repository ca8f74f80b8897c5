import ModelCore
import SystemIO
import SystemPackage

/// The files of an artifact as they are on disk.
struct ArtifactFiles: Sendable {
    /// A file of the artifact.
    struct File: Sendable {
        /// The directory that was walked to it, or the file itself.
        fileprivate let root: FilePath
        /// The path below that directory, if any.
        fileprivate let inner: String?
        /// The path in the tree; `nil` for an artifact that is one file.
        let relative: RepositoryPath?
        /// What it was when the artifact was looked at.
        let status: FileStatus
        /// Where it is; made when asked for, which of most files nobody does.
        var path: FilePath { inner.map(root.appending) ?? root }
    }

    /// What the artifact is.
    let kind: ArtifactKind
    /// The files in the order of a listing.
    let files: [File]

    /// The sum of the sizes of the files in bytes.
    var byteCount: Int64 { files.reduce(0) { $0 + $1.status.size } }

    /// Whether links were followed, so that what is on disk is not what the files here are.
    let hasFollowedLinks: Bool

    /// Looks at the artifact at `path`; `nil` where there is nothing.
    ///
    /// With `followsLinks`, links that lead out of the artifact stand for what they lead to. `isIncluded` is asked for
    /// paths in a tree.
    init?(
        at path: FilePath,
        followsLinks: Bool = false,
        isIncluded: @escaping (RepositoryPath) -> Bool = { _ in true }
    ) throws {
        guard var status = try FileStatus.of(path) else { return nil }
        var path = path
        var walk = Walk(followsLinks: followsLinks, isIncluded: isIncluded)
        if status.kind == .symbolicLink {
            guard followsLinks else {
                throw Failure(
                    .failed,
                    "\(path) is a symbolic link",
                    hints: ["add what it leads to: `git model add --dereference \(ShellWord.quoted(path.string))`"]
                )
            }
            let end = try FollowedLink(at: path)
            (path, status) = (end.path, end.status)
            walk.hasFollowedLinks = true
        }
        switch status.kind {
        case .regular:
            kind = .file
            files = [File(root: path, inner: nil, relative: nil, status: status)]
        case .directory:
            kind = .tree
            try walk.collect(path, status, prefix: nil)
            // A directory that stands for a link does not sort where the link did.
            files =
                walk.hasFollowedLinks
                ? walk.files.sorted { ($0.relative?.bytes ?? []).lexicographicallyPrecedes($1.relative?.bytes ?? []) }
                : walk.files
        default:
            throw Failure(.failed, "\(path) is neither a file nor a directory")
        }
        hasFollowedLinks = walk.hasFollowedLinks
    }

    /// A walk through a tree, and through the directories outside that its links lead to.
    private struct Walk {
        let followsLinks: Bool
        let isIncluded: (RepositoryPath) -> Bool
        var hasFollowedLinks = false
        var files: [File] = []
        private var directories: [FileStatus] = []

        init(followsLinks: Bool, isIncluded: @escaping (RepositoryPath) -> Bool) {
            self.followsLinks = followsLinks
            self.isIncluded = isIncluded
        }

        /// Adds the files of a directory, which stands at `prefix` in the tree, or is its top.
        mutating func collect(_ root: FilePath, _ status: FileStatus, prefix: RepositoryPath?) throws {
            guard !directories.contains(where: { $0.device == status.device && $0.inode == status.inode }) else {
                throw Failure(.failed, "\(root) holds a link that leads back to it")
            }
            directories.append(status)
            defer { directories.removeLast() }
            for entry in try DirectoryWalk.entries(under: root) {
                let inner = try RepositoryPath(entry.path)
                let relative = prefix?.appending(inner) ?? inner
                guard isIncluded(relative), !TemporaryFile.isTemporary(relative.name) else { continue }
                let file = File(root: root, inner: entry.path, relative: relative, status: entry.status)
                switch entry.status.kind {
                case .regular: files.append(file)
                case .symbolicLink: try addLink(file, at: inner)
                case .directory, .other:
                    throw Failure(.failed, "\(file.path) is neither a file, a link nor a directory")
                }
            }
        }

        /// Adds a link that stands at `inner` below the directory that is walked, or what it leads to.
        private mutating func addLink(_ link: File, at inner: RepositoryPath) throws {
            guard followsLinks, try FollowedLink.leadsOut(link.path, at: inner) else { return files.append(link) }
            hasFollowedLinks = true
            let end = try FollowedLink(at: link.path)
            guard end.status.kind == .directory else {
                return files.append(File(root: end.path, inner: nil, relative: link.relative, status: end.status))
            }
            try collect(end.path, end.status, prefix: link.relative)
        }
    }
}
