import ModelCore
import Registry
import Remotes
import Store
import SystemIO

/// Finds what changed between two objects without the bytes of either: a stored comparison, else the two manifests.
struct ComparisonLookup {
    /// What was found.
    struct Found {
        /// What changed in the tensors; `nil` where neither a comparison nor both manifests are known.
        var comparison: ObjectComparison?
        /// Whether it was made when the later of the two was added, with the bytes of both at hand.
        var isStored = false
        /// Why nothing was found, as a clause.
        var problem: String?
    }

    let workspace: Workspace
    let store: LocalStore
    /// Whether what is not here may be got from the default remote.
    let fetches: Bool
    /// Whether only names of frames are compared, whatever is stored.
    var readsFrames = false

    /// Finds what changed from `before` to `after`, the object of the artifact at `path`.
    func find(from before: Pointer, to after: Pointer, at path: RepositoryPath) async throws -> Found {
        if !readsFrames, let stored = try stored(from: before, to: after) {
            return Found(comparison: stored, isStored: true)
        }
        if let found = try store.compareManifests(of: after, with: before) { return Found(comparison: found) }
        guard fetches, workspace.configuration.defaultRemote != nil else {
            return Found(problem: "which tensors they have is not known here")
        }
        do { return try await fetch(from: before, to: after, at: path) } catch {
            if workspace.context.cancellation.isCancelled { throw error }
            return Found(problem: "which tensors they have is not known here, and cannot be fetched: \(error)")
        }
    }

    /// Returns the comparison that is stored, whichever of the two was added later.
    private func stored(from before: Pointer, to after: Pointer) throws -> ObjectComparison? {
        if let found = try store.comparisons(of: after.oid).last(where: { $0.base == before.oid }) { return found }
        return try store.comparisons(of: before.oid).last { $0.base == after.oid }?
            .reversed(size: after.size)
    }

    private func fetch(from before: Pointer, to after: Pointer, at path: RepositoryPath) async throws -> Found {
        let lookup = ObjectLookup(workspace: workspace, store: store, fetches: true)
        let found = try await lookup.fetching(for: path) {
            try await self.found(by: PartialFetch($0), from: before, to: after)
        }
        return found ?? Found(problem: "no remote has a comparison of them, and which tensors they have is not known")
    }

    /// Returns what one remote lets us know; `nil` where that is nothing.
    private func found(by partial: PartialFetch, from before: Pointer, to after: Pointer) async throws -> Found? {
        for object in readsFrames ? [] : [after, before] where try await partial.comparisons(of: object) {
            if let stored = try stored(from: before, to: after) { return Found(comparison: stored, isStored: true) }
        }
        guard after.kind == .file, before.kind == .file,
            let manifest = try await partial.run(after, in: after, isWanted: { _ in false }),
            let earlier = try await partial.run(before, in: before, isWanted: { _ in false })
        else { return nil }
        try store.refresh()
        return Found(comparison: try store.compareManifests(manifest, with: earlier))
    }
}
