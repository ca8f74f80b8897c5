import ModelCore
import Store

/// Which objects a remote that lists nothing has whole, as their own indexes say; the packs that these name have to be
/// there.
struct ObjectIndexHoldings: Sendable {
    private let source: RemoteStore

    init(of source: RemoteStore) { self.source = source }

    /// Returns the names of those objects that could be fetched.
    func held(_ pointers: Set<Pointer>) async throws(RemoteError) -> Set<Digest> {
        var held: Set<Digest> = []
        var packs: [Digest: Bool] = [:]
        for pointer in pointers {
            let index: IndexFile?
            do { index = try await source.objectIndex(pointer.oid) } catch {
                guard error.isAboutContent else { throw error }
                continue
            }
            guard let index else { continue }
            var isWhole = true
            for pack in index.packs where isWhole {
                if packs[pack.id] == nil { packs[pack.id] = try await isThere(pack) }
                isWhole = packs[pack.id] ?? false
            }
            if isWhole { held.insert(pointer.oid) }
        }
        return held
    }

    private func isThere(_ pack: IndexContents.Pack) async throws(RemoteError) -> Bool {
        try await source.remote.size(of: StoreLayout.pack(pack.id)) == Int64(pack.size)
    }
}
