/// The version of this build: the only place that says it.
enum Version {
    /// The semantic version, without a leading `v`.
    static let current = "0.1.0"

    /// The day of the release, for the manual page.
    static let date = "2026-11-23"

    /// What `git model --version` prints.
    static let line = "git-model version \(current)"
}
