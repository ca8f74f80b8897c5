import ModelCore
import OCI
import SystemIO
import SystemPackage
import Transport

/// Opens the places where images are kept, for one operation.
struct ImagePlaces: Sendable {
    private let context: Context
    /// What relative paths of layouts are taken from.
    private let directory: FilePath
    private let pool: WorkerPool
    private let transport: HTTPTransport

    init(in context: Context, from directory: FilePath, pool: WorkerPool) throws {
        self.context = context
        self.directory = directory
        self.pool = pool
        let settings = try TransportSettings(environment: context.environment)
        transport = HTTPTransport(settings, pool: pool, cancellation: context.cancellation)
    }

    /// Returns the directory of a layout.
    func path(of layout: String) -> FilePath {
        directory.pushing(FilePath(context.expandingHome(layout))).lexicallyNormalized()
    }

    /// Opens a place to write to; a layout is made where there is none.
    func writable(_ reference: ImageReference, isInsecure: Bool) throws -> any ImageStore {
        switch reference.place {
        case .layout(let layout):
            try ImageLayout(creating: path(of: layout), named: "oci:\(layout)", pool: pool)
        case .registry(let host, let repository): client(host, repository, .write, isInsecure)
        }
    }

    /// Opens a place to read from.
    func readable(_ reference: ImageReference, isInsecure: Bool = false) throws -> any ImageStore {
        switch reference.place {
        case .layout(let layout): try ImageLayout(opening: path(of: layout), named: "oci:\(layout)", pool: pool)
        case .registry(let host, let repository): client(host, repository, .read, isInsecure)
        }
    }

    private func client(
        _ host: String,
        _ repository: String,
        _ access: RegistryClient.Access,
        _ isInsecure: Bool
    ) -> RegistryClient {
        let logins = RegistryLogins(environment: context.environment)
        return RegistryClient(
            host: host,
            repository: repository,
            access: access,
            isInsecure: isInsecure,
            over: transport,
            pool: pool
        ) { [pool] in try await pool.run { try logins.login(host: host, repository: repository) } }
    }
}
