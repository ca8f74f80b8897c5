import Git
import Operations
import Remotes
import SystemIO
import SystemPackage
import TestSupport

/// A Git repository with an LFS server beside it, and remotes of it as several users have them.
final class LFSSite: Sendable {
    /// One server for all tests.
    private static let giftless = Task {
        let scratch = try Scratch()
        scratch.removeAtExit()
        return (try await GiftlessServer(in: scratch.path.appending("objects")), scratch)
    }

    /// What knows where the server is.
    struct Authority: LFSAuthority {
        let place: LFSEndpoint
        let proxy: String?

        func endpoint(for operation: LFSOperation) async throws(RemoteError) -> LFSEndpoint { place }

        func loginURL(for place: String) async -> String? { place }

        func proxy(for origin: String) async -> String? { proxy }
    }

    let scratch: Scratch
    let authority: Authority
    let helper: ListedLogins
    private let variables: [String: String]
    private let sshCommand: String?

    /// The bare repository.
    var origin: FilePath { scratch.path.appending("origin.git") }

    /// Makes a place on the shared server.
    static func shared() async throws -> LFSSite {
        let name = "place\(UInt64.random(in: 0 ... .max))"
        return try await LFSSite(at: .web(giftless.value.0.url(of: name)))
    }

    /// Makes a place whose LFS server is elsewhere.
    init(at place: LFSEndpoint, logins: [WebLogin] = [], proxy: String? = nil, sshCommand: String? = nil) async throws {
        scratch = try Scratch()
        authority = Authority(place: place, proxy: proxy)
        helper = ListedLogins(logins)
        self.sshCommand = sshCommand
        variables = [
            "PATH": "/usr/bin:/bin", "HOME": scratch.path.string, "GIT_CONFIG_NOSYSTEM": "1",
        ]
        try await git(["init", "--quiet", "--bare", GitArgument(origin)], in: scratch.path)
    }

    @discardableResult
    func git(_ arguments: [GitArgument], in directory: FilePath? = nil) async throws -> String {
        try await GitProgram(directory: directory ?? origin, environment: variables).run(arguments).line
    }

    /// The lines of the log of requests of the shared server that have this repository's path and `text` in them.
    func requests(_ text: String) async throws -> [Substring] {
        guard case .web(let url, _) = authority.place else { return [] }
        let path = String(url.drop { $0 != ":" }.dropFirst(3).drop { $0 != "/" })
        let log = try DurableFile.read(try await LFSSite.giftless.value.0.log, limit: 1 << 30)
        return String(decoding: log, as: UTF8.self).split(separator: "\n").filter {
            $0.contains(path) && $0.contains(text)
        }
    }

    /// Returns a remote of the place as another user has it, in a clone of their own.
    func remote() async throws -> any Remote {
        let clone = scratch.path.appending("clone\(UInt64.random(in: 0 ... .max))")
        try await git(["init", "--quiet", GitArgument(clone)], in: scratch.path)
        let repository = try await GitRepository.discover(from: clone, environment: variables)
        let branch = try GitDetachedBranch(
            "refs/heads/" + LFSLocation.branch,
            of: origin.string,
            rememberedAs: "refs/git-model/remotes/origin",
            in: repository
        )
        let url = try RemoteURL(parsing: "lfs:" + origin.string, relativeTo: "/")
        let opening = RemoteOpening(
            environment: variables,
            ssh: SSHSettings(environment: variables, configuredCommand: sshCommand, mayAskUser: false),
            credentials: helper,
            pool: Machine.pool,
            cancellation: Cancellation(),
            retries: RetryPolicy(sleep: { _ in }),
            now: { WallClock.now() }
        )
        let git = LFSGit(branch: GitStoreBranch(remote: url.text, branch: branch), authority: authority)
        return try opening.remote(at: url, sendsCredentials: true, git: git)
    }
}
