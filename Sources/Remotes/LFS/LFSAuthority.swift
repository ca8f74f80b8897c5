/// What a user wants of an LFS server.
package enum LFSOperation: String, Hashable, Sendable {
    case download, upload
}

/// Where an LFS server is.
package enum LFSEndpoint: Hashable, Sendable {
    /// At a URL; fields of requests that Git is configured to send there go along.
    case web(String, fields: [String: String] = [:])
    /// Where the command `git-lfs-authenticate` of a server says, or else at a URL.
    case ssh(SSHLocation, otherwise: String)
}

/// What Git does for a remote in LFS.
package struct LFSGit: Sendable {
    let branch: any StoreBranch
    let authority: any LFSAuthority

    /// Joins a branch and what goes with its host.
    package init(branch: any StoreBranch, authority: any LFSAuthority) {
        self.branch = branch
        self.authority = authority
    }
}

/// What Git's configuration says of LFS servers; whoever conforms runs Git.
package protocol LFSAuthority: Sendable {
    /// Returns where the server is; that there can be none, or that nobody agreed to it, is an error.
    func endpoint(for operation: LFSOperation) async throws(RemoteError) -> LFSEndpoint
    /// Returns the URL whose login may be sent to a server at another, which may name the user; `nil` where none may.
    func loginURL(for place: String) async -> String?
    /// Returns the proxy by which a server is reached in place of the environment's, empty for none; `nil` where that
    /// counts.
    func proxy(for origin: String) async -> String?
}
