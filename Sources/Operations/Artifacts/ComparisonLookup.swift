import ModelCore
import Registry
import Remotes
import Store
import SystemIO

/// Finds what changed between two objects without the bytes of either: a stored comparison, else the two manifests.
struct ComparisonLookup {
    /// Where what was found comes from.
    enum Source: String {
        /// It was made when the later of the two was added, with the bytes of both at hand.
        case add
        case manifests
        /// The bytes of both were read, as those of small files always are.
        case recomputed
    }

    /// What was found.
    struct Found {
        /// What changed in the tensors; `nil` where neither a comparison nor both manifests are known.
        var comparison: ObjectComparison?
        /// Where that comes from.
        var source = Source.manifests
        /// What the tensors' values are like, where that is known.
        var statistics: SideStatistics?
        /// What is written down otherwise than the bytes say; `nil` where nobody looked.
        var contradictions: [CompareVersions.Report.Contradiction]?
        /// Why nothing was found, or not everything, as a clause.
        var problem: String?
    }

    let workspace: Workspace
    let store: LocalStore
    /// Whether what is not here may be got from the default remote.
    let fetches: Bool
    /// Whether only names of frames are compared, whatever is stored.
    var readsFrames = false
    /// Reads the bytes of both, where that was asked for; nothing else counts then.
    var recomputation: TensorRecomputation?

    /// Finds what changed from `before` to `after`, with what is known of the tensors' values.
    func find(from before: PointerIndex.Entry, to after: PointerIndex.Entry) async throws -> Found {
        guard let recomputation else {
            let small = workspace.smallFileTensors(of: after.path, in: store)
            var found = try await find(from: before.pointer, to: after.pointer, at: after.path, small)
            if readsFrames {
                // Tensors that lie in the manifests, and those of small files, were compared by their values.
                found.comparison = found.comparison?.withoutFigures
                found.source = .manifests
            }
            try await addStatistics(to: &found, from: before.pointer, to: after.pointer, at: after.path, small)
            return found
        }
        do {
            let found = try await recomputation.find(from: before, to: after)
            return Found(
                comparison: found.outcome?.comparison,
                source: .recomputed,
                statistics: found.outcome.map(SideStatistics.init),
                contradictions: found.outcome == nil ? nil : found.contradictions,
                problem: found.problem
            )
        } catch {
            if workspace.context.cancellation.isCancelled { throw error }
            return Found(problem: "\(error)")
        }
    }

    /// Finds what changed from `before` to `after`, the object of the artifact at `path`.
    func find(from before: Pointer, to after: Pointer, at path: RepositoryPath) async throws -> Found {
        try await find(from: before, to: after, at: path, workspace.smallFileTensors(of: path, in: store))
    }

    private func find(
        from before: Pointer,
        to after: Pointer,
        at path: RepositoryPath,
        _ small: SmallFileTensors
    ) async throws -> Found {
        if !readsFrames, let found = try stored(from: before, to: after, small) { return found }
        if let found = store.compareManifests(of: after, with: before, small) {
            let isRead = small.hasRead && found.isMeasured
            return Found(comparison: found, source: isRead ? .recomputed : .manifests, problem: small.remark)
        }
        // What is fetched here are manifests, and a small file has none.
        if small.unread.contains(""), let problem = small.remark { return Found(problem: problem) }
        guard fetches, workspace.configuration.defaultRemote != nil else {
            return Found(problem: "which tensors they have is not known here: \(missing(before, after))")
        }
        do { return try await fetch(from: before, to: after, at: path, small) } catch {
            if workspace.context.cancellation.isCancelled { throw error }
            let problem = "which tensors they have is not known here, and cannot be fetched: \(error)"
            return Found(problem: "\(problem); \(missing(before, after))")
        }
    }

    /// Says whose manifests are missing.
    private func missing(_ before: Pointer, _ after: Pointer) -> String {
        let names = [before, after].filter { !store.knowsTensors(of: $0) }.map { "\($0.oid.hex.prefix(12))" }
        let list = names.joined(separator: " and ")
        return names.count == 1 ? "the manifest of \(list) is missing" : "the manifests of \(list) are missing"
    }

    /// Returns the comparison that is stored, with what changed in small files, of which it says nothing.
    private func stored(from before: Pointer, to after: Pointer, _ small: SmallFileTensors) throws -> Found? {
        guard var comparison = try stored(from: before, to: after) else { return nil }
        if let found = store.compareSmallFiles(of: after, with: before, small) {
            comparison = comparison.joined(with: found, leavingOut: small.unread)
            return Found(comparison: comparison, source: .add, problem: small.remark)
        }
        if small.unread.contains(""), let problem = small.remark { return Found(problem: problem) }
        // What is left is a tree whose listing is not here, as in a clone without weights.
        return Found(comparison: comparison, source: .add, problem: SmallFileTensors.remarkWithoutListing)
    }

    /// Returns the comparison that is stored, whichever of the two was added later.
    private func stored(from before: Pointer, to after: Pointer) throws -> ObjectComparison? {
        if let found = try store.comparisons(of: after.oid).last(where: { $0.base == before.oid }) { return found }
        return try store.comparisons(of: before.oid).last { $0.base == after.oid }?
            .reversed(size: after.size)
    }

    private func fetch(
        from before: Pointer,
        to after: Pointer,
        at path: RepositoryPath,
        _ small: SmallFileTensors
    ) async throws -> Found {
        let lookup = ObjectLookup(workspace: workspace, store: store, fetches: true)
        let found = try await lookup.fetching(for: path) {
            try await self.found(by: PartialFetch($0), from: before, to: after, small)
        }
        return found ?? Found(problem: "no remote has a comparison of them, and which tensors they have is not known")
    }

    /// Returns what one remote lets us know; `nil` where that is nothing.
    private func found(
        by partial: PartialFetch,
        from before: Pointer,
        to after: Pointer,
        _ small: SmallFileTensors
    ) async throws -> Found? {
        for object in readsFrames ? [] : [after, before] where try await partial.comparisons(of: object) {
            if let found = try stored(from: before, to: after, small) { return found }
        }
        guard after.kind == .file, before.kind == .file,
            let manifest = try await partial.run(after, in: after, isWanted: { _ in false }),
            let earlier = try await partial.run(before, in: before, isWanted: { _ in false })
        else { return nil }
        try store.refresh()
        return Found(comparison: try store.compareManifests(manifest, with: earlier))
    }
}

extension ObjectComparison {
    /// The same as names of frames tell it: nothing says how far tensors are apart.
    fileprivate var withoutFigures: ObjectComparison {
        let changes = changes.map { change in
            guard case .changed(let old, let new, .measured) = change.kind else { return change }
            let kind = TensorChange.Kind.changed(from: old, to: new, old == new ? .unmeasured : .otherForm)
            return TensorChange(file: change.file, name: change.name, kind: kind)
        }
        return ObjectComparison(oid: oid, size: size, base: base, unchangedCount: unchangedCount, changes: changes)
    }
}
