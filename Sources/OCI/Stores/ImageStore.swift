package import ModelCore
package import SystemPackage

/// How a manifest is asked for.
package enum ManifestName: Sendable, Hashable, CustomStringConvertible {
    /// By a name that may move.
    case tag(String)
    /// By its digest.
    case digest(Digest)

    /// The tag, or the digest.
    package var description: String {
        switch self {
        case .tag(let tag): tag
        case .digest(let digest): "\(digest)"
        }
    }
}

/// A manifest, or a list of some, as it is stored.
package struct ManifestDocument: Sendable, Hashable {
    /// What it is.
    package let mediaType: String
    /// Its bytes.
    package let bytes: [UInt8]
    /// Their SHA-256.
    package let digest: Digest

    /// Creates a document; the digest is that of the bytes.
    package init(mediaType: String, bytes: [UInt8], digest: Digest) {
        self.mediaType = mediaType
        self.bytes = bytes
        self.digest = digest
    }
}

/// Where images are kept: a repository of a registry, or a layout in a directory.
///
/// Whatever is returned was compared with its digest.
package protocol ImageStore: Sendable, CustomStringConvertible {
    /// Whether the content is there, which of a registry it says itself.
    func contains(_ blob: Descriptor) async throws(OCIError) -> Bool
    /// Stores content under its digest; what is there already is not stored again. `sent` is told of bytes as they go.
    func add(
        _ blob: Descriptor,
        _ content: BlobContent,
        sent: @escaping @Sendable (Int) -> Void
    ) async throws(OCIError)
    /// Takes content over from another place if that costs nothing; returns whether it did.
    func take(_ blob: Descriptor, from other: any ImageStore) async throws(OCIError) -> Bool
    /// Returns content that fits into memory.
    func bytes(of blob: Descriptor) async throws(OCIError) -> [UInt8]
    /// Returns content as a file of this machine: where it is kept, or in `directory`, which it is fetched into.
    func content(of blob: Descriptor, fetchedInto directory: FilePath) async throws(OCIError) -> BlobContent
    /// Stores a manifest whose content is there, so that nobody sees it who does not know its digest.
    func add(_ manifest: ImageManifest) async throws(OCIError)
    /// Returns a manifest; throws `missing` where there is none.
    func manifest(_ name: ManifestName) async throws(OCIError) -> ManifestDocument
    /// Lets a tag mean a manifest that is there, in one step.
    func setTag(_ tag: String, to manifest: ManifestDocument) async throws(OCIError)
    /// Takes a tag away, where the place lets one; returns whether it did.
    func removeTag(_ tag: String) async throws(OCIError) -> Bool
    /// Returns why content is not what it should be, as a clause; `nil` where it is, as far as can be seen without
    /// fetching it.
    func damage(of blob: Descriptor) async throws(OCIError) -> String?
}

extension ImageStore {
    /// Returns content of at most `limit` bytes, compared with its digest.
    package func bytes(of blob: Descriptor, limit: Int) async throws(OCIError) -> [UInt8] {
        guard blob.size <= Int64(limit) else {
            throw .malformed(place: description, what: "\(blob.digest) is longer than \(limit) bytes")
        }
        return try await bytes(of: blob)
    }
}
