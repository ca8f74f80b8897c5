import Git
import ModelCore
import SystemIO
import SystemPackage

/// What no export takes the place of: repositories, where the user stands, and the user's home.
struct KeptPlaces {
    private let kept: [FilePath]
    private let commonDirectory: FilePath

    init(in workspace: Workspace) throws {
        let context = workspace.context
        commonDirectory = try FileStatus.realPath(of: workspace.repository.layout.commonDirectory)
        let home = context.environment["HOME"].flatMap { $0.isEmpty ? nil : FilePath($0) }
        let places = [workspace.root, context.workingDirectory] + (home.map { [$0] } ?? [])
        kept = try places.map { try FileStatus.realPath(of: $0) } + [commonDirectory]
    }

    /// Says what a place has in it, or lies in, that is to stay; `nil` where it may be replaced.
    ///
    /// Links on the way to the place are followed, as the system does; a link at its end is what would be replaced.
    /// `allowingWorkTree` is for who leaves `.git` alone.
    func objection(to path: FilePath, allowingWorkTree: Bool = false) throws -> String? {
        guard let name = path.lastComponent else { return "is the top of the file system" }
        let real = try FileStatus.realPath(of: path.removingLastComponent()).appending(name)
        if real != commonDirectory, real.starts(with: commonDirectory) {
            return "is inside a Git repository's own directory"
        }
        if kept.contains(where: { $0.starts(with: real) }) { return "has more in it than an export" }
        if !allowingWorkTree, try FileStatus.of(real.appending(".git")) != nil { return "is a Git repository" }
        var place = real
        while place.lastComponent != nil {
            if try KeptPlaces.isRepository(place) { return "is, or is inside, a Git repository's own directory" }
            place.removeLastComponent()
        }
        return nil
    }

    /// Whether a directory looks like a repository, as Git tells one.
    private static func isRepository(_ path: FilePath) throws -> Bool {
        try FileStatus.of(path.appending("HEAD")) != nil && FileStatus.of(path.appending("objects")) != nil
    }
}
