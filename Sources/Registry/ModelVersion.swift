package import Git
package import ModelCore

/// A version of a model, as its tag says.
package struct ModelVersion: Sendable, Hashable {
    /// The tag's name.
    package let tag: TagName
    /// The model: the tag's, or, of a plain tag, the one that plain tags belong to.
    package let model: ModelName
    /// The commit that the tag names.
    package let commit: GitObjectID
    /// The tag object; `nil` for a lightweight tag, which says nothing that could be trusted.
    package let annotation: GitAnnotation?
    /// What the tag says of the model's artifacts; `nil` where it says nothing or is none of ours.
    package let trailers: VersionTrailers?

    /// The version.
    package var version: SemanticVersion { tag.version }

    /// The size of the artifacts in bytes, where the tag says it.
    package var size: Int64? { trailers.map { $0.artifacts.reduce(0) { $0 + $1.pointer.size } } }

    /// Reads every version tag of a repository, by model, then ascending precedence; plain `v1.2.3` tags belong to `plainModel`.
    package static func all(
        in repository: GitRepository,
        plainModel: ModelName?
    ) async throws(GitError) -> [ModelVersion] {
        var versions: [ModelVersion] = []
        for tag in try await repository.objects.tags() {
            guard let name = TagName(tag.name), let model = name.model ?? plainModel else { continue }
            versions.append(
                ModelVersion(
                    tag: name,
                    model: model,
                    commit: tag.target,
                    annotation: tag.annotation,
                    trailers: tag.annotation.flatMap { VersionTag.trailers(of: $0.message) }
                )
            )
        }
        return versions.sorted { ($0.model, $0.version) < ($1.model, $1.version) }
    }
}
