import Remotes
import SystemIO
import SystemPackage
import TestSupport
import Transport

/// A server of other people's making that the suite runs against, started once for all tests of this process.
struct StorageServer: Sendable {
    private static let accessKey = "AKIDAKIDAKIDAKID"
    private static let secretKey = "secretsecretsecret"

    /// The program behind the port.
    let process: LoopbackServer
    private let scratch: Scratch

    /// rclone's S3 server; the bucket is a directory.
    static let rclone = Task {
        let scratch = try Scratch()
        scratch.removeAtExit()
        try Directories.create(scratch.path.appending("root/bucket"), durable: false)
        let process = try await LoopbackServer(
            log: scratch.path.appending("log"),
            environment: ["HOME": scratch.path.string]
        ) { port in
            [
                "rclone", "serve", "s3", "--addr", "127.0.0.1:\(port)", "--auth-key", "\(accessKey),\(secretKey)",
                "--vfs-cache-mode", "off", scratch.path.appending("root").string,
            ]
        }
        return StorageServer(process: process, scratch: scratch)
    }

    /// moto's server, which stands for many of Amazon's services.
    static let moto = Task {
        let scratch = try Scratch()
        scratch.removeAtExit()
        let process = try await LoopbackServer(
            log: scratch.path.appending("log"),
            environment: ["HOME": scratch.path.string]
        ) { ["moto_server", "--host", "127.0.0.1", "--port", "\($0)"] }
        let server = StorageServer(process: process, scratch: scratch)
        let answer = try await server.transport().send(HTTPRequest(.put, process.origin + "/bucket"))
        guard answer.isSuccess else { throw LoopbackServer.Failure(description: answer.text) }
        return server
    }

    /// fake-gcs-server, which stands for Google Cloud Storage and asks nobody who they are.
    static let gcs = Task {
        let scratch = try Scratch()
        scratch.removeAtExit()
        let process = try await LoopbackServer(
            log: scratch.path.appending("log"),
            environment: ["HOME": scratch.path.string]
        ) { ["fake-gcs-server", "-scheme", "http", "-backend", "memory", "-host", "127.0.0.1", "-port", "\($0)"] }
        let server = StorageServer(process: process, scratch: scratch)
        let bucket = HTTPRequest(
            .post,
            process.origin + "/storage/v1/b?project=p",
            fields: ["Content-Type": "application/json"],
            body: .bytes(Array(#"{"name": "bucket"}"#.utf8))
        )
        let answer = try await server.transport().send(bucket)
        guard answer.isSuccess else { throw LoopbackServer.Failure(description: answer.text) }
        return server
    }

    /// Python's server of static files, which knows no ranges.
    static let python = files { port, root in
        ["python3", "-m", "http.server", "--bind", "127.0.0.1", "--directory", root, "\(port)"]
    }

    /// rclone's server of static files.
    static let rcloneFiles = files { port, root in
        ["rclone", "serve", "http", "--addr", "127.0.0.1:\(port)", "--dir-cache-time", "0", root]
    }

    private static func files(
        _ command: @escaping @Sendable (_ port: Int, _ root: String) -> [String]
    ) -> Task<StorageServer, any Error> {
        Task {
            let scratch = try Scratch()
            scratch.removeAtExit()
            let root = scratch.path.appending("root")
            try Directories.create(root, durable: false)
            let process = try await LoopbackServer(
                log: scratch.path.appending("log"),
                environment: ["HOME": scratch.path.string]
            ) { command($0, root.string) }
            return StorageServer(process: process, scratch: scratch)
        }
    }

    /// Returns a remote of static files with nothing in it, and the directory of its files.
    func web() throws -> (remote: any Remote, directory: String) {
        let directory = "place\(UInt64.random(in: 0 ... .max))"
        return (try remote(process.origin + "/" + directory), directory)
    }

    /// Writes a file that the server hands out.
    func plant(_ bytes: [UInt8], _ file: String) throws {
        let path = scratch.path.appending("root").appending(file)
        try Directories.create(path.removingLastComponent(), durable: false)
        try DurableFile.write(bytes, to: path, durable: false)
    }

    /// A transport without proxies.
    func transport() -> HTTPTransport {
        HTTPTransport(TransportSettings(), pool: Machine.pool, cancellation: Cancellation())
    }

    /// What a user who may use the server has in the environment.
    var environment: [String: String] {
        [
            "HOME": scratch.path.string, "AWS_ACCESS_KEY_ID": StorageServer.accessKey,
            "AWS_SECRET_ACCESS_KEY": StorageServer.secretKey, "AWS_EC2_METADATA_DISABLED": "true",
            "NO_GCE_CHECK": "true",
        ]
    }

    /// Returns an S3 remote with nothing in it, as users get one.
    func s3(environment: [String: String]? = nil) throws -> any Remote {
        let prefix = "place\(UInt64.random(in: 0 ... .max))/store"
        return try remote("s3://bucket/\(prefix)?endpoint=\(process.origin)&region=us-east-1", environment)
    }

    /// Returns a remote of Google Cloud Storage with nothing in it, as users get one.
    func gs() throws -> any Remote {
        try remote("gs://bucket/place\(UInt64.random(in: 0 ... .max))/store?endpoint=\(process.origin)")
    }

    /// Starts a proxy in front of the server that gives so many requests trouble, or all that can have it.
    func proxy(_ trouble: String, times: Int? = nil, certificate: FilePath? = nil) async throws -> FaultProxy {
        try await FaultProxy(to: process.port, trouble, times: times, in: scratch.path, certificate: certificate)
    }

    /// Returns the remote of a URL.
    func remote(
        _ url: String,
        _ environment: [String: String]? = nil,
        retries: RetryPolicy = RetryPolicy()
    ) throws -> any Remote {
        let environment = environment ?? self.environment
        let opening = RemoteOpening(
            environment: environment,
            ssh: SSHSettings(environment: environment, configuredCommand: nil, mayAskUser: false),
            pool: Machine.pool,
            cancellation: Cancellation(),
            retries: retries,
            now: { WallClock.now() }
        )
        return try opening.remote(at: RemoteURL(parsing: url, relativeTo: "/"), sendsCredentials: true)
    }
}
