package import ModelCore
package import Store
import Synchronization

extension RemoteStore {
    /// How many roots are read at once.
    private static let rootsAtOnce = 8

    /// Writes a root, which keeps what it names alive.
    package func write(_ root: RootRecord) async throws(RemoteError) {
        try await remote.write(Array(root.text.utf8), to: StoreLayout.root(root.id))
    }

    /// Takes a root back.
    package func remove(_ root: RootRecord) async throws(RemoteError) {
        try await remote.delete(StoreLayout.root(root.id))
    }

    /// Returns the root of a name; throws `notFound` where it is gone, and `wrongContent` or `needsNewerVersion` where
    /// what is there is no root of that name.
    func root(_ id: Digest) async throws(RemoteError) -> RootRecord {
        let file = StoreLayout.root(id)
        let text = String(decoding: try await remote.read(file, range: nil), as: UTF8.self)
        let record: RootRecord
        do throws(FormatError) { record = try RootRecord(parsing: text) } catch {
            throw RemoteError(remote.name, file, error)
        }
        guard record.id == id else {
            throw .wrongContent(remote.name, file: file, problem: "its bytes do not match its name")
        }
        return record
    }

    /// Returns the objects that roots of these repositories name, which collection in the remote therefore keeps.
    ///
    /// A root that was taken back meanwhile, or that cannot be understood, names nothing. Throws `unlisted` where the
    /// remote does not say which roots it has.
    package func objects(rootedBy repositories: Set<String>) async throws -> Set<Digest> {
        let ids = try await remote.list("roots").compactMap { Digest(hex: $0.name) }
        let objects = Mutex<Set<Digest>>([])
        try await ids.forEach(atOnce: RemoteStore.rootsAtOnce) { id in
            let root: RootRecord
            do { root = try await self.root(id) } catch let error as RemoteError where error.isAboutContent { return }
            if repositories.contains(root.repository) { objects.withLock { $0.formUnion(root.oids) } }
        }
        return objects.withLock { $0 }
    }
}
