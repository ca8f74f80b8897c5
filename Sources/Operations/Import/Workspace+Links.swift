import ModelCore
import Registry
import Store
import SystemIO
import SystemPackage

extension Workspace {
    /// Puts files in the place of links that another tool keeps its bytes behind, where what they lead to is the
    /// artifact.
    ///
    /// Else every artifact would differ from its pointer, for none is a link.
    func replaceLinks(at paths: [String], from store: LocalStore) async throws -> RestoreResult {
        let wanted = Set(paths)
        guard !wanted.isEmpty else { return RestoreResult() }
        try store.refresh()
        var cache = openStatCache()
        var linked: [PointerIndex.Entry] = []
        for artifact in try await pointers().entries where wanted.contains(artifact.path.text) {
            guard let place = try? location(of: artifact.path),
                let files = try? ArtifactFiles(at: place, followsLinks: true), files.hasFollowedLinks
            else {
                continue
            }
            let hash = ArtifactHash(pool: pool, cancellation: context.cancellation)
            let found = try await hash.pointer(of: files, cache: &cache)
            if found == artifact.pointer { linked.append(artifact) }
        }
        return try await restore(linked, from: store, isForced: true)
    }
}
