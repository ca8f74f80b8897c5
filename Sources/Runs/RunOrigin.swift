/// Where a run was recorded, and by whom.
package struct RunOrigin: Sendable, Hashable, Codable {
    /// The machine's name.
    package let host: String?
    /// The name that Git knows the user by.
    package let user: String?
    /// The name of the linked worktree; `nil` for the main one.
    package let worktree: String?

    /// Creates an origin.
    package init(host: String?, user: String?, worktree: String? = nil) {
        self.host = host
        self.user = user
        self.worktree = worktree
    }
}
