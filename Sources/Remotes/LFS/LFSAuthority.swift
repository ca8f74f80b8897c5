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

/// A name and a password for an LFS server.
package struct LFSLogin: Hashable, Sendable {
    /// The URL that they are for.
    package let url: String
    /// The user's name.
    package let username: String
    /// The password, or a token.
    package let password: String

    /// Creates a login.
    package init(url: String, username: String, password: String) {
        self.url = url
        self.username = username
        self.password = password
    }
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

/// What Git's configuration and its credential helpers say of LFS servers; whoever conforms runs Git.
package protocol LFSAuthority: Sendable {
    /// Returns where the server is; that there can be none, or that nobody agreed to it, is an error.
    func endpoint(for operation: LFSOperation) async throws(RemoteError) -> LFSEndpoint
    /// Returns a login for the server at a URL; `nil` where nobody has one, or none may be sent there.
    func login(for url: String) async -> LFSLogin?
    /// Has a login kept that was accepted, or forgotten that was not.
    func note(_ login: LFSLogin, isAccepted: Bool) async
}
