import ModelCore
import Registry
import Remotes
import Store
import SystemIO

/// Artifacts that got another name and other bytes.
extension ComparisonLookup {
    /// Of so many artifacts a remote is asked.
    private static let limit = 8

    /// Joins what is gone with what is new where one of the two was made of the other: when it was added, under the
    /// name that both had then, they were compared.
    func joiningSuccessors(_ pairs: [VersionPair.Pair]) async throws -> [VersionPair.Pair] {
        var gone = pairs.compactMap { $0.after == nil ? $0.before : nil }
        let new = pairs.compactMap { $0.before == nil ? $0.after : nil }
        guard !gone.isEmpty, !new.isEmpty else { return pairs }
        try await bringComparisons(of: gone + new)
        var earlier: [RepositoryPath: PointerIndex.Entry] = [:]
        for artifact in new {
            let pointer = artifact.pointer
            let match = gone.firstIndex { other in
                guard other.pointer.kind == pointer.kind else { return false }
                return isSuccessor(pointer.oid, of: other.pointer.oid)
                    || isSuccessor(other.pointer.oid, of: pointer.oid)
            }
            if let match { earlier[artifact.path] = gone.remove(at: match) }
        }
        let left = Set(gone.map(\.path))
        return pairs.compactMap { pair in
            switch pair {
            case .both: pair
            case .removed(let artifact): left.contains(artifact.path) ? pair : nil
            case .added(let artifact): earlier[artifact.path].map { .both($0, artifact) } ?? pair
            }
        }
    }

    /// Whether an object was compared with another when it was added.
    private func isSuccessor(_ oid: Digest, of base: Digest) -> Bool {
        known(of: oid).contains { $0.base == base }
    }

    /// Returns the comparisons that are here; what is wrong with one is said where it is shown.
    private func known(of oid: Digest) -> [ObjectComparison] { (try? store.comparisons(of: oid)) ?? [] }

    /// Gets the comparisons of few artifacts of which none is here; that they cannot be had leaves these by themselves.
    private func bringComparisons(of artifacts: [PointerIndex.Entry]) async throws {
        let unknown = artifacts.filter { known(of: $0.pointer.oid).isEmpty }
        guard fetches, !readsFrames, workspace.configuration.defaultRemote != nil, let first = unknown.first,
            unknown.count <= ComparisonLookup.limit
        else { return }
        let lookup = ObjectLookup(workspace: workspace, store: store, fetches: true)
        do {
            _ = try await lookup.fetching(for: first.path) { fetch in
                let partial = PartialFetch(fetch)
                for artifact in unknown { _ = try await partial.comparisons(of: artifact.pointer) }
                return true
            }
        } catch { if workspace.context.cancellation.isCancelled { throw error } }
    }
}
