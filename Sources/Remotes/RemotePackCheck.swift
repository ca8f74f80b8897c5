import Codec
package import ModelCore
import Store
package import SystemIO

/// Reads every pack of a remote and compares it with its name; what is damaged can be buried, so that a push sends it
/// again.
package struct RemotePackCheck: Sendable {
    private let source: RemoteStore
    private let cancellation: Cancellation

    /// Creates a check of the packs of `source`.
    package init(_ source: RemoteStore, cancellation: Cancellation) {
        self.source = source
        self.cancellation = cancellation
    }

    /// Returns the packs that are listed by an index and that are cut, wrong or gone, in the order of their names.
    ///
    /// Nobody is kept from collecting or repacking meanwhile: before a pack is called damaged, the indexes are listed
    /// again, and what they name by then is read as well. `progress` gets the number of further bytes that were to be
    /// read.
    package func damaged(progress: @Sendable (Int64) -> Void) async throws -> [Digest] {
        var damaged: Set<Digest> = []
        var checked: Set<Digest> = []
        while true {
            let tombs = try await source.tombs()
            let listed = try await source.indexes().packList.filter { !tombs.contains($0.id) }
            damaged.formIntersection(listed.map(\.id))
            let rest = listed.filter { !checked.contains($0.id) }
            for pack in rest.sorted(by: { $0.id < $1.id }) {
                try cancellation.check()
                if try await !isRight(pack) { damaged.insert(pack.id) }
                checked.insert(pack.id)
                progress(Int64(pack.size))
            }
            if damaged.isEmpty || rest.isEmpty { return damaged.sorted() }
        }
    }

    private func isRight(_ pack: IndexContents.Pack) async throws -> Bool {
        do throws(RemoteError) {
            return SHA256.digest(of: try await source.remote.read(StoreLayout.pack(pack.id), range: nil)) == pack.id
        } catch {
            guard case .notFound = error else { throw error }
            return false
        }
    }

    /// Marks packs as being on their way out: nothing counts on them any more, and a push sends their frames in new
    /// ones.
    package func bury(_ packs: [Digest]) async throws {
        for pack in packs {
            try await source.remote.write(Array(StoreLayout.tombText.utf8), to: StoreLayout.tomb(pack))
        }
        try await source.remote.publish()
    }
}
