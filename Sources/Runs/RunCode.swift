/// The state of the code that ran.
package struct RunCode: Sendable, Hashable, Codable {
    /// The commit that was checked out; `nil` before the first one.
    package let commit: String?
    /// The tree of the commit, which squashes and rebases often keep; `nil` before the first one, and where nobody
    /// noted it.
    package let tree: String?
    /// The branch; `nil` where HEAD was detached.
    package let branch: String?
    /// The repository's URL, without credentials.
    package let remote: String?
    /// Whether anything differed from the commit, files that Git does not track included.
    package let isDirty: Bool
    /// The differences, in the run's directory; `nil` where there are none.
    package let difference: RunFile?

    /// Creates a state.
    package init(
        commit: String?,
        tree: String? = nil,
        branch: String?,
        remote: String?,
        isDirty: Bool,
        difference: RunFile?
    ) {
        self.commit = commit
        self.tree = tree
        self.branch = branch
        self.remote = remote
        self.isDirty = isDirty
        self.difference = difference
    }
}
