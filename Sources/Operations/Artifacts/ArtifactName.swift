import Git
import ModelCore
import Registry
import SystemIO
import SystemPackage

/// Tells which paths cannot be an artifact's, since Git or git-model itself reads the file there.
enum ArtifactName {
    private static let gitsOwn = [".gitattributes", ".gitignore", ".gitmodules"]

    /// Returns why an artifact may not have that path, as a clause; `nil` where it may.
    static func refusal(of path: RepositoryPath) -> String? {
        if path.removingPointerSuffix != nil { return "it is named as a pointer is" }
        if path.components.contains(".mver") { return "it belongs to git-model, which reads it from Git itself" }
        if path.name == ".mverignore" { return "git-model reads it, from Git itself" }
        return gitsOwn.contains(path.name) ? "Git reads it, and has to track it itself" : nil
    }
}

extension Workspace {
    /// Refuses a path in another repository below this one, a submodule or not: Git tracks nothing there.
    func requireOwn(_ path: RepositoryPath) async throws {
        guard let directory = try await innerRepository(around: path) else { return }
        let inner = path.relative(to: directory)?.shellWord ?? "PATH"
        throw Failure(
            .failed,
            directory == path ? "it is a repository of its own" : "it is in \(directory), a repository of its own",
            hints: ["add it there: `cd \(directory.shellWord) && git model add \(inner)`"]
        )
    }

    /// Returns the outermost repository below this one that a path is, or is in; `nil` where it is in this one.
    func innerRepository(around path: RepositoryPath) async throws -> RepositoryPath? {
        var prefixes: [RepositoryPath] = []
        var next: RepositoryPath? = path
        while let current = next {
            prefixes.append(current)
            next = current.parent
        }
        for directory in prefixes.reversed() where try await isRepository(directory) { return directory }
        return nil
    }

    private func isRepository(_ directory: RepositoryPath) async throws -> Bool {
        let place = try location(of: directory)
        guard try FileStatus.of(place)?.kind == .directory else { return false }
        if try FileStatus.of(place.appending(".git")) != nil { return true }
        // A submodule that was not checked out is an empty directory.
        guard try FileStatus.of(root.appending(".gitmodules")) != nil else { return false }
        return try await repository.index.entries([.path(GitPath(directory.text))]).contains {
            $0.path == GitPath(directory.text) && $0.mode.isSubmodule
        }
    }
}
