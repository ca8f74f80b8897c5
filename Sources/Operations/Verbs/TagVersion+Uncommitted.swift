import Git
import ModelCore
import Registry
import Store

extension TagVersion {
    /// Says how to bring into a commit what is only in the work tree; nothing where that is as the commit is.
    ///
    /// Of models that share a repository, any artifact counts: whoever wants another version has something in mind.
    static func commitHints(
        after commit: GitObjectID,
        in workspace: Workspace,
        _ store: LocalStore
    ) async throws -> [String] {
        let committed = try await PointerIndex.at(commit, in: workspace.repository).entries
        let known = Dictionary(committed.map { ($0.path, $0.pointer) }) { first, _ in first }
        let here = try await PointerIndex.workTree(of: workspace.repository).entries
        let modified = (try? await workspace.modified(here, store: store)) ?? []
        if let first = modified.first {
            return ["\(first.path) was changed and not added: `git model add -u`, then `git commit`"]
        }
        guard let added = here.first(where: { known[$0.path] != $0.pointer }) else { return [] }
        return ["\(added.path) was added and not committed: `git commit`"]
    }
}
