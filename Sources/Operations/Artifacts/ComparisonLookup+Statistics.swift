import ModelCore
import Registry
import Remotes
import Store
import SystemIO

/// How many elements are NaN or infinite: no distance tells, for that counts finite elements alone, and comparisons do
/// not have it, so that manifests are needed as well.
extension ComparisonLookup {
    typealias Statistics = [EarlierVersion.Place: TensorStatistics]

    /// Adds what the values of the tensors of two objects are like, from manifests that are here or can be got.
    func addStatistics(
        to found: inout Found,
        from before: Pointer,
        to after: Pointer,
        at path: RepositoryPath,
        _ small: SmallFileTensors
    ) async throws {
        var sides = [before, after].map { store.statistics(of: $0, small) }
        let known = SideStatistics(before: sides[0], after: sides[1])
        found.statistics = known
        guard !readsFrames, let changes = found.comparison?.changes.filter({ !small.unread.contains($0.file) }) else {
            return
        }
        for (side, object) in [before, after].enumerated() {
            let files = Set(changes.filter { $0.lacksCounts(on: side, known) }.map(\.file))
            // A manifest that is here has no more to say.
            guard !files.isEmpty, !store.knowsTensors(of: object) else { continue }
            do {
                let more = try await statistics(ofFiles: files, in: object, at: path)
                sides[side].merge(more) { known, _ in known }
            } catch {
                if workspace.context.cancellation.isCancelled { throw error }
                let clause = "NaN and infinities were not counted: \(error)"
                found.problem = found.problem.map { "\($0); \(clause)" } ?? clause
                break
            }
        }
        found.statistics = SideStatistics(before: sides[0], after: sides[1])
    }

    /// Gets what the manifests of files of an artifact say of their tensors, of which nothing else is fetched.
    private func statistics(
        ofFiles files: Set<String>,
        in artifact: Pointer,
        at path: RepositoryPath
    ) async throws -> Statistics {
        let missing = Failure(.failed, "the manifest of \(artifact.oid.hex.prefix(12)) is missing")
        guard fetches, workspace.configuration.defaultRemote != nil else { throw missing }
        let lookup = ObjectLookup(workspace: workspace, store: store, fetches: true)
        let found = try await lookup.fetching(for: path) {
            try await statistics(ofFiles: files, in: artifact, by: PartialFetch($0))
        }
        guard let found else { throw missing }
        return found
    }

    /// Returns the same from one remote; `nil` where that lacks any.
    private func statistics(
        ofFiles files: Set<String>,
        in artifact: Pointer,
        by partial: PartialFetch
    ) async throws -> Statistics? {
        var objects = [(file: "", object: artifact)]
        if artifact.kind == .tree {
            guard let listing = try await partial.listing(of: artifact) else { return nil }
            objects = listing.entries.filter { files.contains($0.path.text) }.map {
                ($0.path.text, Pointer(oid: $0.digest, size: $0.size, kind: .file))
            }
        }
        var statistics: Statistics = [:]
        for (file, object) in objects {
            guard let manifest = try await partial.run(object, in: artifact, isWanted: { _ in false }) else {
                return nil
            }
            try store.refresh()
            statistics.merge(try store.statistics(in: manifest, file: file)) { known, _ in known }
        }
        return statistics
    }
}

extension TensorChange {
    /// Whether the tensor is there on one side, the earlier one being 0, and may have elements that are no finite
    /// numbers, which nobody knows to be counted.
    fileprivate func lacksCounts(on side: Int, _ known: SideStatistics) -> Bool {
        let statistics = known.of(self)
        let form: TensorForm? =
            switch kind {
            case .added(let form): side == 1 ? form : nil
            case .removed(let form): side == 0 ? form : nil
            case .changed(let old, let new, _): side == 0 ? old : new
            }
        guard let form, (side == 0 ? statistics.before : statistics.after) == nil else { return false }
        return form.type == .bf16 || form.type.name.hasPrefix("f")
    }
}
