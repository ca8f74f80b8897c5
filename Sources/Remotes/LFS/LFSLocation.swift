/// A Git repository whose host keeps the packs of a store as Git LFS objects.
package struct LFSLocation: Hashable, Sendable {
    /// The branch that has the small files of the store, and what names the large ones.
    package static let branch = "git-model-store"

    /// The URL of the Git repository, or the name of a Git remote, as Git takes it.
    package let repository: String

    /// Parses what follows `lfs:`.
    init(parsing text: some StringProtocol, of url: String) throws(RemoteError) {
        guard !text.isEmpty, !text.hasPrefix("-") else {
            throw .unusableURL(url, reason: "a Git remote or its URL has to follow, as in lfs:origin")
        }
        let authority = text.contains("://") ? text.drop { $0 != ":" }.dropFirst(3).prefix { $0 != "/" } : ""
        if let at = authority.lastIndex(of: "@"), authority[..<at].contains(":") {
            throw .unusableURL(
                "lfs:…\(authority[at...])",
                reason: "it has a password, and URLs end up in files and logs"
            )
        }
        repository = String(text)
    }

    /// The URL in its one spelling.
    package var text: String { "lfs:" + repository }
}
