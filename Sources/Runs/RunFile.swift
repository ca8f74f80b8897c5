package import ModelCore

/// A file of a run's directory.
package struct RunFile: Sendable, Hashable, Codable {
    /// The path in the directory.
    package let path: String
    /// The digest of its bytes, as pointers write it.
    package let oid: String
    /// The size in bytes.
    package let size: Int64

    /// Creates the note of a file.
    package init(path: String, oid: Digest, size: Int64) {
        self.path = path
        self.oid = "sha256:\(oid.hex)"
        self.size = size
    }
}
