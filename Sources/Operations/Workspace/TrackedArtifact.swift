import ModelCore

/// An artifact that has a pointer.
struct TrackedArtifact: Hashable, Sendable {
    /// The artifact's path in the repository.
    let path: RepositoryPath
    /// What its pointer says.
    let pointer: Pointer
    /// Whether the artifact, a file, is executable: the pointer's own mode.
    let isExecutable: Bool
}
