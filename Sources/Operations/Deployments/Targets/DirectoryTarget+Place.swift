import Deployment
import ModelCore
import Remotes
import SystemPackage

extension DirectoryTarget {
    /// Where a target's directory is.
    enum Place {
        /// On this machine, at an absolute path.
        case here(FilePath)
        /// On a host that is reached by SSH.
        case elsewhere(SSHLocation)
    }

    /// Reads where a target's directory is; throws `TargetError`.
    static func place(
        of target: DeploymentTarget,
        in context: Context,
        relativeTo top: FilePath
    ) throws -> Place {
        let text = try target.settings.required("path", for: "the releases need a directory")
        let url: RemoteURL
        do { url = try RemoteURL(parsing: context.expandingHome(text), relativeTo: top) } catch {
            throw target.settings.problem("path", "cannot be used: \(error)")
        }
        switch url {
        case .directory(let path): return .here(path)
        case .ssh(let location): return .elsewhere(location)
        case .s3, .gcs, .web, .rclone, .lfs:
            throw target.settings.problem(
                "path",
                "is \(QuotedPath.encode(text)), which is neither a directory of this machine nor one of a host, as `ssh://host/path`"
            )
        }
    }

    /// Returns what has the releases of a target; nothing is contacted.
    ///
    /// `sent` is told how many bytes go to another host.
    static func host(
        of target: DeploymentTarget,
        in context: Context,
        relativeTo top: FilePath,
        sshCommand: String?,
        isAgreed: Bool,
        sent: @escaping @Sendable (Int64) -> Void
    ) throws -> any ReleaseHost {
        switch try place(of: target, in: context, relativeTo: top) {
        case .here(let path):
            return LocalReleaseHost(path, environment: context.environment, cancellation: context.cancellation)
        case .elsewhere(let location):
            let settings = SSHSettings(
                environment: context.environment,
                configuredCommand: sshCommand,
                mayAskUser: context.hasTerminal
            )
            let program = SSHProgram(location, settings, isAgreed: isAgreed)
            return SSHReleaseHost(
                HostClient(program),
                root: FilePath(program.path),
                staging: context.stagingDirectory,
                cancellation: context.cancellation,
                progress: sent
            )
        }
    }
}

extension HostClient {
    /// Creates the client of a host that is reached by SSH.
    init(_ program: SSHProgram) {
        self.init(
            name: program.name,
            environment: program.environment,
            mayAskUser: program.mayAskUser,
            arguments: { program.arguments(toRun: $0, forwarding: $1) },
            failure: { program.failure(saying: $0, exitCode: $1, wasConnected: $2) }
        )
    }
}

extension Context {
    /// Where releases are put together that go to other hosts: they may be large, and `/tmp` is often memory.
    var stagingDirectory: FilePath {
        environment["TMPDIR"].flatMap { $0.hasPrefix("/") ? FilePath($0) : nil } ?? "/var/tmp"
    }
}
