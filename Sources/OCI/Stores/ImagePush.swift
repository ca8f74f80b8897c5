import ModelCore
package import SystemIO
package import SystemPackage

/// Puts an image where images are kept: what is missing of its content, then its manifest, which nobody sees before it
/// gets a tag.
package struct ImagePush: Sendable {
    private static let blobsAtOnce = 4

    private let store: any ImageStore
    private let base: (any ImageStore)?
    private let scratch: FilePath
    private let pool: WorkerPool
    private let sent: @Sendable (Int) -> Void

    /// Creates a push; `base` is where the base image is, and `scratch` a directory that content of it passes through.
    package init(
        to store: any ImageStore,
        base: (any ImageStore)?,
        scratch: FilePath,
        pool: WorkerPool,
        sent: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        self.store = store
        self.base = base
        self.scratch = scratch
        self.pool = pool
        self.sent = sent
    }

    /// Puts everything there; returns the manifest as it is stored.
    @discardableResult
    package func run(_ image: PreparedImage) async throws(OCIError) -> ManifestDocument {
        // What nobody could read again is refused before anything moves.
        guard image.manifest.encoded.count <= ImageManifest.byteLimit else {
            throw .unsuitable(
                "its manifest would be too long: it has too many files for a layer each; make the form image alone"
            )
        }
        let blobs = image.manifest.blobs
        let error = await withTaskGroup(of: OCIError?.self) { group in
            var rest = blobs.makeIterator()
            var running = 0
            var failure: OCIError?
            while true {
                while failure == nil, running < ImagePush.blobsAtOnce, let blob = rest.next() {
                    running += 1
                    group.addTask { await self.error(putting: blob, of: image) }
                }
                guard running > 0, let result = await group.next() else { return failure }
                running -= 1
                if failure == nil, let result {
                    failure = result
                    group.cancelAll()
                }
            }
        }
        if let error { throw error }
        try await store.add(image.manifest)
        let descriptor = image.manifest.descriptor
        return ManifestDocument(
            mediaType: descriptor.mediaType,
            bytes: image.manifest.encoded,
            digest: descriptor.digest
        )
    }

    private func error(putting blob: Descriptor, of image: PreparedImage) async -> OCIError? {
        do throws(OCIError) {
            try await put(blob, of: image)
            return nil
        } catch { return error }
    }

    private func put(_ blob: Descriptor, of image: PreparedImage) async throws(OCIError) {
        if let content = image.contents[blob.digest] { return try await store.add(blob, content, sent: sent) }
        guard let base else { throw .missing(place: "this machine", what: "content \(blob.digest)") }
        if try await store.take(blob, from: base) { return }
        try await store.add(blob, try await base.content(of: blob, fetchedInto: scratch), sent: sent)
    }
}
