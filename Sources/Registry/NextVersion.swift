package import Git
package import ModelCore

/// Which version comes next, and whether it may.
package enum NextVersion {
    /// Why a version is not made unless the user insists.
    package enum Refusal: Sendable, Hashable {
        /// The tag exists.
        case exists(ModelVersion)
        /// The commit has the same tree as that version's.
        case unchanged(since: ModelVersion)
    }

    /// Returns the version after the highest of `versions`, v0.1.0 being the first.
    ///
    /// `nil` where a number would overflow.
    package static func bumped(_ part: SemanticVersion.Bump, after versions: [ModelVersion]) -> SemanticVersion? {
        guard let highest = versions.map(\.version).max() else { return .first }
        return highest.bumped(part)
    }

    /// Returns the version that a new one would follow: the highest below it, for a release the highest release.
    ///
    /// A release may have the tree of its own pre-release; two releases of one tree are a mistake.
    package static func predecessor(of version: SemanticVersion, among versions: [ModelVersion]) -> ModelVersion? {
        versions.filter { $0.version < version && (version.isPrerelease || !$0.version.isPrerelease) }
            .max { $0.version < $1.version }
    }

    /// Returns why `version` of one model should not be made at a commit; `nil` where it may.
    ///
    /// `versions` are that model's.
    /// It may not where its tag exists, nor where the commit's tree is that of its predecessor, or of the highest
    /// version that does not precede it: nothing would tell the two apart but the number.
    package static func refusal(
        of version: SemanticVersion,
        at commit: GitObjectID,
        among versions: [ModelVersion],
        in repository: GitRepository
    ) async throws(GitError) -> Refusal? {
        if let same = versions.first(where: { $0.version == version }) { return .exists(same) }
        let above = versions.filter { !$0.version.precedes(version) }.max { $0.version < $1.version }
        let below = predecessor(of: version, among: versions)
        let tree = try await repository.objects.tree(of: commit)
        for other in [below, above].compactMap({ $0 }) {
            if try await repository.objects.tree(of: other.commit) == tree { return .unchanged(since: other) }
        }
        return nil
    }
}
