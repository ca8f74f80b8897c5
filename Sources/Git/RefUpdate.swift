/// One reference that a push is about to change, as Git tells the `pre-push` hook.
package struct RefUpdate: Sendable, Hashable {
    /// What the user pushes: a reference, an expression such as `HEAD~1`, or `(delete)`.
    package let localName: String
    /// The object pushed; `nil` when the remote's reference is deleted.
    package let localID: GitObjectID?
    /// The full name at the remote.
    package let remoteName: String
    /// What the remote has there; `nil` when nothing.
    package let remoteID: GitObjectID?

    /// Creates an update.
    package init(localName: String, localID: GitObjectID?, remoteName: String, remoteID: GitObjectID?) {
        self.localName = localName
        self.localID = localID
        self.remoteName = remoteName
        self.remoteID = remoteID
    }

    /// Reads the hook's standard input: lines of `local-ref SP local-id SP remote-ref SP remote-id` (githooks(5)).
    ///
    /// Throws `unexpectedOutput` for anything else.
    package static func parse(_ input: [UInt8]) throws(GitError) -> [RefUpdate] {
        var updates: [RefUpdate] = []
        for line in input.split(separator: UInt8(ascii: "\n")) {
            let text = String(decoding: line, as: UTF8.self)
            // From the right: an expression such as `HEAD@{2 days ago}` has spaces.
            let fields = text.split(separator: " ", omittingEmptySubsequences: false)
            guard fields.count >= 4, let remote = GitObjectID(fields[fields.count - 1]),
                let local = GitObjectID(fields[fields.count - 3])
            else { throw GitError(.unexpectedOutput, command: "pre-push", message: text) }
            updates.append(
                RefUpdate(
                    localName: fields.dropLast(3).joined(separator: " "),
                    localID: local.isZero ? nil : local,
                    remoteName: String(fields[fields.count - 2]),
                    remoteID: remote.isZero ? nil : remote
                )
            )
        }
        return updates
    }
}
