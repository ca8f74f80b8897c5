package import ModelCore
import Store

/// What somebody who is about to push found in the remote, and their place among the users of the store there.
package final class RemoteVisit: Sendable {
    let inventory: RemoteInventory
    /// Keeps the packs where they are, in a directory whose files can be locked.
    private let lock: StoreLock?

    /// Comes to write: refuses a store that this version must not write to, and starts one where there is none.
    package init(writingTo store: RemoteStore) async throws {
        try await store.requireWritable()
        lock = try store.join()
        inventory = try await RemoteInventory(of: store)
    }

    /// Comes to look only.
    package init(lookingAt store: RemoteStore) async throws(RemoteError) {
        lock = nil
        if try await store.format() == nil {
            inventory = RemoteInventory(ofNothingIn: store)
        } else {
            inventory = try await RemoteInventory(of: store)
        }
    }

    /// Returns the objects that were taken away from the store for good.
    package func purged() async throws(RemoteError) -> Set<Digest> { try await inventory.purged() }
}
