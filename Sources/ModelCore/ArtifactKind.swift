/// What an artifact is on disk.
package enum ArtifactKind: String, Sendable, Hashable, CaseIterable {
    /// One regular file.
    case file
    /// A directory with everything in it.
    case tree
}
