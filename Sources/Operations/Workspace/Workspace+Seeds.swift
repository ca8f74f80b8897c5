import ModelCore
import Registry
import Store
import SystemIO

extension Workspace {
    /// Returns, by object, the files in the working copy that may have frames of an artifact that is to be fetched:
    /// those in its place.
    ///
    /// What cannot be looked at is no seed, for seeds only save fetching.
    func seeds(for artifacts: [PointerIndex.Entry]) async throws -> [Digest: [Seed]] {
        guard !isBare else { return [:] }
        var cache = openStatCache()
        defer { cache.save() }
        var seeds: [Digest: [Seed]] = [:]
        for (path, entries) in Dictionary(grouping: artifacts, by: \.path) {
            do {
                let found = try await self.seeds(at: path, cache: &cache)
                for entry in entries { seeds[entry.pointer.oid, default: []] += found }
            } catch { try context.cancellation.check() }
        }
        return seeds
    }

    private func seeds(at path: RepositoryPath, cache: inout StatCache) async throws -> [Seed] {
        let included = try await includedFiles(of: path)
        guard let artifact = try ArtifactFiles(at: try location(of: path), isIncluded: included) else { return [] }
        let hash = ArtifactHash(pool: pool, cancellation: context.cancellation)
        let (_, parts, _) = try await hash.pointers(of: artifact, cache: &cache)
        return zip(artifact.files, parts).compactMap { file, object in
            file.status.kind == .regular ? Seed(path: file.path, object: object) : nil
        }
    }
}
