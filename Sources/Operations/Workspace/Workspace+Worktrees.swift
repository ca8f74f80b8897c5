import Git
import ModelCore
import SystemIO
import SystemPackage

extension Workspace {
    /// Returns the worktrees of this repository whose directories are there, each as seen from within; a worktree whose
    /// directory is gone has an index all the same.
    ///
    /// Throws where nobody says where the main one is: who deletes must know all of them.
    func worktreesInPlace() async throws -> [Workspace] {
        var found: [Workspace] = []
        for (number, worktree) in try await repository.worktrees().enumerated() where !worktree.isBare {
            guard try FileStatus.of(worktree.path) != nil else { continue }
            found.append(try await workspace(of: worktree, isMain: number == 0))
        }
        // `GIT_WORK_TREE` may name any directory.
        if !isBare, !found.contains(where: { $0.root == root }) { found.append(self) }
        return found
    }

    private func workspace(of worktree: GitWorktree, isMain: Bool) async throws -> Workspace {
        if !isBare, worktree.path == root { return self }
        let common = repository.layout.commonDirectory
        if try FileStatus.isSame(worktree.path, common) {
            let git = "git --git-dir=\(ShellWord.quoted(common.string))"
            throw Failure(
                .failed,
                "cannot tell where the work tree of \(common) is: it knows of this Git directory, but not the other way",
                hints: ["say it to Git: `\(git) config core.worktree DIRECTORY`"]
            )
        }
        var there = context.standing(in: worktree.path)
        if try isMain && FileStatus.of(worktree.path.appending(".git")) == nil {
            // Only the Git directory knows of it.
            there.environment["GIT_DIR"] = common.string
            there.environment["GIT_WORK_TREE"] = worktree.path.string
        }
        return try await Workspace.discover(in: there)
    }
}

extension Context {
    /// The variables by which Git tells a hook which repository and work tree it is in.
    static let locatingVariables = ["GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_PREFIX"]

    /// The same context in another worktree, without the variables by which Git tells a hook which one it is in.
    func standing(in directory: FilePath) -> Context {
        var context = self
        context.workingDirectory = directory
        for name in Context.locatingVariables { context.environment[name] = nil }
        return context
    }
}
