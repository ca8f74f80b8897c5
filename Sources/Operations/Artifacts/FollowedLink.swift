import ModelCore
import SystemIO
import SystemPackage

/// What a symbolic link leads to at the end, for `add --dereference`.
struct FollowedLink {
    /// As many as Linux follows.
    private static let longestChain = 40

    /// The file or directory at the end.
    let path: FilePath
    /// What it is.
    let status: FileStatus

    /// Follows a link; throws a `Failure` that names it where it leads nowhere, in a circle, or to neither file nor
    /// directory.
    init(at link: FilePath) throws {
        var path = link
        for _ in 0..<FollowedLink.longestChain {
            guard let status = try FileStatus.of(path) else {
                throw Failure(.failed, "\(link) leads to \(path), which does not exist")
            }
            switch status.kind {
            case .regular, .directory:
                self.path = path
                self.status = status
                return
            case .symbolicLink:
                // Not made normal: what `..` means behind another link, the system knows.
                path = path.removingLastComponent().pushing(FilePath(try SymbolicLink.target(of: path)))
            case .other:
                throw Failure(.failed, "\(link) leads to \(path), which is neither a file nor a directory")
            }
        }
        throw Failure(.failed, "\(link) leads in a circle")
    }

    /// Whether a link at `path` of a tree leads out of that tree.
    static func leadsOut(_ link: FilePath, at path: RepositoryPath) throws -> Bool {
        do {
            try LinkTarget.check(SymbolicLink.target(of: link).utf8, at: path)
            return false
        } catch is LinkTargetError { return true }
    }
}
