/// What an artifact is on disk, spelled as pointers and tags spell it.
package enum ArtifactKind: String, Sendable, Hashable, CaseIterable {
    /// One file; its object is the file's bytes.
    case file
    /// A directory; its object is a listing of its files.
    case tree
}
