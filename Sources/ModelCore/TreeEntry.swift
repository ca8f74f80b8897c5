/// One file of a tree.
package struct TreeEntry: Hashable, Sendable {
    /// What a file of a tree is.
    package enum Mode: String, Sendable, Hashable, CaseIterable {
        /// A regular file.
        case file = "644"
        /// An executable file.
        case executable = "755"
        /// A symbolic link; its bytes are its target's text.
        case link
    }

    /// What the file is.
    package let mode: Mode
    /// The size in bytes; a link's is its target text's.
    package let size: Int64
    /// The SHA-256 of the bytes; a link's is its target text's.
    package let digest: Digest
    /// The path in the tree, with `/` between components.
    package let path: String

    /// Creates an entry; `path` is one that `isValidPath` accepts.
    package init(mode: Mode, size: Int64, digest: Digest, path: String) {
        self.mode = mode
        self.size = size
        self.digest = digest
        self.path = path
    }

    /// Returns whether a path may stand in a listing: relative, no empty, `.` or `..` component, no NUL, and no `.git`
    /// in any spelling, for a tree is restored inside a working copy.
    package static func isValidPath(_ path: String) -> Bool { RepositoryPath(path) != nil }

    /// Returns whether a link at `path` with the text `target` stays inside the tree.
    package static func staysInside(linkAt path: String, target: String) -> Bool {
        guard !target.isEmpty, !target.hasPrefix("/"), !target.utf8.contains(0) else { return false }
        var depth = path.utf8.count { $0 == UInt8(ascii: "/") }
        for component in target.split(separator: "/", omittingEmptySubsequences: true) where component != "." {
            depth += component == ".." ? -1 : 1
            if depth < 0 { return false }
        }
        return true
    }
}
