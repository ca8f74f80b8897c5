import Registry
import ModelCore
import SystemIO
import SystemPackage

extension Workspace {
    /// Returns the path in the repository that a user's argument means, from where the user stands.
    func path(_ argument: String) throws -> RepositoryPath {
        // Without a work tree there is no place to stand in: paths count from the top.
        let directory = isBare ? root : context.workingDirectory
        let absolute = directory.pushing(FilePath(argument)).lexicallyNormalized()
        let outside = Failure(.failed, "it is outside the repository")
        guard absolute != root else { throw Failure(.failed, "it is the repository itself") }
        let prefix = root.string == "/" ? "/" : root.string + "/"
        guard absolute.string.hasPrefix(prefix) else { throw outside }
        return try RepositoryPath(absolute.string.dropFirst(prefix.count))
    }

    /// Returns the file at a path of the repository; a directory on the way that is a link is refused.
    func location(of path: RepositoryPath) throws -> FilePath {
        try SafeRelativePath.resolve(root: root, components: path.components)
    }

    /// Returns the pointer paths among a user's arguments and everything in the directories among them.
    ///
    /// An argument may name an artifact, its pointer, or a directory that holds some; one that names none is an error.
    func select(_ arguments: [String], among artifacts: [PointerIndex.Entry]) throws -> [PointerIndex.Entry] {
        guard !arguments.isEmpty else { return artifacts }
        var selected: [PointerIndex.Entry] = []
        for argument in arguments {
            let isTop = context.workingDirectory.pushing(FilePath(argument)).lexicallyNormalized() == root
            let found: [PointerIndex.Entry]
            if isTop {
                found = artifacts
            } else {
                let given = try path(argument)
                let path = given.removingPointerSuffix ?? given
                found = artifacts.filter { $0.path == path || $0.path.isInside(path) }
            }
            guard !found.isEmpty else {
                throw Failure(
                    .failed,
                    "\(argument) is no artifact",
                    hints: ["see what is: `git model status`", "or make it one: `git model add \(argument)`"]
                )
            }
            selected += found.filter { artifact in !selected.contains { $0.path == artifact.path } }
        }
        return selected
    }
}
