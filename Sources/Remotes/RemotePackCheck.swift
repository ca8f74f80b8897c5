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
    /// `progress` gets the number of further bytes that were to be read.
    package func damaged(progress: @Sendable (Int64) -> Void) async throws -> [Digest] {
        let tombs = try await source.tombs()
        var damaged: [Digest] = []
        for pack in try await source.indexes().packList.sorted(by: { $0.id < $1.id }) where !tombs.contains(pack.id) {
            try cancellation.check()
            if try await !isRight(pack) { damaged.append(pack.id) }
            progress(Int64(pack.size))
        }
        return damaged
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
