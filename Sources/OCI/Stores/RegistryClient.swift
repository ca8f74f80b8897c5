import Codec
import ModelCore
package import SystemIO
package import SystemPackage
package import Transport

/// A repository of a registry (OCI distribution-spec 1.1).
package struct RegistryClient: ImageStore {
    /// What is done there.
    package enum Access: String, Sendable {
        case read = "pull"
        case write = "pull,push"
    }

    /// What an answer may have that says what went wrong.
    static let refusalByteCount: Int64 = 1 << 20
    private static let dockerHosts: Set<String> = ["docker.io", "index.docker.io"]

    /// The host, as it was written, with its port where one was given.
    package let host: String
    /// The repository.
    package let repository: String
    private let session: RegistrySession
    private let pool: WorkerPool

    /// Creates a client; nothing is connected.
    ///
    /// Without TLS it goes to this machine alone, unless `isInsecure`. `login` is asked once the registry wants one,
    /// and by nobody else.
    package init(
        host: String,
        repository: String,
        access: Access,
        isInsecure: Bool = false,
        over transport: HTTPTransport,
        pool: WorkerPool,
        backoff: Backoff = Backoff(),
        login: @escaping @Sendable () async throws -> RegistryLogin?
    ) {
        self.host = host
        self.repository = repository
        self.pool = pool
        let isPlain = isInsecure || RegistryClient.isThisMachine(host)
        let name = RegistryClient.dockerHosts.contains(host) ? "registry-1.docker.io" : host
        let address = HTTPAddress("\(isPlain ? "http" : "https")://\(name)")
        session = RegistrySession(
            origin: address?.origin ?? "https://\(name)",
            place: "\(host)/\(repository)",
            scope: "repository:\(repository):\(access.rawValue)",
            over: transport,
            backoff: backoff,
            login: login
        )
    }

    /// Whether a host is this machine by its address, so that nobody listens on the way.
    package static func isThisMachine(_ host: String) -> Bool {
        guard let place = HostAndPort(host, defaultPort: 80) else { return false }
        return TransportSettings.isLoopback(place.host)
    }

    /// The host and the repository.
    package var description: String { session.place }

    private func url(_ rest: String) -> String { "\(session.origin)/v2/\(repository)/\(rest)" }

    /// Asks whether the content is there.
    package func contains(_ blob: Descriptor) async throws(OCIError) -> Bool {
        let response = try await session.repeated(
            HTTPRequest(.head, url("blobs/\(blob.digest)")),
            to: "say whether it has \(blob.digest)"
        )
        guard response.isSuccess else { return false }
        if let found = response.fields["Docker-Content-Digest"], found != "\(blob.digest)" {
            throw .wrongDigest(place: description, what: "content", expected: blob.digest, found: found)
        }
        return response.fields["Content-Length"].map { $0 == "\(blob.size)" } ?? true
    }

    /// Sends content unless it is there.
    package func add(
        _ blob: Descriptor,
        _ content: BlobContent,
        sent: @escaping @Sendable (Int) -> Void
    ) async throws(OCIError) {
        if try await contains(blob) { return sent(Int(blob.size)) }
        var upload = BlobUpload(blob, content, by: session, at: url("blobs/uploads/"), sent: sent)
        try await upload.run()
    }

    /// Has the registry take content over from another repository of its own.
    package func take(_ blob: Descriptor, from other: any ImageStore) async throws(OCIError) -> Bool {
        if try await contains(blob) { return true }
        guard let other = other as? RegistryClient, other.host == host, other.repository != repository else {
            return false
        }
        let query = "mount=\(blob.digest)&from=\(PercentEncoding.encoded(other.repository))"
        let response = try await session.repeated(
            HTTPRequest(.post, url("blobs/uploads/?\(query)")),
            to: "take \(blob.digest) over from \(other.repository)",
            allowing: [400, 401, 403, 404, 405]
        )
        return response.status == 201
    }

    /// Fetches content into memory.
    package func bytes(of blob: Descriptor) async throws(OCIError) -> [UInt8] {
        let response = try await session.repeated(
            HTTPRequest(.get, url("blobs/\(blob.digest)")),
            to: "give \(blob.digest)",
            answerLimit: Int(max(blob.size, RegistryClient.refusalByteCount))
        )
        guard response.isSuccess else { throw .missing(place: description, what: "content \(blob.digest)") }
        try ContentCheck.require(response.bytes, blob.digest, what: "content", at: description)
        return response.bytes
    }

    /// Fetches content into a file that has its digest as name, however large it is.
    package func content(of blob: Descriptor, fetchedInto directory: FilePath) async throws(OCIError) -> BlobContent {
        let file = directory.appending(blob.digest.hex)
        var download = BlobDownload(blob, by: session, from: url("blobs/\(blob.digest)"), into: file)
        try await download.run()
        let content = BlobContent(file, byteCount: blob.size)
        try await ContentCheck.require(content, blob.digest, at: description, pool)
        return content
    }

    /// Puts a manifest under its digest.
    package func add(_ manifest: ImageManifest) async throws(OCIError) {
        let descriptor = manifest.descriptor
        let document = ManifestDocument(
            mediaType: descriptor.mediaType,
            bytes: manifest.encoded,
            digest: descriptor.digest
        )
        try await put(document, as: .digest(descriptor.digest))
    }

    /// Fetches a manifest.
    package func manifest(_ name: ManifestName) async throws(OCIError) -> ManifestDocument {
        var request = HTTPRequest(.get, url("manifests/\(name)"))
        request.fields["Accept"] = MediaType.manifests.joined(separator: ", ")
        let response = try await session.repeated(
            request,
            to: "give manifest \(name)",
            answerLimit: ImageManifest.byteLimit
        )
        guard response.isSuccess else { throw .missing(place: description, what: "manifest \(name)") }
        let found = SHA256.digest(of: response.bytes)
        if case .digest(let digest) = name, digest != found {
            throw .wrongDigest(place: description, what: "manifest", expected: digest, found: "\(found)")
        }
        let type = response.fields["Content-Type"]?.split(separator: ";").first.map(String.init)
        return ManifestDocument(mediaType: type ?? MediaType.manifest, bytes: response.bytes, digest: found)
    }

    /// Puts a manifest under a tag, and so moves that.
    package func setTag(_ tag: String, to manifest: ManifestDocument) async throws(OCIError) {
        try await put(manifest, as: .tag(tag))
    }

    /// Registries take the manifest away with its tag, under other tags too: nothing is done.
    package func removeTag(_ tag: String) async throws(OCIError) -> Bool { false }

    /// Asks whether the registry still has the content, which is all that it says without sending it.
    package func damage(of blob: Descriptor) async throws(OCIError) -> String? {
        try await contains(blob) ? nil : "is missing, or has another size"
    }

    private func put(_ manifest: ManifestDocument, as name: ManifestName) async throws(OCIError) {
        var request = HTTPRequest(.put, url("manifests/\(name)"), body: .bytes(manifest.bytes))
        request.fields["Content-Type"] = manifest.mediaType
        let response = try await session.repeated(request, to: "take manifest \(name)", allowing: [])
        if let found = response.fields["Docker-Content-Digest"], found != "\(manifest.digest)" {
            throw .wrongDigest(place: description, what: "manifest", expected: manifest.digest, found: found)
        }
    }
}
