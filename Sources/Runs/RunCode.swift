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
    /// The most paths that are named as left out.
    package static let leftOutLimit = 100
    /// Paths of what differed from the commit and is not in the differences, such as large files, the first of them;
    /// `nil` where there are none, and where nobody noted them.
    package let leftOut: [String]?

    /// Creates a state.
    package init(
        commit: String?,
        tree: String? = nil,
        branch: String?,
        remote: String?,
        isDirty: Bool,
        difference: RunFile?,
        leftOut: [String] = []
    ) {
        self.commit = commit
        self.tree = tree
        self.branch = branch
        self.remote = remote
        self.isDirty = isDirty
        self.difference = difference
        self.leftOut = leftOut.isEmpty ? nil : Array(leftOut.prefix(RunCode.leftOutLimit))
    }

    /// Returns the same state of the code without the differences, of which `paths` are named as left out, too.
    package func withoutDifference(leavingOut paths: [String] = []) -> RunCode {
        let others = (leftOut ?? []).filter { !paths.contains($0) }
        return RunCode(
            commit: commit,
            tree: tree,
            branch: branch,
            remote: remote,
            isDirty: isDirty,
            difference: nil,
            leftOut: paths + others
        )
    }
}
