package import ModelCore

/// Which version comes next, and whether it may.
package enum NextVersion {
    /// Returns the version after the highest of `versions`, v0.1.0 being the first.
    ///
    /// `nil` where a number would overflow.
    package static func bumped(_ part: SemanticVersion.Bump, after versions: [ModelVersion]) -> SemanticVersion? {
        guard let highest = versions.map(\.version).max() else { return .first }
        return highest.bumped(part)
    }

    /// Returns the version that a new one would only repeat: the latest of equal or higher precedence that is not above it.
    ///
    /// A release may have the tree of its own pre-release; two releases of one tree are a mistake.
    package static func predecessor(of version: SemanticVersion, among versions: [ModelVersion]) -> ModelVersion? {
        versions.last {
            $0.version < version && ($0.version.isPrerelease == version.isPrerelease || !$0.version.isPrerelease)
        }
    }
}
