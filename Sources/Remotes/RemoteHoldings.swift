package import ModelCore
package import Store

/// Which objects a remote has whole, as its indexes and listings say; no bytes of artifacts are read.
package struct RemoteHoldings: Sendable {
    private let source: RemoteStore
    private let local: LocalStore

    /// Creates a look at `source`; manifests that `local` has are not read from there.
    package init(of source: RemoteStore, local: LocalStore) {
        self.source = source
        self.local = local
    }

    /// Returns the names of those objects that could be fetched from the remote into an empty store.
    package func held(_ pointers: some Sequence<Pointer>) async throws -> Set<Digest> {
        let pointers = Set(pointers)
        guard !pointers.isEmpty, try await source.format() != nil else { return [] }
        let inventory: RemoteInventory
        do throws(RemoteError) { inventory = try await RemoteInventory(of: source) } catch {
            guard case .unlisted = error else { throw error }
            return try await ObjectIndexHoldings(of: source).held(pointers)
        }
        return try await held(pointers, in: inventory)
    }

    /// Returns the names of those objects that can be fetched as an inventory has it.
    func held(_ pointers: some Sequence<Pointer>, in inventory: RemoteInventory) async throws -> Set<Digest> {
        let walk = RemoteWalk(source: source, local: local, inventory: inventory)
        var held: Set<Digest> = []
        for pointer in pointers {
            do { if try await walk.run(pointer) != nil { held.insert(pointer.oid) } } catch let error as RemoteError {
                guard error.isAboutContent else { throw error }
            }
        }
        return held
    }
}
