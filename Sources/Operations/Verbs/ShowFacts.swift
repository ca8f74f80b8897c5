/// `git model metrics show` and `params show`.
package struct ShowFacts<Kind: FactKind>: Sendable {
    private let texts: [String]
    private let filter: NameFilter

    /// Creates the operation on versions, revisions and runs, or without any on the working copy; only names that a
    /// pattern matches count.
    package init(_ texts: [String] = [], filter patterns: [String] = []) {
        self.texts = texts
        filter = NameFilter(patterns)
    }

    /// Reads files and records; fetches nothing.
    package func run(in context: Context) async throws -> FactList<Kind> {
        try await FactList(of: texts, filter, in: context)
    }
}
