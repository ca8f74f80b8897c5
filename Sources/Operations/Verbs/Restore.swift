import Git
import ModelCore
import Registry
import Store
import SystemIO
import SystemPackage

extension Workspace {
    /// What bringing artifacts in line did.
    struct RestoreResult {
        /// The artifacts that were written.
        var restored: [RestoredArtifact] = []
        /// The artifacts whose objects are not in the store.
        var absent: [PointerIndex.Entry] = []
        /// What failed.
        var problems: [Problem] = []
    }

    /// Brings artifacts on disk in line with their pointers, from the local store.
    ///
    /// Bytes that are in no store are only overwritten when forced; then everything else goes on.
    func restore(
        _ artifacts: [PointerIndex.Entry],
        from store: LocalStore,
        isForced: Bool
    ) async throws -> RestoreResult {
        var cache = openStatCache()
        defer { cache.save() }
        var result = RestoreResult()
        let tally = ProgressTally(phase: "restoring", sink: context.progress)
        try removeLeftovers(beside: artifacts)
        let restore = ArtifactRestore(store: store, pool: pool, cancellation: context.cancellation, progress: tally.add)
        for artifact in artifacts {
            do {
                let state = try await state(of: artifact, store: store, cache: &cache)
                if state == .current { continue }
                guard Closure(of: [artifact.pointer], in: store).isComplete else {
                    result.absent.append(artifact)
                    result.problems.append(Problem(artifact.path.text, message: "its bytes are not in the local store"))
                    continue
                }
                if case .modified = state, !isForced {
                    result.problems.append(Problem(artifact.path.text, message: "it has changes that are in no store"))
                    continue
                }
                tally.begin(artifact.path.text, byteCount: artifact.pointer.size)
                let path = try location(of: artifact.path)
                try await restore.restore(
                    artifact.pointer,
                    isExecutable: artifact.isExecutable,
                    to: path,
                    isIncluded: try await includedFiles(of: artifact.path),
                    cache: &cache
                )
                result.restored.append(RestoredArtifact(path: artifact.path.text, size: artifact.pointer.size))
            } catch {
                if context.cancellation.isCancelled { throw error }
                result.problems.append(Problem(artifact.path.text, error))
            }
        }
        context.progress.finish()
        return result
    }

    /// Removes what a restore that was killed left beside artifacts; in a tree, restoring it does that.
    private func removeLeftovers(beside artifacts: [PointerIndex.Entry]) throws {
        let canTell = try FileStatus.of("/proc/self") != nil
        for directory in Set(artifacts.map(\.path.parent)) {
            let place = try directory.map { try location(of: $0) } ?? root
            guard canTell, try FileStatus.of(place)?.kind == .directory else { continue }
            for entry in try DirectoryEntry.all(in: place) where entry.kind == .regular {
                guard let process = TemporaryFile.processIdentifier(of: entry.name),
                    try FileStatus.of(FilePath("/proc/\(process)")) == nil
                else { continue }
                try DurableFile.remove(place.appending(entry.name))
            }
        }
    }

    /// Returns the artifacts with bytes that are in no store.
    func modified(_ artifacts: [PointerIndex.Entry], store: LocalStore) async throws -> [PointerIndex.Entry] {
        var cache = openStatCache()
        defer { cache.save() }
        var modified: [PointerIndex.Entry] = []
        for artifact in artifacts {
            if case .modified = try await state(of: artifact, store: store, cache: &cache) { modified.append(artifact) }
        }
        return modified
    }
}
