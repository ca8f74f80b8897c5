/// The branch of a Git repository with all files of a store that are not in LFS; whoever conforms runs Git.
package protocol StoreBranch: Sendable {
    /// Brings the branch to this machine and returns where it stands; `nil` where there is none.
    func fetch() async throws(RemoteError) -> StoreBranchTip?
    /// Returns the bytes of blobs by their names.
    func bytes(of blobs: [String]) async throws(RemoteError) -> [String: [UInt8]]
    /// Commits changes on top of where the branch stands and pushes them, as one: new bytes of files, or `nil` for
    /// those that go.
    ///
    /// Returns `nil` where the branch stands elsewhere by now.
    func push(
        _ changes: [String: [UInt8]?],
        onto tip: StoreBranchTip?
    ) async throws(RemoteError) -> StoreBranchTip?
}

/// Where the branch of a store stands.
package struct StoreBranchTip: Sendable {
    /// A file of the branch.
    package struct File: Sendable, Hashable {
        /// The name of the blob in Git.
        package let blob: String
        /// Its size in bytes.
        package let size: Int64

        /// Creates a file.
        package init(blob: String, size: Int64) {
            self.blob = blob
            self.size = size
        }
    }

    /// The name of the commit in Git.
    package let commit: String
    /// The files by their paths.
    package let files: [String: File]

    /// Creates a tip.
    package init(commit: String, files: [String: File]) {
        self.commit = commit
        self.files = files
    }
}
