/// Data that a run read.
package struct RunData: Sendable, Hashable, Codable {
    /// What the data are named by.
    package enum Kind: String, Sendable, Codable {
        /// An artifact of this repository; the digest is its oid.
        case artifact
        /// A file or directory without a pointer, hashed as an artifact would be.
        case path
        /// What a `.dvc` file names; the digest is DVC's.
        case dvc
        /// Taken at its word: it has no digest.
        case url
    }

    /// The path from the top of the repository, or the absolute path or URL.
    package let source: String
    /// What the data are named by.
    package let kind: Kind
    /// The digest with its algorithm in front: `sha256:…`, `md5:…`.
    package let digest: String?
    /// The size in bytes, where it is known.
    package let size: Int64?

    /// Creates a note of data.
    package init(source: String, kind: Kind, digest: String?, size: Int64?) {
        self.source = source
        self.kind = kind
        self.digest = digest
        self.size = size
    }
}
