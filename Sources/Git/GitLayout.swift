import SystemIO
package import SystemPackage

/// Where the parts of a repository are; all paths are absolute and without symbolic links.
package struct GitLayout: Sendable, Hashable {
    /// The top of the work tree; `nil` in a bare repository and inside `.git`.
    package let workTree: FilePath?
    /// The Git directory, of this linked worktree where it is one.
    package let gitDirectory: FilePath
    /// The Git directory that all linked worktrees share.
    package let commonDirectory: FilePath
    /// Whether the repository is configured to have no work tree.
    package let isBare: Bool
    /// The hash that names its objects.
    package let objectFormat: GitObjectFormat

    /// Whether this is a linked worktree.
    package var isLinkedWorktree: Bool { gitDirectory != commonDirectory }

    /// Git's name of the linked worktree; `nil` for the main one.
    package var worktreeName: String? { isLinkedWorktree ? gitDirectory.lastComponent?.string : nil }

    /// Where `git` is to run: the work tree, or the Git directory where there is none.
    package var directory: FilePath { workTree ?? gitDirectory }

    /// Whether `git` finds this repository from the top of the work tree by itself: its Git directory is there, or a
    /// link or file that leads to it.
    var isFoundFromWorkTree: Bool {
        guard let workTree else { return true }
        let entry = workTree.appending(".git")
        guard entry != gitDirectory else { return true }
        do {
            if try FileStatus.isSame(entry, gitDirectory) { return true }
            guard try FileStatus.of(entry)?.kind == .regular else { return false }
            let text = String(decoding: try DurableFile.read(entry, limit: 1 << 16), as: UTF8.self)
            let key = "gitdir: "
            guard text.hasPrefix(key), let end = text.lastIndex(where: { !$0.isNewline }) else { return false }
            return try FileStatus.isSame(
                workTree.pushing(FilePath(String(text[...end].dropFirst(key.count)))),
                gitDirectory
            )
        } catch {
            return false
        }
    }

    /// Whether the path is the directory or inside it, by their components.
    static func isInside(_ path: FilePath, _ directory: FilePath) -> Bool {
        path.lexicallyNormalized().starts(with: directory.lexicallyNormalized())
    }
}
