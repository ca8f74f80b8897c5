import Git
import ModelCore
import Remotes
import SystemPackage

extension Workspace {
    /// What to say of a remote in a directory of the work tree, where Git would take its packs for files of the
    /// repository; `nil` of any other, and of one that Git ignores.
    func warning(ofInnerRemote remote: String, url: String) async throws -> (warning: String, hint: String)? {
        let parsed = try RemoteURL(parsing: context.expandingHome(url), relativeTo: root)
        guard let tree = repository.layout.workTree, case .directory(let path) = parsed, path.starts(with: tree),
            !path.starts(with: repository.layout.gitDirectory), !path.starts(with: repository.layout.commonDirectory)
        else { return nil }
        let inner = path.components.dropFirst(tree.components.count).map(\.string)
        // A pattern for directories holds for what is in them, also before there is one.
        let file = GitPath((inner + ["packs"]).joined(separator: "/"))
        guard try await repository.index.ignoringRules(for: [file]).isEmpty else { return nil }
        // As it is typed where the user stands.
        let name = inner.last ?? remote
        let beside =
            context.workingDirectory == root ? "../" + name : tree.removingLastComponent().appending(name).string
        return (
            "remote \(remote) is inside the work tree: `git add -A` would add its packs to Git",
            "take a directory beside the repository: `git model remote add --force \(remote) \(ShellWord.quoted(beside))`"
        )
    }
}
