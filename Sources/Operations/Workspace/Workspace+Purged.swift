import Git
import ModelCore
import Registry
import Store
import SystemIO
import SystemPackage

extension Workspace {
    /// Returns the tags of those versions that cannot be rebuilt any more because bytes of theirs were purged here.
    ///
    /// Where nothing was ever purged this opens neither the store nor a commit.
    func purgedVersions(among versions: [ModelVersion]) async throws -> Set<TagName> {
        guard try FileStatus.of(storePath.appending(StoreLayout.purged)) != nil else { return [] }
        let joined = try openStore()
        let purged = try joined.store.purgedObjects()
        guard !purged.isEmpty else { return [] }
        var tags: Set<TagName> = []
        for version in versions {
            var pointers = version.trailers?.artifacts.map(\.pointer) ?? []
            if pointers.isEmpty {
                pointers = try await self.pointers(of: ResolvedVersion(version)).entries.map(\.pointer)
            }
            let missing = pointers.filter { purged.contains($0.oid) && !Closure(of: [$0], in: joined.store).isComplete }
            if !missing.isEmpty { tags.insert(version.tag) }
        }
        return tags
    }
}
