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

    /// Returns a warning where the model's description is not in the commit as it is in the work tree, and one for each
    /// file that it tries a release with and that the commit does not have.
    static func descriptionWarnings(
        of model: ModelName,
        _ artifacts: [PointerIndex.Entry],
        at commit: GitObjectID,
        in workspace: Workspace
    ) async throws -> [String] {
        let committed = try await ModelIndex.at(commit, in: workspace.repository).model(model)
        var warnings: [String] = []
        if let here = try? ModelIndex.workTree(of: workspace.repository).model(model), here != committed {
            let path = QuotedPath.encode(here.path)
            warnings.append("\(path) is another in the work tree than in the commit that was tagged")
        }
        let objects = workspace.repository.objects
        for (role, path) in [("its sample", committed?.sample), ("what it should give", committed?.expectation?.path)] {
            guard let path, !artifacts.contains(where: { path == $0.path || path.isInside($0.path) }) else { continue }
            let place = GitPath(path.text)
            if try await objects.entry(at: place, in: commit) != nil { continue }
            guard try await objects.entries(in: commit, matching: .inside(place)).isEmpty else { continue }
            warnings.append(
                "\(path), \(role), is not in the commit that was tagged: no deployment could try the version with it"
            )
        }
        return warnings
    }
}
