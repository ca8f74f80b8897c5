/// Where objects and references come from: libgit2 or the `git` program, which must give the same answers.
protocol ObjectSource: Sendable {
    /// Returns the object that the revision names, peeled to `kind` where one is given; `nil` when there is none.
    func resolve(_ revision: String, to kind: GitObjectKind?) async throws(GitError) -> GitObjectID?
    /// Returns the objects in the order of `ids`; throws when one is missing or larger than `limit` bytes.
    func objects(_ ids: [GitObjectID], limit: Int64) async throws(GitError) -> [GitObject]
    /// Returns the references whose full names start so, sorted by name; broken ones are left out.
    func references(prefix: String) async throws(GitError) -> [GitReference]
    /// Returns the reference of that full name; `nil` when there is none, or it is broken.
    func reference(_ name: String) async throws(GitError) -> GitReference?
    /// Returns the tree's entries that the filter lets through, sorted by path.
    func entries(inTree tree: GitObjectID, matching filter: GitTreeFilter) async throws(GitError) -> [GitTreeEntry]
    /// Whether the first commit is the second or one of its ancestors.
    func isAncestor(_ ancestor: GitObjectID, of descendant: GitObjectID) async throws(GitError) -> Bool
    /// Returns what HEAD says.
    func head() async throws(GitError) -> GitHead
}

extension [GitReference] {
    /// The references in the order of their names' bytes, which is nearly the order they come in.
    func sortedByName() -> [GitReference] {
        let isSorted = zip(self, dropFirst()).allSatisfy { !$1.name.utf8.lexicographicallyPrecedes($0.name.utf8) }
        return isSorted ? self : sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }
}
