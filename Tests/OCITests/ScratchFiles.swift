import Codec
import ModelCore
import OCI
import SystemIO
import SystemPackage
import TestSupport
import Testing
import Transport

/// Files of a release in a directory of its own.
struct ScratchFiles {
    static let facts = ImageFacts(
        name: "churn",
        version: "v1.2.0+a",
        revision: String(repeating: "a", count: 40),
        created: 1_767_323_045,
        release: "sha256:" + String(repeating: "b", count: 64)
    )
    static let pool = WorkerPool.shared

    let scratch: ScratchRepository

    init() async throws { scratch = try await ScratchRepository(initialized: false) }

    var directory: FilePath { scratch.path }

    /// Writes the files that golden digests are of: long names, other alphabets, modes, links, nothing, a block and a
    /// little more.
    func writeAll() async throws {
        let long = String(repeating: "d", count: 60) + "/" + String(repeating: "e", count: 60)
        try scratch.write("{}\n", to: "weights/config.json")
        try scratch.write((0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 7) }, to: "weights/model.safetensors")
        try scratch.write("# Churn\n", to: "README.md")
        try scratch.write("", to: "empty")
        try scratch.write([UInt8](repeating: 1, count: 512), to: "block.bin")
        try scratch.write("x\n", to: "\(long)/fü.txt")
        let script = "printf '#!/bin/sh\\n' > run.sh && chmod 755 run.sh && ln -s weights/config.json link.json"
        try await scratch.run(script).expectSuccess()
    }

    /// Lists what is there.
    func listing() throws -> TreeListing {
        try TreeListing(
            try DirectoryWalk.entries(under: directory).filter { $0.status.kind != .directory }.map { file in
                let path = directory.appending(file.path)
                let isLink = file.status.kind == .symbolicLink
                let bytes =
                    isLink ? Array(try SymbolicLink.target(of: path).utf8) : try DurableFile.read(path, limit: 1 << 30)
                return TreeEntry(
                    mode: isLink ? .link : file.status.isExecutable ? .executable : .regular,
                    size: Int64(bytes.count),
                    digest: SHA256.digest(of: bytes),
                    path: try RepositoryPath(file.path)
                )
            }
        )
    }

    /// Opens a layout beside the files.
    func layout(_ name: String) throws -> ImageLayout {
        try ImageLayout(creating: scratch.home.appending(name), named: "oci:\(name)", pool: ScratchFiles.pool)
    }

    /// Opens a repository of a registry, whose user is Ada; pauses take no time.
    func client(_ host: String, _ repository: String) -> RegistryClient {
        let transport = HTTPTransport(TransportSettings(), pool: ScratchFiles.pool, cancellation: Cancellation())
        return RegistryClient(
            host: host,
            repository: repository,
            access: .write,
            over: transport,
            pool: ScratchFiles.pool,
            backoff: Backoff { _ in }
        ) { .password(user: "ada", password: "secret") }
    }

    /// Puts an image somewhere.
    @discardableResult
    func push(
        _ image: PreparedImage,
        to store: any ImageStore,
        base: (any ImageStore)? = nil
    ) async throws -> ManifestDocument {
        let passage = scratch.home.appending("passage")
        try Directories.create(passage)
        return try await ImagePush(to: store, base: base, scratch: passage, pool: ScratchFiles.pool).run(image)
    }
}
