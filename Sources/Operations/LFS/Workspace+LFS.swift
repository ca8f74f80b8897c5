import Git
import Registry
import Remotes
import SystemIO
import SystemPackage

extension Workspace {
    /// Returns a remote's URL with the URL of a Git remote in place of its name: what it means, and what somebody
    /// agrees to.
    func resolvingGitRemote(_ text: String) -> String {
        guard case .lfs(let location)? = try? RemoteURL(parsing: text, relativeTo: root),
            let url = configuration.gitRemoteURLs[location.repository], let address = try? GitAddress(parsing: url)
        else { return text }
        switch address {
        case .web(let url): return "lfs:" + url
        case .ssh: return "lfs:" + url
        case .directory:
            return "lfs:" + (url.contains("://") ? url : root.pushing(FilePath(url)).lexicallyNormalized().string)
        }
    }

    /// Returns what Git does for a remote at this URL, where it is in LFS; contacts nothing.
    func lfsGit(
        for url: RemoteURL,
        configuredAs text: String,
        isAgreed: Bool,
        key: String
    ) throws -> (git: LFSGit, authority: GitLFSAuthority)? {
        guard case .lfs(let location) = url else { return nil }
        let typed = String(text.dropFirst("lfs:".count))
        let isGitRemote = configuration.gitRemoteURLs[typed] != nil
        let gitRemote = isGitRemote ? typed : location.repository
        // Whoever has a Git remote set it up on this machine, and Git would send its logins there, too.
        let isAgreed = isGitRemote || isAgreed
        if !isGitRemote { try requireURL(location, isAgreed: isAgreed) }
        var environment: [String: String?] = repository.hookGuard
        if !context.hasTerminal || !isAgreed { environment["GIT_TERMINAL_PROMPT"] = "0" }
        if !isAgreed {
            // Neither what helpers know nor what somebody would type goes to a place that only a tracked file names.
            environment.merge(["GIT_ASKPASS": "", "SSH_ASKPASS": "", "GIT_PROTOCOL_FROM_USER": "0"]) { $1 }
            environment.merge(context.withoutNetrc) { $1 }
        }
        let branch = try GitDetachedBranch(
            "refs/heads/" + LFSLocation.branch,
            of: gitRemote,
            rememberedAs: "refs/git-model/remotes/" + key,
            in: repository,
            environment: environment,
            settings: isAgreed ? [] : Workspace.withoutLogins(at: gitRemote)
        )
        let authority = GitLFSAuthority(
            remote: location.text,
            repository: repository,
            gitRemote: gitRemote,
            mayLogIn: isAgreed,
            agrees: { try agrees(to: $0) }
        )
        let store = GitStoreBranch(
            remote: location.text,
            branch: branch,
            requireWritable: { () async throws(RemoteError) in try await authority.requireOneRepository() }
        )
        return (LFSGit(branch: store, authority: authority), authority)
    }

    /// Returns the settings with which Git sends a URL nothing that says who asks, whatever it is configured to send
    /// there or everywhere.
    private static func withoutLogins(at url: String) -> [String] {
        ["credential.helper=", "http.extraHeader=", "http.\(url).extraHeader="]
    }

    /// Refuses a remote whose Git host can have no LFS server, before it enters a file that everybody shares.
    func requireServer(of remote: ConfiguredRemote) async throws {
        guard let authority = remote.authority else { return }
        for operation in [LFSOperation.download, .upload] { _ = try await authority.endpoint(for: operation) }
    }

    private func requireURL(_ location: LFSLocation, isAgreed: Bool) throws {
        let text = location.repository
        guard text.contains("/") || text.contains(":") else {
            throw Failure(
                .failed,
                "cannot use remote \(location.text): Git has no remote '\(text)' here",
                hints: [
                    "add it to Git: `git remote add \(text) URL`",
                    "or name its URL: `git model remote add NAME lfs:URL`",
                ]
            )
        }
        if isAgreed { return }
        // `git -c` would end the name of a variable, which has the URL in it, at the first `=`.
        guard case .web = try GitAddress(parsing: text), !text.contains("=") else {
            throw Failure(
                .failed,
                "cannot use remote \(location.text): nobody on this machine agreed to it",
                hints: ["agree to it: `\(Trust.line(location.text))`"]
            )
        }
    }
}

extension Context {
    /// What hides `~/.netrc` from Git, and none of its configuration: nothing else keeps libcurl from reading it.
    fileprivate var withoutNetrc: [String: String?] {
        guard let home = environment["HOME"] else { return [:] }
        var hidden: [String: String?] = ["HOME": "/dev/null"]
        if environment["XDG_CONFIG_HOME"] == nil { hidden["XDG_CONFIG_HOME"] = home + "/.config" }
        let own = FilePath(home).appending(".gitconfig")
        if environment["GIT_CONFIG_GLOBAL"] == nil, (try? FileStatus.of(own, followingLinks: true)) != nil {
            hidden["GIT_CONFIG_GLOBAL"] = own.string
        }
        return hidden
    }
}
