import Codec
import ModelCore
package import SystemIO
import SystemPackage
import Transport

/// Makes remotes of URLs, with what this machine knows of networks and keys.
package struct RemoteOpening: Sendable {
    private let environment: [String: String]
    private let pool: WorkerPool
    private let transport: Result<HTTPTransport, TransportError>
    /// The transport to services next to this machine, which are there at once or not at all, and never behind a proxy.
    private let metadata: HTTPTransport
    private let now: @Sendable () -> Int64
    private let ssh: SSHSettings
    private let credentials: (any CredentialHelper)?
    private let retries: RetryPolicy
    private let cancellation: Cancellation
    private let bytesPerSecond: Int64?

    /// Creates an opening; nothing is contacted before a remote is used.
    ///
    /// With `bytesPerSecond`, what goes through the network stays under that, in either direction, all that a remote
    /// does together.
    package init(
        environment: [String: String],
        ssh: SSHSettings,
        credentials: (any CredentialHelper)? = nil,
        pool: WorkerPool,
        cancellation: Cancellation,
        bytesPerSecond: Int64? = nil,
        retries: RetryPolicy = RetryPolicy(),
        now: @escaping @Sendable () -> Int64
    ) {
        self.environment = environment
        self.pool = pool
        self.now = now
        self.ssh = ssh
        self.credentials = credentials
        self.retries = retries
        self.cancellation = cancellation
        self.bytesPerSecond = bytesPerSecond
        var nearby = TransportSettings()
        nearby.connectLimit = .seconds(1)
        metadata = HTTPTransport(nearby, pool: pool, cancellation: cancellation)
        transport = Result { () throws(TransportError) in
            var settings = try TransportSettings(environment: environment)
            settings.bytesPerSecond = bytesPerSecond
            return HTTPTransport(settings, pool: pool, cancellation: cancellation)
        }
    }

    /// Returns the remote of a URL; without `sendsCredentials` nothing is sent that says who asks, unless the service
    /// is the one that the platform's own tools would ask.
    ///
    /// `git` is what Git does for a remote in LFS.
    package func remote(
        at url: RemoteURL,
        sendsCredentials: Bool,
        git: LFSGit? = nil
    ) throws(RemoteError) -> any Remote {
        switch url {
        case .directory(let path): return DirectoryRemote(path, pool: pool)
        case .s3(let location): return RetryingRemote(try s3(location, sendsCredentials), policy: retries)
        case .gcs(let location): return RetryingRemote(try gcs(location, sendsCredentials), policy: retries)
        case .ssh(let location):
            return RetryingRemote(self.ssh(location, isAgreed: sendsCredentials), policy: retries)
        case .web(let location):
            let transport = try authenticated(location.shown, { sendsCredentials ? $0 : nil })
            return RetryingRemote(StaticRemote(location, over: transport), policy: retries)
        case .lfs(let location): return RetryingRemote(try lfs(location, git), policy: retries)
        case .rclone(let location):
            return RetryingRemote(rclone(location, isAgreed: sendsCredentials), policy: retries)
        }
    }

    private func s3(_ location: S3Location, _ sendsCredentials: Bool) throws(RemoteError) -> S3Remote {
        let settings = try AWSSettings(environment: environment, for: location.text)
        let transport = try web(location.text)
        let mayAsk = sendsCredentials || location.endpoint == nil
        let programs = ShellPrograms(mayAskUser: ssh.mayAskUser, pool: pool, cancellation: cancellation)
        let chain = CredentialChain<AWSCredentials>(
            mayAsk ? settings.sources(over: transport, metadata: metadata, programs: programs, now: now) : [],
            now: now
        )
        return S3Remote(location, over: transport, chain: chain, settings: settings, pool: pool, now: now)
    }

    private func gcs(_ location: GCSLocation, _ sendsCredentials: Bool) throws(RemoteError) -> GCSRemote {
        let transport = try web(location.text)
        let settings = GoogleSettings(environment: environment)
        let mayAsk = sendsCredentials || location.endpoint == nil && settings.emulator == nil
        let sources = mayAsk ? settings.sources(over: transport, metadata: metadata, now: now) : []
        let chain = CredentialChain<GoogleToken>(sources, now: now)
        return GCSRemote(location, over: transport, chain: chain, emulator: settings.emulator, pool: pool)
    }

    private func ssh(_ location: SSHLocation, isAgreed: Bool) -> SSHRemote {
        SSHRemote(
            location,
            ssh,
            isAgreed: isAgreed,
            pool: pool,
            cancellation: cancellation,
            limit: bytesPerSecond.map(RateLimit.init)
        )
    }

    private func rclone(_ location: RcloneLocation, isAgreed: Bool) -> RcloneRemote {
        let process = RcloneProcess(
            environment: environment,
            isAgreed: isAgreed,
            cancellation: cancellation,
            bytesPerSecond: bytesPerSecond
        )
        return RcloneRemote(location, by: process, over: metadata)
    }

    private func lfs(_ location: LFSLocation, _ git: LFSGit?) throws(RemoteError) -> LFSRemote {
        guard let git else { throw .unusableURL(location.text, reason: "there is no Git repository here") }
        let programs = ShellPrograms(mayAskUser: ssh.mayAskUser, pool: pool, cancellation: cancellation)
        let name = location.text
        let doorman = LFSDoorman(remote: name, settings: ssh, programs: programs, now: now)
        let transport = try authenticated(name, git.authority.loginURL(for:), proxy: git.authority.proxy(for:))
        let server = LFSServer(name, git.authority, over: transport, doorman: doorman, now: now)
        let objects = LFSObjects(
            remote: name,
            server: server,
            downloads: LFSQueue(.download, server: server, now: now),
            uploads: LFSQueue(.upload, server: server, now: now)
        )
        return LFSRemote(name, objects: objects, branch: git.branch, pool: pool)
    }

    private func authenticated(
        _ remote: String,
        _ loginURL: @escaping @Sendable (_ place: String) async -> String?,
        proxy: @escaping @Sendable (_ origin: String) async -> String? = { _ in nil }
    ) throws(RemoteError) -> AuthenticatedTransport {
        AuthenticatedTransport(
            remote,
            over: try web(remote),
            netrc: NetrcFile(environment: environment),
            helper: credentials,
            loginURL: loginURL,
            proxy: proxy
        )
    }

    private func web(_ remote: String) throws(RemoteError) -> HTTPTransport {
        do { return try transport.get() } catch { throw .unusableURL(remote, reason: "\(error)") }
    }
}
