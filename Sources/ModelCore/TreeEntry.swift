/// One file of a tree artifact.
package struct TreeEntry: Sendable, Hashable {
    /// What a file is, spelled as listings spell it.
    package enum Mode: String, Sendable, Hashable, CaseIterable {
        /// A file that is not executable.
        case regular = "644"
        /// A file that its owner may execute.
        case executable = "755"
        /// A symbolic link; its bytes are its target text.
        case link
    }

    /// What the file is.
    package let mode: Mode
    /// The number of its bytes, not negative.
    package let size: Int64
    /// The SHA-256 of its bytes.
    package let digest: Digest
    /// Where it is, from the top of the artifact.
    package let path: RepositoryPath

    /// The most bytes that a link's target text may have: what Linux takes.
    package static let linkTargetLimit: Int64 = 4095

    /// Creates an entry; a listing checks it.
    package init(mode: Mode, size: Int64, digest: Digest, path: RepositoryPath) {
        self.mode = mode
        self.size = size
        self.digest = digest
        self.path = path
    }
}
