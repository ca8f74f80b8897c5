package import Git
package import Remotes

/// The branch of a store in a Git remote, by the user's `git`.
package struct GitStoreBranch: StoreBranch {
    /// The most bytes that one file of the branch may have.
    private static let byteLimit: Int64 = 1 << 30

    /// What Git says when another attempt may do better.
    private static let passing = [
        "Could not resolve host", "Connection refused", "Connection timed out", "Connection reset", "early EOF",
        "RPC failed", "hung up unexpectedly", "unexpected disconnect", "The requested URL returned error: 5",
    ]

    /// The remote's name in messages.
    private let remote: String
    private let branch: GitDetachedBranch
    private let requireWritable: @Sendable () async throws(RemoteError) -> Void

    /// Creates the branch of a remote that messages call by this name; what `requireWritable` throws keeps it from
    /// being pushed.
    package init(
        remote: String,
        branch: GitDetachedBranch,
        requireWritable: @escaping @Sendable () async throws(RemoteError) -> Void = {}
    ) {
        self.remote = remote
        self.branch = branch
        self.requireWritable = requireWritable
    }

    package func fetch() async throws(RemoteError) -> StoreBranchTip? {
        try await perform { () async throws(GitError) in
            guard let commit = try await branch.fetch() else { return nil }
            return try await tip(commit)
        }
    }

    package func bytes(of blobs: [String]) async throws(RemoteError) -> [String: [UInt8]] {
        try await perform { () async throws(GitError) in
            let ids = blobs.compactMap { GitObjectID($0) }
            let bytes = try await branch.bytes(of: ids, limit: GitStoreBranch.byteLimit)
            return Dictionary(uniqueKeysWithValues: bytes.map { ($0.key.hex, $0.value) })
        }
    }

    package func push(
        _ changes: [String: [UInt8]?],
        onto tip: StoreBranchTip?
    ) async throws(RemoteError) -> StoreBranchTip? {
        try await requireWritable()
        let packs = changes.keys.count { $0.hasPrefix("packs/") }
        let message = "Update store: \(packs) packs, \(changes.count - packs) other files\n"
        let pushed: Result<StoreBranchTip?, RemoteError> = try await perform { () async throws(GitError) in
            let parent = tip.flatMap { GitObjectID($0.commit) }
            let commit = try await branch.commit(changes, onto: parent, message: message)
            switch try await branch.push(commit) {
            case .pushed: return .success(try await self.tip(commit))
            case .outpaced: return .success(nil)
            case .rejected(let reason):
                return .failure(.refused(remote, file: "branch \(LFSLocation.branch)", reason: reason))
            }
        }
        return try pushed.get()
    }

    private func tip(_ commit: GitObjectID) async throws(GitError) -> StoreBranchTip {
        let files = try await branch.files(of: commit)
        return StoreBranchTip(
            commit: commit.hex,
            files: files.mapValues { StoreBranchTip.File(blob: $0.blob.hex, size: $0.size) }
        )
    }

    private func perform<Value>(_ body: () async throws(GitError) -> Value) async throws(RemoteError) -> Value {
        do { return try await body() } catch {
            let words = error.message.split(separator: "\n").joined(separator: "; ")
            let cause = words.isEmpty ? "\(error)" : "git: \(words)"
            switch error.kind {
            case .authenticationFailed:
                throw .denied(remote, file: "branch \(LFSLocation.branch)", reason: cause, tried: [])
            case .locked, .alreadyExists: throw .busy(remote, cause: cause, retryAfter: nil)
            case .cancelled: throw .unreachable(remote, cause: "interrupted")
            case _ where GitStoreBranch.passing.contains(where: { error.message.contains($0) }):
                throw .busy(remote, cause: cause, retryAfter: nil)
            default: throw .unreachable(remote, cause: cause)
            }
        }
    }
}
