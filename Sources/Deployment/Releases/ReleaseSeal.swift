import ModelCore

/// What a target keeps of a release that was checked: what it is, and what it takes to go back to it without asking
/// anybody.
package struct ReleaseSeal: Sendable, Hashable, Codable {
    /// The version of this format.
    package static let schema = 1

    /// The version of the format that it was written in.
    package var schema = ReleaseSeal.schema
    /// The release.
    package let release: ReleaseID
    /// The model's name.
    package let model: String
    /// The version, as `v1.2.3`.
    package let version: String
    /// The version's tag.
    package let tag: String
    /// The commit, in hexadecimal digits.
    package let commit: String
    /// The SHA-256 of the listing of its files, as `sha256:` and digits.
    package let digest: String
    /// What is done with it.
    package let plan: ReleasePlan
    /// What trying it gave.
    package var smoke: SmokeOutcome
    /// What else a kind of target has to know of it, such as the image's digest.
    package var details: [String: String] = [:]

    /// Whether the user did not want it tried on its sample; what serves it then only waits until it takes requests.
    package var isUntried: Bool { smoke.result == .skipped }

    /// Creates the seal of a release that was tried.
    package init(_ release: Release, smoke: SmokeOutcome, details: [String: String] = [:]) {
        self.release = release.id
        model = release.model.text
        version = release.version
        tag = release.tag
        commit = release.commit
        digest = "sha256:\(release.digest.hex)"
        plan = release.plan
        self.smoke = smoke
        self.details = details
    }
}
