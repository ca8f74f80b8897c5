/// Where objects and references come from: libgit2 or the `git` program, which must give the same answers.
protocol ObjectSource: Sendable {
    /// Returns the object that the revision names, peeled to `kind` where one is given; `nil` when there is none.
    func resolve(_ revision: String, to kind: GitObjectKind?) async throws(GitError) -> GitObjectID?
    /// Returns the objects in the order of `ids`; throws when one is missing or larger than `limit` bytes.
    func objects(_ ids: [GitObjectID], limit: Int64) async throws(GitError) -> [GitObject]
    /// Returns the references whose full names start so, sorted by name; broken ones are left out.
    func references(prefix: String) async throws(GitError) -> [GitReference]
    /// Returns the tree's entries that the filter lets through, sorted by path.
    func entries(inTree tree: GitObjectID, matching filter: GitTreeFilter) async throws(GitError) -> [GitTreeEntry]
    /// Whether the first commit is the second or one of its ancestors.
    func isAncestor(_ ancestor: GitObjectID, of descendant: GitObjectID) async throws(GitError) -> Bool
    /// Returns what HEAD says.
    func head() async throws(GitError) -> GitHead
}
