package import ModelCore

/// A file of a run's directory.
package struct RunFile: Sendable, Hashable, Codable {
    /// The path in the directory.
    package private(set) var path: String
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

    /// The digest of its bytes; `nil` where the note is none of ours.
    package var digest: Digest? { oid.hasPrefix("sha256:") ? Digest(hex: oid.dropFirst("sha256:".count)) : nil }

    /// Returns the note of the same bytes in a file of another name.
    func named(_ path: String) -> RunFile {
        var file = self
        file.path = path
        return file
    }
}
