import Registry
import ModelCore
import SystemIO
import SystemPackage

extension Workspace {
    /// Returns the path in the repository that a user's argument means, from where the user stands.
    func path(_ argument: String) throws -> RepositoryPath {
        let absolute = absolute(argument)
        guard absolute != root else { throw PathArgumentError(argument, "it is the repository itself") }
        let prefix = root.string == "/" ? "/" : root.string + "/"
        guard absolute.string.hasPrefix(prefix) else {
            throw PathArgumentError(argument, "it is outside the repository")
        }
        // Bytes of the command line that are no UTF-8 arrive replaced, and so never as the file that was meant.
        if argument.unicodeScalars.contains("\u{FFFD}"), try FileStatus.of(absolute) == nil {
            throw PathArgumentError(argument, "it is not UTF-8, as names of artifacts have to be")
        }
        return try RepositoryPath(absolute.string.dropFirst(prefix.count))
    }

    /// Whether an argument means the top of the repository.
    func isTop(_ argument: String) -> Bool { absolute(argument) == root }

    /// Returns the file that an argument means, from where the user stands.
    private func absolute(_ argument: String) -> FilePath {
        // Without a work tree there is no place to stand in: paths count from the top.
        let path = (isBare ? root : context.workingDirectory).pushing(FilePath(argument)).lexicallyNormalized()
        return path.starts(with: root) ? path : belowRoot(path) ?? path
    }

    /// Returns the same file by the name of the top that has no links, where a path leads there through some.
    ///
    /// As in Git, what is behind the top stays as it is: an artifact is what its own name says.
    private func belowRoot(_ path: FilePath) -> FilePath? {
        var top = FilePath(root: path.root, EmptyCollection<FilePath.Component>())
        var rest = Array(path.components)[...]
        while let next = rest.popFirst() {
            top.append(next)
            if (try? FileStatus.isSame(top, root)) == true { return root.appending(rest) }
        }
        return nil
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
            let found: [PointerIndex.Entry]
            if isTop(argument) {
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
                    hints: [
                        "see what is: `git model status`",
                        "or make it one: `git model add \(ShellWord.quoted(argument))`",
                    ]
                )
            }
            selected += found.filter { artifact in !selected.contains { $0.path == artifact.path } }
        }
        return selected
    }
}

/// Why a user's argument is no path of an artifact.
package struct PathArgumentError: Error, Sendable, Equatable {
    /// What the user wrote.
    package let argument: String
    /// What is wrong, as a clause that calls the path "it".
    package let problem: String

    init(_ argument: String, _ problem: String) {
        self.argument = argument
        self.problem = problem
    }
}

extension PathArgumentError: CustomStringConvertible {
    /// One clause that names the argument and the problem.
    package var description: String { QuotedPath.encode(argument) + problem.dropFirst("it".count) }
}
